"""What the backend's tests share: the free body, random poses, and finite differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from backend.body.dual import Dual
from backend.body.kinematics import Kinematics, Tracked, heading_of
from backend.body.model import BodyModel, ShapedBody
from backend.body.rotations import rotvec_to_rotmat, yaw_rotmat
from backend.body.surfaces import REGIONS
from backend.posecodes.vocabulary import AXES, POINTS
from rigs.skeleton import N_JOINTS, mirror_rotvecs

TRACKED = Tracked(POINTS, AXES, REGIONS)
ALL_JOINTS = np.arange(N_JOINTS)


@pytest.fixture(scope="session")
def shaped() -> ShapedBody:
    """The mean free body."""
    return BodyModel.load().shaped()


def bodies(
    shaped: ShapedBody,
    rotvecs: np.ndarray,
    transl: np.ndarray | None = None,
    *,
    derivatives: bool = False,
    active: np.ndarray = ALL_JOINTS,
) -> Kinematics:
    """Kinematics of poses (S, 55, 3) rad that track everything there is to track."""
    rotvecs = np.atleast_3d(rotvecs).reshape(-1, N_JOINTS, 3)
    local = rotvec_to_rotmat(rotvecs)
    place = np.zeros((len(local), 3)) if transl is None else np.broadcast_to(transl, (len(local), 3))
    return Kinematics(shaped.joints, local, place, TRACKED, heading_of(local[:, 0]), active if derivatives else None)


def random_rotvecs(seed: int, count: int = 2, size: float = 0.35) -> np.ndarray:
    """(count, 55, 3) rad."""
    return np.random.default_rng(seed).normal(0, size, (count, N_JOINTS, 3))


def turned(rotvecs: np.ndarray, yaw: float) -> np.ndarray:
    """The same poses after the whole body turned by `yaw` rad about the vertical."""
    from backend.body.rotations import rotmat_to_rotvec

    out = np.array(rotvecs, float)
    out[..., 0, :] = rotmat_to_rotvec(yaw_rotmat(yaw) @ rotvec_to_rotmat(out[..., 0, :]))
    return out


def mirror(rotvecs: np.ndarray) -> np.ndarray:
    return mirror_rotvecs(rotvecs)


def largest_jacobian_error(residual: Callable[[Kinematics], Dual], body: Kinematics, step: float = 1e-6) -> float:
    """Largest difference of the jacobian and central differences, relative to its largest entry (at least 1)."""
    exact = residual(body).jac
    assert exact is not None
    columns = exact.shape[-1]
    numeric = np.zeros_like(exact)
    for k in range(columns):
        d = np.zeros((len(body.local), columns))
        d[:, k] = step
        numeric[..., k] = (residual(body.moved(d).plain).value - residual(body.moved(-d).plain).value) / (2 * step)
    return float(np.abs(numeric - exact).max() / max(1.0, np.abs(exact).max()))
