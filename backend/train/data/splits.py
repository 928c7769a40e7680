"""Which part of the data a source of poses belongs to; fixed by its name, whatever else is in the data.

The model and the retriever that judges it learn from different captions: a judge that has read the same captions as the
judged flatters it. Whole motion trials and whole names of the atlas go to one part, so that no near copy of a test pose
is learned from.
"""

from __future__ import annotations

import hashlib
from typing import Final

SPLITS: Final = ("train", "retriever", "val", "test")
_SHARES: Final = (("test", 10), ("val", 5), ("retriever", 20))  # percent; the rest is train


def split_of(key: str) -> str:
    """The part that a trial, an atlas name or a prompt belongs to, by the hash of its name."""
    percent = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % 100
    for name, share in _SHARES:
        if percent < share:
            return name
        percent -= share
    return "train"
