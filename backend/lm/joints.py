"""Which joints a model speaks of, in which order, and how its poses become ours and ours become its.

Our pose: `rotvecs` (55, 3) in SMPL-X order, Y up, facing +Z. A model's pose: `rotmats` (J, 3, 3) of its joint set, the
root in its own frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

from backend.body.kinematics import heading_of
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.errors import BadInput
from rigs.skeleton import GROUPS, INDEX, JOINTS, N_BODY

RootFrame = Literal["y_up", "camera"]
ROOT_FRAMES: Final[tuple[RootFrame, ...]] = get_args(RootFrame)
# x right, y down, z away from the viewer, as in pictures: somebody upright who faces the camera is turned half about x.
CAMERA_FROM_OURS: Final = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class JointSet:
    """names: our name of each joint of the model, None where SMPL-X has no such joint; the first is the root."""

    name: str
    names: tuple[str | None, ...]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def rows(self) -> np.ndarray:
        """(k,) the model's joints that we have."""
        return np.array([i for i, n in enumerate(self.names) if n is not None])

    @property
    def ours(self) -> np.ndarray:
        """(k,) SMPL-X indices of `rows`."""
        return np.array([INDEX[n] for n in self.names if n is not None])

    @property
    def hands(self) -> np.ndarray:
        """(k,) the model's joints that are fingers."""
        return np.array([i for i, n in enumerate(self.names) if n in GROUPS["hands"]], int)


_BODY: Final = JOINTS[:N_BODY]
# SMPL's last two joints are the whole hands, which SMPL-X has fingers for.
JOINT_SETS: Final[dict[str, JointSet]] = {
    s.name: s
    for s in (
        JointSet("smpl24", (*_BODY, None, None)),
        JointSet("smplx22", _BODY),
        JointSet("smplx52", (*_BODY, *GROUPS["left_hand"], *GROUPS["right_hand"])),
    )
}


def joint_set(name: str) -> JointSet:
    """Raises errors.BadInput with the known names."""
    if name not in JOINT_SETS:
        raise BadInput(f"there is no joint set {name!r}", f"joint sets: {', '.join(JOINT_SETS)}")
    return JOINT_SETS[name]


def to_model(rotvecs: np.ndarray, joints: JointSet, frame: RootFrame) -> np.ndarray:
    """Our pose (..., 55, 3) rad -> the model's (..., J, 3, 3); joints that we do not have are at rest."""
    rotmats = np.broadcast_to(np.eye(3), (*rotvecs.shape[:-2], len(joints), 3, 3)).copy()
    rotmats[..., joints.rows, :, :] = rotvec_to_rotmat(rotvecs[..., joints.ours, :])
    if frame == "camera":
        rotmats[..., 0, :, :] = CAMERA_FROM_OURS @ rotmats[..., 0, :, :]
    return rotmats


def from_model(rotmats: np.ndarray, joints: JointSet, frame: RootFrame, rest: np.ndarray) -> np.ndarray:
    """The model's pose (..., J, 3, 3) -> ours (..., 55, 3) rad.

    Args:
        rest: (55, 3) rad, what the joints do that the model does not speak of.
    """
    rotmats = np.asarray(rotmats, float).copy()
    if frame == "camera":
        rotmats[..., 0, :, :] = CAMERA_FROM_OURS @ rotmats[..., 0, :, :]
    rotvecs = np.broadcast_to(rest, (*rotmats.shape[:-3], *rest.shape)).copy()
    rotvecs[..., joints.ours, :] = rotmat_to_rotvec(rotmats[..., joints.rows, :, :])
    return rotvecs


def facing_ahead(rotvecs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A pose (55, 3) turned about the vertical until it faces +Z, and the heading (3, 3) that was taken off.

    Models that read and write poses without a picture know nothing of where a character faces in its scene.
    """
    root = rotvec_to_rotmat(rotvecs[0])
    heading = heading_of(root)
    out = rotvecs.copy()
    out[0] = rotmat_to_rotvec(heading.T @ root)
    return out, heading
