"""The camera of a photo that nobody knows: level, in the middle of the picture, its focal length noted or assumed.

Body frames are those of the project (Y up); a body that faces the camera faces +Z, so that x_cam = R x + t with
R = diag(1, -1, -1) takes it to OpenCV's axes (x right, y down, z away).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.body.camera import Camera
from backend.body.dual import Dual

from .images import Picture

FACING: Final = np.diag([1.0, -1.0, -1.0])
_FIELD: Final = np.radians(55.0)  # of view along the longer side, where no focal length is noted
_LEAST_DEPTH: Final = 0.3  # m


def focal_of(picture: Picture) -> float:
    """The focal length, px."""
    return picture.focal or max(picture.size) / 2 / float(np.tan(_FIELD / 2))


def before(picture: Picture) -> Camera:
    """The level camera at the origin that a picture is taken for, in px of the picture."""
    focal = focal_of(picture)
    return Camera(focal, focal, picture.size[0] / 2, picture.size[1] / 2, FACING, np.zeros(3))


def projected(points: Dual, camera: Camera) -> Dual:
    """Points (S, K, 3) m of the world -> (S, K, 2) px."""
    focal = np.array([camera.fx, camera.fy])
    seen = points.value @ camera.rotation.T + camera.translation
    depth = np.maximum(seen[..., 2:], _LEAST_DEPTH)
    value = focal * seen[..., :2] / depth + np.array([camera.cx, camera.cy])
    if points.jac is None:
        return Dual(value)
    jac = np.einsum("ab,skbd->skad", camera.rotation, points.jac)
    flat = jac[..., :2, :] - (seen[..., :2] / depth)[..., None] * jac[..., 2:, :]
    return Dual(value, focal[:, None] * flat / depth[..., None])
