"""Learn how the joints of a limb go together: `python -m backend.train.limb_prior POSES.npz [--out FILE]`.

POSES.npz holds `poses` (n, 22, 3) rad of body joints in SMPL-X order and `trial_id` (n,); only even trials are learned
from, so that odd ones can test. For each limb the mean and covariance of its swing and twist coordinates are kept: the
right limbs count as mirrored left ones. A whole-body prior would pull every pose towards standing, since motion capture
is nearly all upright; one limb by itself has no such leaning (`backend.solver.limb_prior` says how it is used).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

import numpy as np

from backend.body.rotations import rotmat_to_quat_wxyz, rotvec_to_rotmat
from backend.solver.limb_prior import FILE, LIMBS
from backend.solver.limits import swing_twist
from rigs.skeleton import INDEX, N_BODY

_FLOOR: Final = np.radians(4.0)  # rad; what the data never do may still happen, e.g. a wrist that twists a little
_STRAY: Final = np.radians(150.0)  # rad; frames with a larger coordinate are faults of the capture
_BENT: Final = 0.5  # rad of flexion from which on the hinge's axis can be seen
_FLIP: Final = np.array([1.0, -1.0, -1.0])  # of the coordinates, left to right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("poses", type=Path)
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args()
    with np.load(options.poses) as data:
        rotvecs = data["poses"][data["trial_id"] % 2 == 0].astype(float)
    learned = {limb: learn(coordinates(rotvecs), joints) for limb, joints in LIMBS.items()}
    text = json.dumps({"poses": len(rotvecs), "limbs": learned}, indent=None, separators=(",", ":"))
    options.out.write_text(text + "\n", encoding="utf-8")
    print(f"{len(rotvecs)} poses of even trials -> {options.out}")


def coordinates(rotvecs: np.ndarray) -> np.ndarray:
    """(n, 22, 3) rad swing and twist coordinates of poses (n, 22, 3), with hinges as the body has them."""
    local = with_body_hinges(rotvec_to_rotmat(rotvecs))
    return swing_twist(rotmat_to_quat_wxyz(local), np.arange(N_BODY))


def with_body_hinges(local: np.ndarray) -> np.ndarray:
    """Captured poses (n, 22, 3, 3) with elbows that bend about Y and forearms that twist at the elbow, as the body has.

    Every limb stays where it was.
    """
    out = local.copy()
    for side in ("left", "right"):
        _square_elbow(out, side)
        _untwist_wrist(out, side)
    return out


def _square_elbow(local: np.ndarray, side: str) -> None:
    """Turn the upper arm about its length so that the elbow bends about Y alone; the forearm stays where it was.

    Capture systems place the elbow's axis by their own convention, mostly some 10 to 30 degrees off.
    """
    shoulder, elbow = INDEX[f"{side}_shoulder"], INDEX[f"{side}_elbow"]
    bend = swing_twist(rotmat_to_quat_wxyz(local[:, [elbow]]), np.array([elbow]))[:, 0]
    way = -1.0 if side == "left" else 1.0
    bent = np.hypot(bend[:, 1], bend[:, 2]) > _BENT
    angle = float(np.median(np.arctan2(way * bend[bent, 2], way * bend[bent, 1])))
    turn = rotvec_to_rotmat(np.array([angle, 0.0, 0.0]))
    local[:, shoulder] = local[:, shoulder] @ turn
    local[:, elbow] = turn.T @ local[:, elbow]


def _untwist_wrist(local: np.ndarray, side: str) -> None:
    """The forearm's twist belongs to the elbow joint: hands turn because the forearm does."""
    elbow, wrist = INDEX[f"{side}_elbow"], INDEX[f"{side}_wrist"]
    twist = swing_twist(rotmat_to_quat_wxyz(local[:, [wrist]]), np.array([wrist]))[:, 0, 0]
    turn = rotvec_to_rotmat(np.stack([twist, 0 * twist, 0 * twist], axis=-1))
    local[:, elbow] = local[:, elbow] @ turn
    local[:, wrist] = np.swapaxes(turn, -1, -2) @ local[:, wrist]


def learn(x: np.ndarray, joints: tuple[str, ...]) -> dict[str, list]:
    """Mean (3k,) and covariance (3k, 3k) in rad of a limb's coordinates, both sides together."""
    sided = joints[0].startswith("left_")
    mine = x[:, [INDEX[j] for j in joints]]
    twin = x[:, [INDEX[j.replace("left_", "right_")] for j in joints]] * _FLIP
    both = np.concatenate([mine, twin if sided else mine * _FLIP]).reshape(2 * len(x), -1)
    both = both[(np.abs(both) < _STRAY).all(axis=1)]
    covariance = np.cov(both.T) + _FLOOR**2 * np.eye(both.shape[1])
    return {"mean": np.round(both.mean(axis=0), 4).tolist(), "covariance": np.round(covariance, 5).tolist()}


if __name__ == "__main__":
    main()
