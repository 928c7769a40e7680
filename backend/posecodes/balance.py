"""Where the weight is: the centre of mass over one foot, over both, or part of the way between two bearers."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual
from backend.body.kinematics import Kinematics

from .base import Measured, Posecode, Uses, name_in, names, number, pattern, register
from .ground import BEARERS
from .vocabulary import skin, words

_LINE = pattern(r"(?:weight (?:even |{n} )?on|balanced over) (?:the )?(?P<parts>.+)")
_EVEN = pattern(r"weight even on both (?P<parts>feet|hands|knees|toes)")
_PLURALS = {"feet": "foot", "hands": "hand", "knees": "knee", "toes": "toes"}


@register
@dataclass(frozen=True)
class Balance(Posecode):
    """Where the centre of mass is, seen from above: over the middle of some parts that bear, or nearer to the first.

    Says nothing about what touches the ground: say that with support.
    """

    kind = "balance"
    unit = "m"
    tolerance = 0.04
    examples = ("weight on left foot", "weight even on left foot, right foot", "weight 0.7 on left foot, right foot")

    parts: tuple[str, ...] = names(BEARERS, "the parts that the weight is over; over their middle, where several")
    share: float = number(
        "how much of the weight is on the first part rather than the others; 0 means alike on all", 0, 1, unit="",
        default=0.0,
    )  # fmt: skip

    def _points(self) -> list[tuple[str, float]]:
        """Points of the skin and their weights, which sum to one; of one part all points count alike."""
        first = self.share if self.share and len(self.parts) > 1 else 1 / len(self.parts)
        rest = (1 - first) / max(1, len(self.parts) - 1)
        weights = (first, *(rest for _ in self.parts[1:]))
        return [(skin(r), w / len(BEARERS[p])) for p, w in zip(self.parts, weights, strict=True) for r in BEARERS[p]]

    def uses(self) -> Uses:
        return Uses.of(("com", *(name for name, _ in self._points())))

    def alike(self) -> Hashable:
        return len(self._points())

    @classmethod
    def residuals(cls, codes: Sequence[Balance], body: Kinematics) -> Dual:
        """(S, K, 2) m: how far the centre of mass is from where it should be, to the left and to the front."""
        points = [c._points() for c in codes]
        each = body.points(name for p in points for name, _ in p)
        weights = np.array([[w for _, w in p] for p in points])
        s, (k, n) = len(each.value), weights.shape
        value = np.einsum("kn,sknc->skc", weights, each.value.reshape(s, k, n, 3))
        jac = None if each.jac is None else np.einsum("kn,skncd->skcd", weights, each.jac.reshape(s, k, n, 3, -1))
        off = body.points("com" for _ in codes) - Dual(value, jac)
        axes = body.heading[:, :, [0, 2]]
        turned = None if off.jac is None else np.einsum("sca,skcd->skad", axes, off.jac)
        return Dual(off.value @ axes, turned)

    def measure(self, body: Kinematics) -> Measured:
        off = float(np.linalg.norm(self.residual(body).value[0]))
        return Measured(off, off <= self.tolerance, "m", 0.0, off)

    def limbs(self) -> frozenset[str]:
        return frozenset({"balance"})

    def said(self) -> str:
        how = f"{self.share:g} " if self.share else "even " if len(self.parts) > 1 else ""
        return f"weight {how}on {', '.join(words(p) for p in self.parts)}"

    @classmethod
    def read(cls, line: str) -> Balance | None:
        even = _EVEN.match(line)
        if even:
            return cls(tuple(f"{side}_{_PLURALS[even['parts']]}" for side in ("left", "right")))
        m = _LINE.match(line)
        parts = tuple(name_in(p, BEARERS) for p in re.split(r", | and ", m["parts"])) if m else ()
        share = float((m and m.groups()[0]) or 0)
        if not parts or not all(parts) or not 0 <= share <= 1:
            return None
        return cls(tuple(p for p in parts if p), share)
