"""Pictures from files or bytes: upright, RGB, of bounded size, with the focal length where the camera noted it."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from backend.errors import BadFile, NotAvailable
from rigs.wire import Image, ImageBytes

from .models import NEXT_STEP

MOST_PIXELS: Final = 200_000_000  # a picture with more is not decoded
LONGEST: Final = 3072  # px; larger pictures are made smaller
SMALLEST: Final = 16  # px; nobody can be seen in less
_DIAGONAL_35MM: Final = 43.27  # mm
_FOCAL_35MM: Final = 0xA405  # Exif tag FocalLengthIn35mmFilm
_EXIF_IFD: Final = 0x8769
_HEIC: Final = (b"heic", b"heix", b"heim", b"hevc", b"mif1")  # brands of files


@dataclass(frozen=True, eq=False)
class Picture:
    """pixels: (h, w, 3) uint8. scale: px of the file for one of these. focal: px of these, None where not noted.

    notes: sentences for the user about what was made of the file.
    """

    pixels: np.ndarray
    scale: float = 1.0
    focal: float | None = None
    notes: tuple[str, ...] = ()
    _levels: list[Any] = field(default_factory=list, repr=False)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) px."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def level(self, k: int) -> Any:
        """The picture as a Pillow image, halved k times (the mean of four each time), for crops made smaller."""
        from PIL import Image as Pillow

        levels = self._levels or [Pillow.fromarray(self.pixels)]
        while len(levels) <= k and min(levels[-1].size) >= 4:
            levels.append(levels[-1].reduce(2))
        self._levels[:] = levels
        return levels[min(k, len(levels) - 1)]


def read_picture(image: Image) -> Picture:
    """The picture of a request.

    Raises:
        BadFile: it is missing, damaged, no picture, too small or too large. NotAvailable: Pillow is not installed.
    """
    try:
        from PIL import Image as Pillow
        from PIL import ImageOps, UnidentifiedImageError
    except ImportError:
        raise NotAvailable("reading pictures needs the package Pillow", NEXT_STEP, "no_photo_tier") from None
    name = "the picture" if isinstance(image, ImageBytes) else Path(image.path).name
    Pillow.MAX_IMAGE_PIXELS = None  # our own limit says more
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged metadata
            _with_heic()
            with Pillow.open(_source(image)) as opened:
                size = _checked_size(opened, name)
                if opened.format == "PNG":
                    with Pillow.open(_source(image)) as again:
                        again.verify()  # the sums of its parts; damaged pixels would be noise otherwise
                return _decoded(opened, size, ImageOps)
    except UnidentifiedImageError:
        if _is_heic(image):
            told = f"{name} is a HEIC picture, which needs the package pillow-heif"
            raise NotAvailable(told, "pip install pillow-heif, or save it as JPEG", "no_heic") from None
        raise BadFile(f"{name} is no picture that can be read", "PNG, JPEG, WebP, TIFF, BMP or GIF") from None
    except FileNotFoundError:
        raise BadFile(f"there is no picture {name}", "check the name and the folder") from None
    except (OSError, SyntaxError, ValueError, EOFError) as fault:
        told = f"{name} is damaged or cannot be read: {fault}"
        raise BadFile(told, "open it in another program and save it") from None


def _source(image: Image) -> Any:
    """What Pillow opens: bytes in memory or a path."""
    return io.BytesIO(image.data) if isinstance(image, ImageBytes) else image.path


def _with_heic() -> None:
    """Let Pillow read HEIC where the package for it is installed."""
    if find_spec("pillow_heif") is not None:
        import pillow_heif

        pillow_heif.register_heif_opener()


def _is_heic(image: Image) -> bool:
    """Whether the first bytes are those of a HEIC file (ISO 14496-12: a box "ftyp" with its brands)."""
    if isinstance(image, ImageBytes):
        head = image.data[:64]
    else:
        with open(image.path, "rb") as file:
            head = file.read(64)
    return head[4:8] == b"ftyp" and any(brand in head for brand in _HEIC)


def _checked_size(opened: Any, name: str) -> tuple[int, int]:
    """(width, height) px of the file; BadFile, before anything is decoded, where it is too small or too large.

    JPEG is decoded at a fraction of its size, so that only the fraction must fit.
    """
    width, height = opened.size
    if min(width, height) < SMALLEST:
        raise BadFile(f"{name} has {width} x {height} pixels: too small to show a person", "use a larger picture")
    if opened.format == "JPEG":
        opened.draft("RGB", (LONGEST, LONGEST))  # decodes at a fraction of the size
    if opened.size[0] * opened.size[1] > MOST_PIXELS:
        limit = f"at most {MOST_PIXELS // 1_000_000} million pixels"
        raise BadFile(f"{name} has {width} x {height} pixels; {limit} are read", "make it smaller")
    return width, height


def _decoded(opened: Any, size: tuple[int, int], ops: Any) -> Picture:
    notes = []
    if getattr(opened, "n_frames", 1) > 1:
        notes.append("The picture has several frames; I looked at the first.")
    focal_35mm = _noted_focal(opened)
    upright = ops.exif_transpose(opened)
    if max(upright.size) > LONGEST:
        upright.thumbnail((LONGEST, LONGEST))
    rgb = _on_grey(upright)
    scale = max(size) / max(rgb.size)
    focal = focal_pixels(focal_35mm, rgb.size) if focal_35mm else None
    return Picture(np.asarray(rgb), scale, focal, tuple(notes))


def frame_picture(image: Any, focal_35mm: float | None = None) -> Picture:
    """One frame (a Pillow image) of an animation or a video; focal_35mm: mm, where the camera noted it."""
    if min(image.size) < SMALLEST:
        raise BadFile(f"its pictures have {image.size[0]} x {image.size[1]} pixels: too small to show a person")
    longest, rgb = max(image.size), _on_grey(image)
    if longest > LONGEST:
        rgb.thumbnail((LONGEST, LONGEST))
    focal = focal_pixels(focal_35mm, rgb.size) if focal_35mm and _is_lens(focal_35mm) else None
    return Picture(np.asarray(rgb), longest / max(rgb.size), focal)


def focal_pixels(focal_35mm: float, size: tuple[int, int]) -> float:
    """Px of a picture of `size`: of the focal length (mm) that has the same field of view on 35 mm film."""
    return focal_35mm * float(np.hypot(*size)) / _DIAGONAL_35MM


def _is_lens(focal_35mm: float) -> bool:
    return 8 <= focal_35mm <= 800


def _noted_focal(opened: Any) -> float | None:
    """The 35 mm equivalent of the focal length in mm, where the camera noted a sensible one."""
    try:
        noted = float(opened.getexif().get_ifd(_EXIF_IFD).get(_FOCAL_35MM, 0))
    except (TypeError, ValueError, KeyError, OSError, SyntaxError, ZeroDivisionError):
        return None
    return noted if _is_lens(noted) else None


def _on_grey(image: Any) -> Any:
    """RGB; what is transparent lies on grey."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        from PIL import Image as Pillow

        rgba = image.convert("RGBA")
        ground = Pillow.new("RGBA", rgba.size, (128, 128, 128, 255))
        return Pillow.alpha_composite(ground, rgba).convert("RGB")
    if image.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        from PIL import Image as Pillow

        values = np.asarray(image, float)
        span = float(values.max() - values.min()) or 1.0
        return Pillow.fromarray(((values - values.min()) / span * 255).astype(np.uint8)).convert("RGB")
    return image.convert("RGB")
