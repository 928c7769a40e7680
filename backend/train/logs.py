"""What a run says while it goes: a CSV file, a line now and then, TensorBoard where it is asked for."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from backend.errors import NotAvailable

TERMS: Final = ("loss", "words", "root", "body", "hands", "joints")
COLUMNS: Final = ("step", "seconds", "lr", "norm", *TERMS, *(f"val_{t}" for t in TERMS))


class Log:
    """Rows of `log.csv`; a run that goes on drops those from beyond its checkpoint."""

    def __init__(self, folder: Path, step: int, tensorboard: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "log.csv"
        kept = [row for row in self.rows() if int(row["step"]) <= step] if step else []
        with self._path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(kept)
        self._board = _board(folder) if tensorboard else None

    def rows(self) -> list[dict[str, str]]:
        if not self._path.exists():
            return []
        with self._path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def add(self, step: int, values: Mapping[str, float]) -> None:
        row = {"step": step, **{k: f"{v:.6g}" for k, v in values.items()}}
        with self._path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, COLUMNS).writerow(row)
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(name, value, step)


def _board(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise NotAvailable(
            "run.tensorboard needs the package tensorboard", "pip install tensorboard, or leave it out"
        ) from None
    return SummaryWriter(str(folder))


def progress_line(step: int, steps: int, values: Mapping[str, float], left: float) -> str:
    """Like "step 40/1000  loss 1.234  body 0.210 ...  12 min left"."""
    terms = "  ".join(f"{t} {values[t]:.3f}" for t in TERMS if t in values)
    return f"step {step}/{steps}  {terms}  {duration(left)} left"


def duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
