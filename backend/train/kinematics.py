"""Joints of many poses at once, on the mean free body, pelvis at the origin."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor

from backend.body.model import BodyModel
from backend.body.rotations import rotvec_to_rotmat
from rigs.skeleton import N_BODY, PARENTS


@cache
def rest_joints() -> np.ndarray:
    """(55, 3) m."""
    return BodyModel.load().shaped().joints


def joints_of(rotmats: Tensor, count: int = N_BODY) -> Tensor:
    """(..., count, 3) m: the first joints of poses (..., J, 3, 3), J >= count; parents come before their children."""
    rest = torch.as_tensor(rest_joints(), dtype=rotmats.dtype, device=rotmats.device)
    world, places = [rotmats[..., 0, :, :]], [torch.zeros_like(rotmats[..., 0, :, 0])]
    for j in range(1, count):
        parent = PARENTS[j]
        places.append(places[parent] + world[parent] @ (rest[j] - rest[parent]))
        world.append(world[parent] @ rotmats[..., j, :, :])
    return torch.stack(places, dim=-2)


def body_joints(rotvecs: np.ndarray) -> np.ndarray:
    """(n, 22, 3) m of poses (n, 55, 3) or (n, 52, 3) rad."""
    return joints_of(torch.from_numpy(rotvec_to_rotmat(np.asarray(rotvecs, float)))).numpy()


def body_features(rotvecs: np.ndarray) -> np.ndarray:
    """(n, 198) float32: two columns of every body joint's rotation, and where the joints are (m)."""
    rotmats = rotvec_to_rotmat(np.asarray(rotvecs, float))
    places = joints_of(torch.from_numpy(rotmats)).numpy()
    six = rotmats[:, :N_BODY, :, :2].reshape(len(rotmats), -1)
    return np.concatenate([six, places.reshape(len(rotmats), -1)], axis=1).astype(np.float32)
