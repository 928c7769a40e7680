"""Pictures of every kind are read upright and in colour; what is no picture is said quickly and clearly."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from backend.errors import BadFile
from backend.vision.images import LONGEST, read_picture
from rigs.wire import ImageBytes, ImageFile

RED_LEFT = np.zeros((40, 60, 3), np.uint8)
RED_LEFT[:, :30, 0] = 255


def _saved(image: Any, kind: str = "PNG", **options: Any) -> ImageBytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return ImageBytes(out.getvalue())


def test_pixels_come_as_they_are() -> None:
    picture = read_picture(_saved(Pillow.fromarray(RED_LEFT)))
    assert np.array_equal(picture.pixels, RED_LEFT)
    assert picture.scale == 1.0 and picture.focal is None and picture.notes == ()


def test_a_turned_photo_is_set_upright() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to see it upright
    picture = read_picture(_saved(Pillow.fromarray(RED_LEFT), "JPEG", exif=exif, quality=95))
    assert picture.size == (40, 60)
    assert picture.pixels[5, 20, 0] > 200 > 60 > picture.pixels[55, 20, 0]  # what was left is on top


def test_the_noted_focal_length_is_taken_for_this_size() -> None:
    exif = Pillow.Exif()
    exif.get_ifd(0x8769)[0xA405] = 50
    picture = read_picture(_saved(Pillow.fromarray(RED_LEFT), "JPEG", exif=exif))
    assert picture.focal == pytest.approx(50 * np.hypot(40, 60) / 43.27, rel=1e-3)


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "CMYK", "1", "I;16", "F", "YCbCr"])
def test_every_colour_mode_becomes_rgb(mode: str) -> None:
    kind = {"CMYK": "TIFF", "F": "TIFF", "YCbCr": "JPEG"}.get(mode, "PNG")
    grey = Pillow.fromarray(RED_LEFT).convert("L")
    image = Pillow.fromarray(np.asarray(grey, np.uint16) * 200) if mode == "I;16" else Pillow.fromarray(RED_LEFT)
    picture = read_picture(_saved(image if mode == "I;16" else image.convert(mode), kind))
    assert picture.pixels.shape == (40, 60, 3) and picture.pixels.dtype == np.uint8
    assert picture.pixels[:, :30].mean() > picture.pixels[:, 30:].mean() + 20


def test_what_is_transparent_lies_on_grey() -> None:
    clear = np.zeros((40, 60, 4), np.uint8)
    assert (read_picture(_saved(Pillow.fromarray(clear))).pixels == 128).all()


def test_of_an_animation_the_first_frame_counts_and_it_is_said() -> None:
    frames = [Pillow.fromarray(RED_LEFT), Pillow.fromarray(255 - RED_LEFT)]
    picture = read_picture(_saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert picture.pixels[20, 10, 0] > 200
    assert "first" in picture.notes[0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_is_made_smaller_and_its_scale_kept(kind: str) -> None:
    picture = read_picture(_saved(Pillow.new("RGB", (2 * LONGEST, 400)), kind))
    assert max(picture.size) <= LONGEST
    assert picture.size[0] * picture.scale == pytest.approx(2 * LONGEST, rel=0.01)


def test_a_huge_picture_is_refused_before_it_is_decoded() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0))
    header = b"\x89PNG\r\n\x1a\n" + size + chunk(b"IDAT", b"\0" * 10)
    with pytest.raises(BadFile, match="20000 x 20000"):
        read_picture(ImageBytes(header))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"hello, I am a text", "no picture"),
        (b"", "no picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "picture|damaged"),
        (_saved(Pillow.fromarray(RED_LEFT)).data[:90], "damaged"),
        (_saved(Pillow.new("RGB", (1, 1))).data, "1 x 1"),
    ],
)
def test_what_is_no_picture_is_said(data: bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        read_picture(ImageBytes(data))


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.png", tmp_path):
        with pytest.raises(BadFile):
            read_picture(ImageFile(str(path)))


def test_a_level_is_the_mean_of_four() -> None:
    pixels = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3)
    picture = read_picture(_saved(Pillow.fromarray(np.tile(pixels, (8, 8, 1)))))
    assert np.abs(np.asarray(picture.level(1))[0, 0].astype(int) - pixels[:2, :2].reshape(4, 3).mean(axis=0)).max() <= 1
