"""How sure a photo fit may be: `python -m tests.bench.confidence [--n 48]` prints what vision/confidence.py holds.

Our own body in poses of the atlas is drawn and found again: twice each as hard as pictures are (`varied.py`: clutter,
occluders, neighbours, cuts, blur, noise), and half as many poses clean from three sides. A limb counts as right when
its two segments are off by less than 30 degrees on average in the camera's axes, a pose when its limb joints are within
100 mm (PA). A logistic model with fixed signs is fitted to every second pose, and checked on the others, beside what
the constants in use say.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from backend.body.model import BodyModel
from backend.body.png import encode_png
from backend.errors import BadInput
from backend.language.atlas import atlas
from backend.vision.confidence import LIMBS as PARTS
from backend.vision.confidence import confidence_of_limbs, confidence_of_whole, evidence_of_limb, evidence_of_whole
from backend.vision.photo import Photo, pose_photo
from rigs.skeleton import INDEX
from rigs.wire import ImageBytes

from .closed_loop import LIMBS, VIEWS, aligned_error, cases, fitted
from .varied import varied

CLEAN = {**VIEWS, "back": (200.0, None)}
RIGHT_LIMB, RIGHT_POSE = 30.0, 0.1  # degrees, m
BINS = ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 1.01))


@dataclass(eq=False)
class Table:
    """A row for each limb or pose: whether it is held out, the evidence, what is said now, whether it is right."""

    held_out: list[bool] = field(default_factory=list)
    evidence: list[tuple[float, ...]] = field(default_factory=list)
    said: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)

    def add(self, held_out: bool, evidence: tuple[float, ...], said: float, right: bool) -> None:
        self.held_out.append(held_out)
        self.evidence.append(evidence)
        self.said.append(said)
        self.right.append(right)


def logistic(x: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Weights (k + 1,), the constant last, all others >= 0, of the likeliest model."""
    rows = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    w = np.zeros(rows.shape[1])
    for _ in range(20000):
        p = 1 / (1 + np.exp(-rows @ w))
        w += 0.3 * (rows.T @ (right - p) / len(rows) - 0.003 * np.append(w[:-1], 0.0))
        w[:-1] = np.maximum(w[:-1], 0.0)
    return w


def found_again(n: int) -> Iterator[tuple[str, np.ndarray, Photo]]:
    """Poses by name, their joints (55, 3) m in camera axes, what was found of them: n hard poses, then clean ones."""
    names = sorted(atlas().entries)
    for hard in varied(random.Random(11).sample(names, n), 7, 2):
        try:
            photo = pose_photo(ImageBytes(encode_png(hard.pixels)), hard.box, None, BodyModel.load().shaped())
        except BadInput as fault:
            print(f"  {hard.name}: {fault}")
            continue
        yield hard.name, hard.joints, photo
    for case in cases(random.Random(12).sample(names, n // 2), CLEAN):
        if (clean := fitted(case)) is not None:
            yield case.name, case.joints, clean


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=48)
    options = parser.parse_args()
    wholes, limbs, order = Table(), Table(), {}
    for name, joints, photo in found_again(options.n):
        held_out = order.setdefault(name, len(order)) % 2 == 1
        camera = photo.fit.camera
        mine = photo.fit.joints @ camera.rotation.T + camera.translation
        rows = [INDEX[n] for n in LIMBS]
        near = aligned_error(mine[rows], joints[rows]) < RIGHT_POSE
        wholes.add(
            held_out, evidence_of_whole(photo.fit, photo.person), confidence_of_whole(photo.fit, photo.person), near
        )
        said = confidence_of_limbs(photo.fit, photo.person)
        for limb, chain in PARTS.items():
            off = np.mean([_angle(mine, joints, a, b) for a, b in pairwise(chain)])
            limbs.add(held_out, evidence_of_limb(photo.fit, photo.person, limb), said[limb], bool(off < RIGHT_LIMB))
    _print("WHOLE", wholes)
    _print("LIMB", limbs)


def _print(title: str, table: Table) -> None:
    held, x = np.array(table.held_out), np.array(table.evidence)
    said, right = np.array(table.said), np.array(table.right, float)
    w = logistic(x[~held], right[~held])
    p = 1 / (1 + np.exp(-(x[held] @ w[:-1] + w[-1])))
    print(f"{title} = {np.round(w, 2).tolist()}  # fitted to {(~held).sum()}")
    _print_reliability("fitted anew, held out", p, right[held])
    _print_reliability("constants in use, all", said, right)


def _print_reliability(title: str, said: np.ndarray, right: np.ndarray) -> None:
    brier = ((said - right) ** 2).mean()
    print(f"  {title}: {right.mean():.2f} of {len(right)} right, Brier {brier:.3f}, of a constant {right.var():.3f}")
    for low, high in BINS:
        part = (said >= low) & (said < high)
        if part.any():
            told = f"said {said[part].mean():.2f}  right {right[part].mean():.2f}"
            print(f"    {low:.2f}-{min(high, 1.0):.2f}: {part.sum():4}  {told}")


def _angle(a: np.ndarray, b: np.ndarray, first: str, last: str) -> float:
    """Degrees between the ways from one joint to another."""
    ways = [j[INDEX[last]] - j[INDEX[first]] for j in (a, b)]
    cosine = ways[0] @ ways[1] / np.linalg.norm(ways[0]) / np.linalg.norm(ways[1])
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


if __name__ == "__main__":
    main()
