"""Words for the stretches of a number line: what classes of poses (PoseScript) and of changes (PoseFix) are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Scale:
    """names[i] is what a number is called from limits[i - 1] to limits[i]; "" where nobody would say anything.

    tolerance: a number this near to a limit may go by the name on either side.
    """

    limits: tuple[float, ...]
    names: tuple[str, ...]
    tolerance: float

    def name(self, value: float) -> str:
        return self.names[int(np.searchsorted(self.limits, value, side="right"))]

    def near(self, value: float) -> frozenset[str]:
        """All names that the number may go by."""
        low, high = (int(np.searchsorted(self.limits, value + d)) for d in (-self.tolerance, self.tolerance))
        return frozenset(self.names[low : high + 1])
