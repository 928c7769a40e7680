"""Poses to learn from, in one layout: heading forward, hands as they are, hinges as the body has them.

A pose of the data is (52, 3) rad: the joints of SMPL-X without jaw and eyes, the 22 of the body and the 30 of the
fingers. Motion capture has no fingers; its hands are those of the neutral stance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from backend.body.kinematics import heading_of
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.errors import BadFile
from backend.solver import neutral_stance
from backend.train.limb_prior import with_body_hinges
from rigs.skeleton import JOINTS, MIRROR, N_BODY, N_JOINTS
from rigs.wire import Pose

from .splits import split_of

_FACE: Final = ("jaw", "left_eye_smplhf", "right_eye_smplhf")
LEARNED: Final = np.array([i for i, j in enumerate(JOINTS) if j not in _FACE])  # the 52 joints, as indices of the 55
N_LEARNED: Final = len(LEARNED)


@dataclass(frozen=True, eq=False)
class PoseTable:
    """rotvecs: (n, 52, 3) float32 rad. keys: what each comes from ("cmu 01_01", "atlas crane"). splits: by the key."""

    rotvecs: np.ndarray
    keys: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(split_of(key) for key in self.keys)

    def spread(self, count: int) -> PoseTable:
        """At most `count` poses, evenly from all."""
        kept = np.unique(np.linspace(0, len(self) - 1, min(count, len(self))).round().astype(int))
        return PoseTable(self.rotvecs[kept], tuple(self.keys[i] for i in kept))

    def pose(self, index: int) -> Pose:
        """The pose on the free body, its pelvis at the origin."""
        return Pose(whole(self.rotvecs[index]), np.zeros(3))

    def save(self, path: Path) -> None:
        np.savez_compressed(path, rotvecs=self.rotvecs, keys=np.array(self.keys))

    @classmethod
    def load(cls, path: Path) -> PoseTable:
        with _opened(path) as data:
            return cls(data["rotvecs"], tuple(str(k) for k in data["keys"]))


def joined(tables: Sequence[PoseTable]) -> PoseTable:
    """Several tables one after the other."""
    return PoseTable(np.concatenate([t.rotvecs for t in tables]), tuple(k for t in tables for k in t.keys))


def whole(rotvecs: np.ndarray) -> np.ndarray:
    """(..., 55, 3) rad of (..., 52, 3): jaw and eyes at rest."""
    out = np.zeros((*rotvecs.shape[:-2], N_JOINTS, 3))
    out[..., LEARNED, :] = rotvecs
    return out


def learned(rotvecs: np.ndarray) -> np.ndarray:
    """(..., 52, 3) float32 rad of (..., 55, 3), the heading taken away: the character faces +Z."""
    out = np.array(rotvecs, dtype=float)
    out[..., 0, :] = _facing_front(out[..., 0, :])
    return out[..., LEARNED, :].astype(np.float32)


def mirrored(rotvecs: np.ndarray) -> np.ndarray:
    """The mirror image (x -> -x) of poses (..., 52, 3)."""
    return rotvecs[..., _MIRROR, :] * np.array([1.0, -1.0, -1.0], rotvecs.dtype)


def turned_alike(before: np.ndarray, turned: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The pose `after` (52, 3) turned as `turned` is turned against `before`, which differ in their root alone."""
    roots = (rotvec_to_rotmat(pose[0].astype(float)) for pose in (turned, before, after))
    seen, ahead, other = roots
    out = after.copy()
    out[0] = rotmat_to_rotvec(seen @ ahead.T @ other)
    return out


def _facing_front(root: np.ndarray) -> np.ndarray:
    rotmat = rotvec_to_rotmat(root)
    flat = rotmat.reshape(-1, 3, 3)
    turned = np.swapaxes(heading_of(flat), -1, -2) @ flat
    return rotmat_to_rotvec(turned).reshape(root.shape)


def read_motion_poses(path: Path, apart: float = 25.0) -> PoseTable:
    """Poses of a motion capture file, thinned within each trial.

    Args:
        path: .npz with `poses` (n, 22, 3) rad of body joints in SMPL-X order and `trial_id` (n,).
        apart: deg; a pose is kept when some joint differs by this from the last kept one of its trial.

    Raises:
        BadFile: no such file, or one without these arrays.
    """
    with _opened(path) as data:
        if not {"poses", "trial_id"} <= set(data.files) or data["poses"].shape[1:] != (N_BODY, 3):
            raise BadFile(
                f"{path}: expected poses (n, {N_BODY}, 3) rad and trial_id (n,), got {', '.join(data.files)}",
                "see docs/training.md for the layout",
            )
        body, trial = data["poses"].astype(float), data["trial_id"]
    local = rotvec_to_rotmat(body)
    kept = _thinned(local, trial, np.radians(apart))
    poses = np.repeat(rotmat_to_rotvec(neutral_stance())[None], len(kept), axis=0)
    poses[:, :N_BODY] = rotmat_to_rotvec(with_body_hinges(local)[kept])
    return PoseTable(learned(poses), tuple(f"cmu {trial[i]}" for i in kept))


def _thinned(local: np.ndarray, trial: np.ndarray, apart: float) -> np.ndarray:
    """Indices of poses (n, 22, 3, 3) that differ from the last kept one of their trial, the root left out."""
    kept: list[int] = []
    for i in range(len(local)):
        if kept and trial[kept[-1]] == trial[i]:
            turn = np.swapaxes(local[kept[-1], 1:], -1, -2) @ local[i, 1:]
            cosine = (np.trace(turn, axis1=-2, axis2=-1).min() - 1) / 2
            if np.arccos(np.clip(cosine, -1, 1)) < apart:
                continue
        kept.append(i)
    return np.array(kept)


def _opened(path: Path) -> np.lib.npyio.NpzFile:
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BadFile(f"{path} cannot be read as .npz: {error}", "check the name; docs/training.md") from None


_MIRROR: Final = np.array([int(np.flatnonzero(np.equal(LEARNED, MIRROR[j]))[0]) for j in LEARNED])
