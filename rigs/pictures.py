"""Small pictures of poses, for choosing among them: what is asked and what comes back."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Final

from .decode import Fields, WireError
from .request import MAX_POSES, Pose

MIN_PIXELS: Final = 16
MAX_PIXELS: Final = 1024


@dataclass(frozen=True)
class PictureRequest:
    """Draw each of these poses: the body of POST /v1/pictures. size: (width, height) px."""

    poses: tuple[Pose, ...]
    size: tuple[int, int] = (256, 256)

    def to_dict(self) -> dict[str, Any]:
        return {"poses": [p.to_dict() for p in self.poses], "width": self.size[0], "height": self.size[1]}

    @classmethod
    def from_dict(cls, value: Any, path: str = "") -> PictureRequest:
        f = Fields(value, path)
        poses = f.items("poses", Pose.from_dict, required=True)
        if not 0 < len(poses) <= MAX_POSES:
            raise WireError(f.at("poses"), f"expected 1 to {MAX_POSES} poses, got {len(poses)}")
        size = (f.integer("width", 256, MIN_PIXELS, MAX_PIXELS), f.integer("height", 256, MIN_PIXELS, MAX_PIXELS))
        f.done()
        return cls(poses, size)


@dataclass(frozen=True)
class Pictures:
    """PNG files, in the order of the poses; base64 on the wire."""

    pngs: tuple[bytes, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"pictures": [base64.b64encode(png).decode("ascii") for png in self.pngs]}

    @classmethod
    def from_dict(cls, value: Any, path: str = "") -> Pictures:
        f = Fields(value, path)
        pngs = f.items("pictures", png_from, required=True)
        f.done()
        return cls(pngs)


def png_from(value: Any, path: str) -> bytes:
    """The bytes of a file from base64."""
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError) as error:
        raise WireError(path, f"not base64: {error}") from None
