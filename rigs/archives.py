"""Reads named arrays out of an `.npz` that somebody else wrote. Sizes are checked first; pickled objects never load."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np


class BadArchive(ValueError):
    """The file is no archive of plain arrays; the message begins with its path."""


class ArchiveTooLarge(BadArchive):
    """The wanted arrays unpack to more than the limit."""


def array_names(path: Path) -> tuple[str, ...]:
    """Names of the arrays in the file, sorted; nothing is unpacked.

    Raises:
        BadArchive: it is no `.npz`.
        OSError: it cannot be read.
    """
    return tuple(sorted(_sizes(path)))


def read_arrays(path: Path, required: Sequence[str], optional: Sequence[str], max_bytes: int) -> dict[str, np.ndarray]:
    """Those of the arrays that are there, all numeric.

    Args:
        max_bytes: what the wanted arrays may unpack to, together.

    Raises:
        BadArchive: a required array is missing, holds pickled objects or no numbers, or the file is damaged.
        OSError: it cannot be read.
    """
    sizes = _sizes(path)
    wanted = [key for key in (*required, *optional) if key in sizes]
    lacking = [key for key in required if key not in sizes]
    if lacking:
        there = ", ".join(sorted(sizes)[:12])
        raise BadArchive(f"{path} has no array {lacking[0]!r}; it has {there or 'nothing'}")
    if sum(sizes[key] for key in wanted) > max_bytes:
        raise ArchiveTooLarge(f"{path} unpacks to more than {max_bytes >> 20} MiB")
    try:
        with np.load(path, allow_pickle=False) as data:
            arrays = {key: data[key] for key in wanted}
    except (ValueError, NotImplementedError, MemoryError, EOFError, zipfile.BadZipFile, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        pickled = "pickle" in str(error)
        what = "holds pickled objects, which may run code; they are never loaded" if pickled else f"is damaged: {error}"
        raise BadArchive(f"{path} {what}") from None
    for key, array in arrays.items():
        if array.dtype.kind not in "fiu":
            raise BadArchive(f"{path}: {key} has values of type {array.dtype}, not numbers")
    return arrays


def _sizes(path: Path) -> dict[str, int]:
    """Array name -> bytes unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {info.filename.removesuffix(".npy"): info.file_size for info in archive.infolist()}
    except (zipfile.BadZipFile, EOFError) as error:
        raise BadArchive(f"{path} is not an archive of arrays: {error}") from None
