"""Directions as people say them: "down and slightly back", "forward, somewhat out and slightly up"."""

from __future__ import annotations

from functools import cache
from itertools import combinations, permutations, product
from typing import Final

import numpy as np

from .exact_words import WEIGHTS

Triple = tuple[float, float, float]
_WORDS: Final = (("out", "inward"), ("up", "down"), ("forward", "back"))
_SIDES: Final = (("to the left", "to the right"), *_WORDS[1:])
_LENGTHWAYS: Final = {
    "back": ("towards the feet", "towards the head"),
    "front": ("towards the head", "towards the feet"),
}
_LEVELS: Final = ((1.0, ""), (WEIGHTS["slightly"], "slightly "))
_WORD_COST: Final = 11.0  # deg that a further word has to bring the direction nearer


@cache
def _codebook() -> tuple[np.ndarray, np.ndarray, list[tuple[tuple[int, int, str], ...]]]:
    """Unit vectors (n, 3), what their words cost (n,) deg, and the words: (axis, 0 plus or 1 minus, modifier)."""
    vectors, costs, said = [], [], []
    for size in (1, 2, 3):
        for axes, signs in product(combinations(range(3), size), product((0, 1), repeat=size)):
            for order in permutations(range(size)):
                for levels in product(_LEVELS, repeat=size - 1):
                    weights = [1.0, *(weight for weight, _ in levels)]
                    if weights != sorted(weights, reverse=True):
                        continue
                    vector = np.zeros(3)
                    for k, weight in zip(order, weights, strict=True):
                        vector[axes[k]] = weight * (1 - 2 * signs[k])
                    vectors.append(vector / np.linalg.norm(vector))
                    costs.append(_WORD_COST * (size - 1))
                    modifiers = ["", *(word for _, word in levels)]
                    said.append(tuple((axes[k], signs[k], word) for k, word in zip(order, modifiers, strict=True)))
    return np.array(vectors), np.array(costs), said


def aim(direction: Triple | np.ndarray, *, limb: bool = True, cost: float = 1.0, lying: str = "") -> str:
    """(out, up, front) of a limb, or (left, up, front) of the trunk or the gaze, as few words that come near it.

    cost: 1 for a full description; the more, the fewer words. lying: "back" or "front" of a body on it: what is forward
    of one that stands is then towards its feet or its head.
    """
    vectors, costs, said = _codebook()
    unit = np.asarray(direction) / max(float(np.linalg.norm(direction)), 1e-9)
    errors = np.degrees(np.arccos(np.clip(vectors @ unit, -1, 1)))
    words = _WORDS if limb else _SIDES
    words = (*words[:2], _LENGTHWAYS[lying]) if lying else words
    parts = [f"{modifier}{words[axis][sign]}" for axis, sign, modifier in said[int(np.argmin(errors + cost * costs))]]
    if parts == ["out"]:
        return "out to the side"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
