"""How sure a photo fit may be: `python -m tests.bench.confidence [--n 40]` prints what vision/confidence.py holds.

Our own body in poses of the atlas is drawn from three sides and found again. A limb counts as right when its two
segments are off by less than 30 degrees on average in the camera's axes, a pose when its limb joints are within 100 mm
(PA). A logistic model with fixed signs is fitted to every second pose, and checked on the others.
"""

from __future__ import annotations

import argparse
import random
from itertools import pairwise

import numpy as np

from backend.language.atlas import atlas
from backend.vision.confidence import LIMBS as PARTS
from backend.vision.confidence import evidence_of_limb, evidence_of_whole
from rigs.skeleton import INDEX

from . import closed_loop
from .closed_loop import LIMBS, aligned_error, cases, fitted

RIGHT_LIMB, RIGHT_POSE = 30.0, 0.1  # degrees, m


def logistic(x: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Weights (k + 1,), the constant last, all others >= 0, of the likeliest model."""
    rows = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    w = np.zeros(rows.shape[1])
    for _ in range(20000):
        p = 1 / (1 + np.exp(-rows @ w))
        w += 0.3 * (rows.T @ (right - p) / len(rows) - 0.003 * np.append(w[:-1], 0.0))
        w[:-1] = np.maximum(w[:-1], 0.0)
    return w


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=40)
    options = parser.parse_args()
    closed_loop.VIEWS["back"] = np.radians(200.0)
    names = random.Random(11).sample(sorted(atlas().entries), options.n)
    wholes, limbs = [], []
    for case in cases(names):
        photo = fitted(case)
        if photo is None:
            continue
        camera, held_out = photo.fit.camera, names.index(case.name) % 2
        mine = photo.fit.joints @ camera.rotation.T + camera.translation
        rows = [INDEX[n] for n in LIMBS]
        good = aligned_error(mine[rows], case.joints[rows]) < RIGHT_POSE
        wholes.append((held_out, *evidence_of_whole(photo.fit, photo.person), good))
        for limb, chain in PARTS.items():
            off = np.mean([_angle(mine, case.joints, a, b) for a, b in pairwise(chain)])
            limbs.append((held_out, *evidence_of_limb(photo.fit, photo.person, limb), off < RIGHT_LIMB))
    for title, table in (("WHOLE", np.array(wholes, float)), ("LIMB", np.array(limbs, float))):
        train, held = table[table[:, 0] == 0], table[table[:, 0] == 1]
        w = logistic(train[:, 1:-1], train[:, -1])
        p = 1 / (1 + np.exp(-(held[:, 1:-1] @ w[:-1] + w[-1])))
        print(
            f"{title} = {np.round(w, 2).tolist()}  # {len(train)} fitted, {held[:, -1].mean():.2f} of {len(held)} right"
        )
        for low, high in ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 1.01)):
            part = (p >= low) & (p < high)
            if part.any():
                print(f"  sure {low:.2f}-{high:.2f}: {part.sum()} held out, {held[part, -1].mean():.2f} of them right")
        print(f"  Brier {((p - held[:, -1]) ** 2).mean():.3f}, of a constant {held[:, -1].var():.3f}")


def _angle(a: np.ndarray, b: np.ndarray, first: str, last: str) -> float:
    """Degrees between the ways from one joint to another."""
    ways = [j[INDEX[last]] - j[INDEX[first]] for j in (a, b)]
    cosine = ways[0] @ ways[1] / np.linalg.norm(ways[0]) / np.linalg.norm(ways[1])
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


if __name__ == "__main__":
    main()
