"""PNG files with the standard library: 8-bit RGB, no metadata, so the same picture is always the same bytes."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode_png(image: np.ndarray) -> bytes:
    """An image (h, w, 3) uint8, or (h, w, 4) with alpha, as the bytes of a PNG file.

    Raises:
        ValueError: for another shape or type.
    """
    image = np.asarray(image)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4) or 0 in image.shape:
        raise ValueError(f"expected a uint8 image of shape (h, w, 3 or 4), got {image.dtype} {image.shape}")
    height, width, channels = image.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(_filtered(image), 6)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def write_png(path: str | Path, image: np.ndarray) -> None:
    """Write `image` (h, w, 3 or 4) uint8; the folder must exist.

    Raises:
        OSError: if the file cannot be written.
    """
    Path(path).write_bytes(encode_png(image))


def _filtered(image: np.ndarray) -> bytes:
    """Rows with filter "Up" (each byte minus the one above): flat backgrounds become zeros and compress well."""
    height = len(image)
    rows = image.reshape(height, -1)
    out = np.empty((height, rows.shape[1] + 1), np.uint8)
    out[:, 0] = 2
    out[0, 1:] = rows[0]
    out[1:, 1:] = rows[1:] - rows[:-1]  # uint8 wraps around as the format asks
    return out.tobytes()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
