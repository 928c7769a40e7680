"""An answer carried out on trial: what its statements reach, and where the body then is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backend.posecodes import Program
from backend.solver import Solution, Verdict


@dataclass(frozen=True, eq=False)
class Draft:
    """verdicts: on the model's own statements, in their order. joints: (55, 3) m. solution: all of it."""

    verdicts: tuple[Verdict, ...]
    solution: Solution

    @classmethod
    def of(cls, solution: Solution, asked: Program) -> Draft:
        """The draft of a solved program of which `asked` is the model's own part."""
        found = {v.code: v for v in solution.verdicts}
        return cls(tuple(found[code] for code in asked if code in found), solution)

    @property
    def joints(self) -> np.ndarray:
        return self.solution.joints

    @property
    def missed(self) -> list[tuple[int, Verdict]]:
        """The statements that are not met, with their places in the program."""
        return [(k, v) for k, v in enumerate(self.verdicts) if not v.measured.met]

    @property
    def score(self) -> int:
        """Statements met less statements missed: leaving out everything is no way to do better."""
        return len(self.verdicts) - 2 * len(self.missed)

    def badly_missed(self, tolerances: float) -> bool:
        """Whether a statement is off by more than so many of its tolerances."""
        return any(v.measured.error > tolerances * v.code.tolerance for _, v in self.missed)
