"""What the pose tokenizer learns from: motion capture and the solved atlas, their mirrored twins, and what widens them.

All poses are parent-relative rotation matrices (n, 22, 3, 3) of the body joints, without heading (Y up, facing +Z).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from backend.atlas_command import posed
from backend.body.kinematics import heading_of
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.errors import BadFile
from backend.language.atlas import Atlas, shipped
from backend.train.data.splits import split_of
from backend.train.limb_prior import with_body_hinges
from rigs.skeleton import GROUPS, INDEX, MIRROR, N_BODY

PARTS: Final = tuple(
    tuple(INDEX[j] for j in GROUPS[part]) for part in ("head", "left_arm", "right_arm", "left_leg", "right_leg")
)
_FLIP: Final = np.array([1.0, -1.0, -1.0])  # of a rotation vector, left to right


@dataclass(frozen=True, eq=False)
class PoseSet:
    """Poses (n, 22, 3, 3) to learn from, and some that are kept aside, by where they come from."""

    train: dict[str, np.ndarray]
    held_out: dict[str, np.ndarray]


def pose_set(poses: Path, cache: Path, tell: Callable[[str], None] = print) -> PoseSet:
    """Everything there is: `mocap` of a file and `atlas`, with mirrored twins in what is learned from.

    Raises:
        BadFile: the file holds no poses.
    """
    rotvecs, trials = mocap(poses)
    names, solved = atlas_poses(shipped(), cache, tell)
    of_trial = {int(t): kept_aside(f"cmu {t}") for t in np.unique(trials)}
    aside = {
        "mocap": np.array([of_trial[int(t)] for t in trials]),
        "atlas": np.array([kept_aside(f"atlas {n}") for n in names]),
    }
    sources = {"mocap": rotvecs, "atlas": solved}
    train = {k: _facing_forward(twins(v[~aside[k]])) for k, v in sources.items()}
    return PoseSet(train, {k: _facing_forward(v[aside[k]]) for k, v in sources.items()})


def mocap(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Rotation vectors (n, 22, 3) rad and trial numbers (n,) of an .npz with `poses` and `trial_id`.

    Raises:
        BadFile: it cannot be read, or has other arrays.
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            poses, trials = data["poses"].astype(float), data["trial_id"]
    except (OSError, ValueError, KeyError) as error:
        raise BadFile(
            f"{path} holds no poses: {error}", "give an .npz with poses (n, 22, 3) and trial_id (n,)"
        ) from error
    if poses.ndim != 3 or poses.shape[1:] != (N_BODY, 3) or trials.shape != poses.shape[:1]:
        got = f"poses {poses.shape}, trial_id {trials.shape}"
        raise BadFile(f"{path} has {got}", f"it must hold poses (n, {N_BODY}, 3) and trial_id (n,)")
    return rotmat_to_rotvec(with_body_hinges(rotvec_to_rotmat(poses))), trials


def atlas_poses(book: Atlas, cache: Path, tell: Callable[[str], None] = print) -> tuple[list[str], np.ndarray]:
    """Names and rotation vectors (n, 22, 3) rad of all poses of an atlas as the solver poses them; kept in a file.

    Solving takes a minute or two. The file is named after the atlas's contents, so that another atlas gets its own.
    """
    names = list(book.entries)
    text = "\n".join(
        f"{n}\t{book.entries[n].text}\t{book.entries[n].based_on}\t{book.entries[n].stance}" for n in names
    )
    file = cache / f"atlas-{hashlib.sha256(text.encode()).hexdigest()[:16]}.npz"
    if not file.exists():
        tell(f"Posing the atlas, {len(names)} poses, once: {file}")
        rotvecs = np.stack([posed(book, name).pose.rotvecs[:N_BODY] for name in names])
        cache.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}.npz")
        np.savez_compressed(part, rotvecs=rotvecs.astype(np.float32))
        os.replace(part, file)
    with np.load(file, allow_pickle=False) as data:
        return names, data["rotvecs"].astype(float)


def kept_aside(key: str) -> bool:
    """Whether a trial or a pose of the atlas is never trained on: those that test the language models are not."""
    return split_of(key) in ("test", "val")


def twins(rotvecs: np.ndarray) -> np.ndarray:
    """The poses (n, 22, 3) rad and their mirror images (2n, 22, 3)."""
    return np.concatenate([rotvecs, rotvecs[:, MIRROR[:N_BODY]] * _FLIP])


def _facing_forward(rotvecs: np.ndarray) -> np.ndarray:
    """Rotation matrices (n, 22, 3, 3) of poses (n, 22, 3) rad, turned about the vertical to face +Z."""
    local = rotvec_to_rotmat(rotvecs)
    local[:, 0] = np.swapaxes(heading_of(local[:, 0]), -1, -2) @ local[:, 0]
    return local.astype(np.float32)


@dataclass(frozen=True)
class Augmentation:
    """What is done to poses before they are learned, each to its share of a batch (degrees and rad as named).

    yaw_deg, tilt_deg: half ranges of the root's turn about the vertical and about the two level axes. tumbled_share: of
    the batch, bodies that are tilted any way at all before and face ahead again, so that those which lie or hang head
    down are known as well. noise: rad, the largest turn added to each joint of one part of the body. noise_share: of
    the batch. mixed_share: of the batch, poses that take one part of the body from another pose.

    UniPose (§3.2, appendix) adds noise to the encoder's input alone; in the published code it falls on a copy, so that
    its effect is unknown. Here a noised pose is itself what must come back: it widens what the codes can say.
    """

    yaw_deg: float = 45.0
    tilt_deg: float = 20.0
    noise: float = 0.5
    noise_share: float = 0.5
    mixed_share: float = 0.0
    tumbled_share: float = 0.0

    def __call__(self, local: Tensor, noise_scale: float, generator: torch.Generator) -> Tensor:
        """New poses (B, 22, 3, 3); `noise_scale` 0..1 lets the noise rise with the steps."""
        local = local.clone()
        batch = len(local)

        def some(share: float) -> Tensor:
            return torch.nonzero(torch.rand(batch, generator=generator) < share)[:, 0]

        for part in PARTS:
            rows = some(self.mixed_share / len(PARTS))
            donors = torch.randint(batch, (len(rows),), generator=generator)
            joints = torch.tensor(part)
            local[rows[:, None], joints] = local[donors[:, None], joints]
            rows = some(self.noise_share / len(PARTS))
            size = self.noise * noise_scale * torch.rand(len(rows), 1, 1, generator=generator)
            turn = torch.randn(len(rows), len(part), 3, generator=generator)
            turn = turn / turn.norm(dim=-1, keepdim=True).clamp_min(1e-6) * size
            local[rows[:, None], joints] = local[rows[:, None], joints] @ turns(turn)
        rows = some(self.tumbled_share)
        local[rows, 0] = ahead(anyhow(len(rows), generator) @ local[rows, 0])
        level = torch.tensor([self.tilt_deg, 0.0, self.tilt_deg]).deg2rad()
        upright = torch.tensor([0.0, self.yaw_deg, 0.0]).deg2rad()
        for ranges in (level, upright):
            angles = (2 * torch.rand(batch, 3, generator=generator) - 1) * ranges
            local[:, 0] = turns(angles) @ local[:, 0]
        return local


def ahead(roots: Tensor) -> Tensor:
    """Roots (n, 3, 3) turned about the vertical to face +Z."""
    heading = torch.from_numpy(heading_of(roots.numpy())).to(roots)
    return heading.transpose(-1, -2) @ roots


def anyhow(count: int, generator: torch.Generator) -> Tensor:
    """Rotations (count, 3, 3), all equally likely: those of quaternions drawn evenly from the sphere."""
    w, x, y, z = torch.nn.functional.normalize(torch.randn(count, 4, generator=generator), dim=-1).unbind(-1)
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)


def turns(rotvecs: Tensor) -> Tensor:
    """Rotation matrices (..., 3, 3) of rotation vectors (..., 3) rad."""
    x, y, z = rotvecs.unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).unflatten(-1, (3, 3))
    return torch.linalg.matrix_exp(skew)


def batches(poses: PoseSet, size: int, atlas_share: float, generator: torch.Generator) -> Iterator[Tensor]:
    """Endless batches (size, 22, 3, 3) drawn at random, with a fixed share of poses of the atlas."""
    sources = {k: torch.from_numpy(v) for k, v in poses.train.items()}
    from_atlas = round(size * atlas_share)
    counts = {"atlas": from_atlas, "mocap": size - from_atlas}
    while True:
        drawn = [sources[k][torch.randint(len(sources[k]), (n,), generator=generator)] for k, n in counts.items()]
        yield torch.cat(drawn)
