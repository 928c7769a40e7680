"""Three poses with their words, in place of the training data."""

from __future__ import annotations

import numpy as np

from rigs.skeleton import GROUPS, N_BODY

N_LEARNED = N_BODY + len(GROUPS["hands"])


class Texts:
    """Three poses with their words, and what turns one into the next."""

    words = ("standing", "the left arm raised", "sitting on a chair")

    def pose(self, k: int) -> np.ndarray:
        return np.random.default_rng(k).normal(0, 0.3, (N_LEARNED, 3)).astype(np.float32)

    def captioned(self, rng: np.random.Generator, long: bool = True) -> tuple[np.ndarray, str]:
        k = int(rng.integers(3))
        return self.pose(k), self.words[k]

    def edit(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, str]:
        k = int(rng.integers(3))
        return self.pose(k), self.pose((k + 1) % 3), f"then {self.words[(k + 1) % 3]}"

    difference = edit
