"""Which part of the data a source of poses belongs to; fixed by its name, whatever else is in the data.

The model and the retriever that judges it learn from different captions: a judge that has read the same captions as the
judged flatters it. Whole motion trials and the descriptions of whole names of the atlas go to one part, so that no near
copy of a test pose is described. Nobody can pose a name that was never heard: every name is learned by its first way to
ask, and its other ways are dealt out one by one.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

SPLITS: Final = ("train", "retriever", "val", "test")
UNSEEN: Final = "retriever"  # the part whose poses are never drawn: the retriever reads texts alone
_SHARES: Final = (("test", 10), ("val", 5), ("retriever", 20))  # percent; the rest is train

_SIDE: Final = re.compile(r"\b(left|right)\b")


def split_of(key: str) -> str:
    """The part that a trial, an atlas name or a prompt belongs to, by the hash of its name."""
    percent = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % 100
    for name, share in _SHARES:
        if percent < share:
            return name
        percent -= share
    return "train"


def split_of_way(prompt: str, first: bool) -> str:
    """The part of a way to ask for a name; both sides of one go together. first: whether it is the name's first."""
    return "train" if first else split_of(f"way {_SIDE.sub('side', prompt)}")
