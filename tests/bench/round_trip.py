"""Pose -> its posecodes -> solve -> how far the joints are off: `python -m tests.bench.round_trip POSES.npz [--n N]`.

POSES.npz holds `poses` (n, 22, 3) rad of body joints in SMPL-X order and `trial_id` (n,). Trials with an odd number are
used, which the limb prior was not learned from (`backend.train.limb_prior`). Poses are compared with pelvis and heading
in the same place, over the 22 body joints; the neutral stance and the error without any solving are printed beside it.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from backend.body.kinematics import Kinematics, heading_of
from backend.body.model import BodyModel, ShapedBody
from backend.body.outline import floor_of
from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes.observed import TRACKED, observed
from backend.posecodes.tracking import posed
from backend.solver import Setting, neutral_stance, pose_program
from rigs.skeleton import N_BODY


def held_out(path: Path, n: int, seed: int) -> np.ndarray:
    """(n, 55, 3, 3) local rotations of poses of odd trials, facing front, with relaxed hands."""
    with np.load(path) as data:
        rotvecs = data["poses"][data["trial_id"] % 2 == 1].astype(float)
    chosen = np.random.default_rng(seed).choice(len(rotvecs), min(n, len(rotvecs)), replace=False)
    local = np.repeat(neutral_stance()[None], len(chosen), axis=0)
    local[:, :N_BODY] = rotvec_to_rotmat(rotvecs[chosen])
    local[:, 0] = np.swapaxes(heading_of(local[:, 0]), -1, -2) @ local[:, 0]
    return local


def standing(shaped: ShapedBody, local: np.ndarray) -> Kinematics:
    """One pose (55, 3, 3) with the lowest point of its skin on the ground."""
    floor = floor_of(shaped, posed(shaped.joints, local, np.zeros(3), TRACKED))
    return posed(shaped.joints, local, np.array([0.0, -floor, 0.0]), TRACKED)


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """Mean distance (m) of the body joints (55, 3) with the pelvises in one place."""
    moved = (a - a[0]) - (b - b[0])
    return float(np.linalg.norm(moved[:N_BODY], axis=-1).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("poses", type=Path)
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    shaped = BodyModel.load().shaped()
    neutral = standing(shaped, neutral_stance()).joints[0]
    rows = []
    for local in held_out(options.poses, options.n, options.seed):
        body = standing(shaped, local)
        program = observed(body)
        began = time.perf_counter()
        solution = pose_program(shaped, program, Setting.neutral())[0]
        seconds = time.perf_counter() - began
        unmet = sum(not v.measured.met for v in solution.verdicts) / len(program)
        twist = _turned(local[:N_BODY], solution.local[:N_BODY])
        rows.append((apart(body.joints[0], solution.joints), apart(body.joints[0], neutral), unmet, seconds, twist))
    error, baseline, unmet, seconds, twist = np.array(rows).T
    print(f"{len(rows)} poses of held-out trials")
    print(f"joint error  mean {1e3 * error.mean():.1f} mm  median {1e3 * np.median(error):.1f}", end="  ")
    print(f"p95 {1e3 * np.percentile(error, 95):.1f}  (neutral stance: {1e3 * baseline.mean():.0f} mm)")
    print(f"joint rotations off by {twist.mean():.1f} deg on average; statements not met {100 * unmet.mean():.1f} %")
    print(f"solve  median {1e3 * np.median(seconds):.1f} ms  p95 {1e3 * np.percentile(seconds, 95):.1f} ms")


def _turned(a: np.ndarray, b: np.ndarray) -> float:
    """Mean angle (deg) between the local rotations (22, 3, 3) of two poses."""
    trace = np.einsum("jab,jab->j", a, b)
    return float(np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1))).mean())


if __name__ == "__main__":
    main()
