"""PNG files, read again by a decoder that knows only the format's rules."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from backend.body.png import SIGNATURE, encode_png, write_png


def decode(data: bytes) -> np.ndarray:
    """An independent reader: checks every CRC, undoes filters None, Sub and Up."""
    assert data[:8] == SIGNATURE
    at, chunks = 8, []
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length)[0] == zlib.crc32(kind + body)
        chunks.append((kind, body))
        at += 12 + length
    assert [k for k, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
    width, height, bits, colour, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    assert bits == 8 and rest == [0, 0, 0]
    channels = {2: 3, 6: 4}[colour]
    raw = zlib.decompress(chunks[1][1])
    stride = width * channels + 1
    assert len(raw) == stride * height
    rows, above = [], np.zeros(width * channels, np.uint8)
    for y in range(height):
        line = np.frombuffer(raw[y * stride + 1 : (y + 1) * stride], np.uint8)
        assert raw[y * stride] == 2
        above = line + above
        rows.append(above)
    return np.array(rows).reshape(height, width, channels)


@pytest.mark.parametrize("shape", [(1, 1, 3), (5, 7, 3), (33, 20, 4)])
def test_what_is_written_is_read(shape: tuple[int, int, int], tmp_path: Path) -> None:
    image = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    write_png(tmp_path / "a.png", image)
    assert (decode((tmp_path / "a.png").read_bytes()) == image).all()


def test_the_same_picture_is_the_same_bytes() -> None:
    image = np.full((4, 4, 3), 9, np.uint8)
    assert encode_png(image) == encode_png(image.copy())


@pytest.mark.parametrize("image", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
def test_another_shape_or_type_is_refused(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected a uint8 image"):
        encode_png(image)
