"""Speculative pose generation (ChatPose, section 4.1) on a set of our own: situations without a word about limbs.

Each situation means a pose of the atlas. An answer counts as right when, of a pool of poses of the atlas, the one that
is meant is the nearest to it; which side does what is left open, so mirror images count.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from backend.errors import BadFile
from backend.language.atlas import shipped

from .answers import Answers
from .data.poses import mirrored
from .data.sources import atlas_pose
from .kinematics import body_joints
from .metrics import mpjpe

FILE: Final = Path(__file__).parent / "data" / "situations.toml"
_POOL: Final = 32


@dataclass(frozen=True)
class Situation:
    """text: what happens. pose: the name of the atlas' pose that people would take."""

    text: str
    pose: str


def situations(path: Path = FILE) -> tuple[Situation, ...]:
    """The set.

    Raises:
        BadFile: a pose is not in the atlas.
    """
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["situation"]
    unknown = sorted({row["pose"] for row in rows} - shipped().entries.keys())
    if unknown:
        raise BadFile(f"{path.name}: the atlas has no pose {unknown[0]!r}", "use names of `posewright atlas list`")
    return tuple(Situation(row["text"], row["pose"]) for row in rows)


def judged(answers: Answers, meant: np.ndarray, pool: int = _POOL, seed: int = 0) -> dict[str, float]:
    """Figures of answers to situations whose poses are `meant` (n, 52, 3).

    Returns:
        top-1 and top-5 in percent of a pool of `pool` meant poses, and MPJPE (mm), of the pose or its mirror image,
        whichever is nearer.
    """
    rng = np.random.default_rng(seed)
    joints = body_joints(answers.rotvecs)
    twins = [body_joints(meant), body_joints(mirrored(meant))]
    away = np.stack([np.minimum(*(mpjpe(np.repeat(j[None], len(meant), 0), t) for t in twins)) for j in joints])
    ranks = []
    for i in range(len(meant)):
        different = np.flatnonzero(np.abs(meant - meant[i]).max(axis=(1, 2)) > 0)
        others = rng.choice(different, min(pool - 1, len(different)), replace=False)
        ranks.append(int((away[i, others] <= away[i, i]).sum()))
    found = np.array(ranks)
    return {
        "top-1": float(100 * (found < 1).mean()),
        "top-5": float(100 * (found < 5).mean()),
        "MPJPE": float(np.diag(away).mean()),
        "answered": float(100 * answers.answered.mean()),
    }


def meant_poses(rows: tuple[Situation, ...]) -> np.ndarray:
    """(n, 52, 3) rad."""
    solved = {name: atlas_pose(name) for name in {row.pose for row in rows}}
    return np.stack([solved[row.pose] for row in rows])
