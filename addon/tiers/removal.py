"""Removing a tier from the disk, with what set-ups of it have left. No bpy."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from .catalogue import PART, Tier, read_record, size_of, write_record
from .setup_words import SetUpFailed, explain


def remove_tier(folder: Path, tier: Tier) -> int:
    """Remove a tier and what set-ups of it have left. Returns the bytes freed.

    Raises:
        SetUpFailed: something is still there.
    """
    record = read_record(folder)
    if record.pop(tier.name, None) is not None:
        try:
            write_record(folder, record)  # first: a tier that is half removed is not set up
        except OSError as error:
            raise SetUpFailed(*explain(str(error), error.errno or 1)) from None
    freed = 0
    for path in (folder / tier.folder, folder / (tier.folder + PART), folder / f"{tier.folder}.old"):
        freed += size_of(path)
        remove_folder(path)
        if path.exists():
            raise SetUpFailed(f"{path} cannot be removed wholly.", "Stop the pose service, then remove it again.")
    return freed


def remove_folder(path: Path, tries: int = 5) -> None:
    """Remove a folder as far as that is possible; a process that has just been ended may still hold files."""
    for _ in range(tries):
        if not path.exists():
            return
        shutil.rmtree(path, ignore_errors=True)
        if path.exists():
            time.sleep(0.1)
