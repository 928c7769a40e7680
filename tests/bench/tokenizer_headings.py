"""What comes back of poses through their tokens, by where they face and how the body lies.

    python -m tests.bench.tokenizer_headings POSES.npz --cache FOLDER [--tokenizer FILE.safetensors] [--every 30]

Held-out poses (`backend.train.tokenizer_data`) are turned about the vertical before they are encoded, and in the last
row tilted any way at all and turned to face ahead again, as UniPose gives them to the tokenizer. The error is that of
`backend.train.pose_tokenizer.reconstruction`: mm of 22 joints, pelvis on pelvis. Bodies are told apart by where the
pelvis' own up points: up (within 60 degrees of the vertical), down (within 60 of straight down) and level between.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from backend.body.rotations import yaw_rotmat
from backend.lm.body_points import BodyPoints
from backend.lm.pose_tokenizer import SHIPPED, PoseTokenizer, load
from backend.train.pose_tokenizer import reconstruction
from backend.train.tokenizer_data import ahead, anyhow, pose_set

_STEEP = 0.5  # cosine of 60 degrees


def groups(held_out: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Poses (n, 22, 3, 3) by source and by how the body lies; groups that are empty are left out."""
    out = {}
    for source, poses in held_out.items():
        up = poses[:, 0, 1, 1]
        for name, mine in (("up", up > _STEEP), ("level", np.abs(up) <= _STEEP), ("down", up < -_STEEP)):
            if mine.any():
                out[f"{source}, {name} ({int(mine.sum())})"] = poses[mine]
    return out


def turned(poses: np.ndarray, yaw: float) -> np.ndarray:
    """Poses (n, 22, 3, 3) turned about the vertical by a yaw (rad)."""
    out = poses.copy()
    out[:, 0] = yaw_rotmat(yaw) @ out[:, 0]
    return out


def tumbled(poses: np.ndarray) -> np.ndarray:
    """Poses (n, 22, 3, 3) tilted any way, the same each time, facing ahead."""
    out = poses.copy()
    drawn = anyhow(len(poses), torch.Generator().manual_seed(0))
    out[:, 0] = ahead(drawn @ torch.from_numpy(out[:, 0].astype(np.float32))).numpy()
    return out


def told(tokenizer: PoseTokenizer, points: BodyPoints, poses: np.ndarray) -> str:
    """MPJPE and PA-MPJPE in mm of what comes back of poses."""
    found = reconstruction(tokenizer, points, torch.from_numpy(poses.astype(np.float32)))
    return f"{found['mpjpe']:.1f} / {found['pa_mpjpe']:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("poses", type=Path)
    parser.add_argument("--cache", type=Path, required=True, help="folder for the solved atlas")
    parser.add_argument("--tokenizer", type=Path, default=SHIPPED)
    parser.add_argument("--every", type=float, default=30.0, help="deg between headings")
    parser.add_argument("--most", type=int, default=1000, help="poses of a group")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer, points = load(options.tokenizer), BodyPoints()
    rng = np.random.default_rng(0)
    found = groups(pose_set(options.poses, options.cache).held_out)
    print("MPJPE / PA-MPJPE mm", *found, sep=" | ")
    some = [poses[rng.permutation(len(poses))[: options.most]] for poses in found.values()]
    for yaw in np.arange(0.0, 360.0, options.every):
        print(f"{yaw:.0f}", *(told(tokenizer, points, turned(p, np.radians(yaw))) for p in some), sep=" | ", flush=True)
    print("tilted any way, ahead", *(told(tokenizer, points, tumbled(p)) for p in some), sep=" | ")


if __name__ == "__main__":
    main()
