"""Motions as archives of arrays: AMASS `.npz` and `.smpl`. Pickled objects are never loaded.

AMASS is Z-up: the world is turned by +90 degrees about X, which turns the root rotation and `trans`; all other
rotations are the same. `.smpl` (SMPL codec, version 1) is the same kind of archive, Y-up, with body, head and hands
apart. Hands are absolute (flat hand = zero) in all. Shape does not travel: those betas belong to the licensed SMPL-X
model and ours to the free body, so zeros are written and what a file holds is not taken over. `trans` is the turned
`transl`; SMPL-X adds its own rest pelvis to it, so that with a licensed model the figure stands 1 cm higher and 0.35 m
aside, the same in every frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from .archives import ArchiveTooLarge, BadArchive, read_arrays
from .pose_errors import BadPoseFile
from .quaternions import quat_product, quat_wxyz_to_rotvec, rotvec_to_quat_wxyz
from .skeleton import N_BODY, N_JOINTS

MAX_BYTES: Final = 1 << 30  # unpacked; an hour at 120 Hz is half of it
FRAME_RATE: Final = 30.0  # Hz, of a file that is no recording
_Z_UP: Final = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])  # Y-up -> Z-up, +90 degrees about X
_TO_Z_UP: Final = np.array([np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0])  # the same as a quaternion
_TO_Y_UP: Final = _TO_Z_UP * [1, -1, -1, -1]
_SMPLH_JOINTS: Final = 52  # 22 body joints and the hands, without jaw and eyes
_AMASS_RATES: Final = ("mocap_frame_rate", "mocap_framerate", "fps")
_AMASS_HINT: Final = "an AMASS SMPL-X file has poses (T, 165) in rad and trans (T, 3) in m"
_SMPL_HINT: Final = "a .smpl file of SMPL-X has bodyPose (T, 22, 3) in rad and bodyTranslation (T, 3) in m"
_SMPL_PARTS: Final = (("bodyPose", 0, 22), ("headPose", 22, 25), ("leftHandPose", 25, 40), ("rightHandPose", 40, 55))
_SMPLX: Final = 2  # smplVersion of the codec


def read_amass(path: Path) -> tuple[np.ndarray, np.ndarray, float]:
    """Rotvecs (T, 55, 3) rad and transl (T, 3) m in our frame, and the rate in Hz.

    Raises:
        BadPoseFile
    """
    arrays = _load(path, ("poses",), ("trans", *_AMASS_RATES), _AMASS_HINT)
    poses = arrays["poses"]
    widths = (3 * N_JOINTS, 3 * _SMPLH_JOINTS)
    if poses.ndim != 2 or poses.shape[1] not in widths or not len(poses):
        raise BadPoseFile(f"{path}: poses has shape {poses.shape}; (T, 165) or SMPL-H's (T, 156) is read", _AMASS_HINT)
    rows = poses.reshape(len(poses), -1, 3)
    rotvecs = np.zeros((len(rows), N_JOINTS, 3))
    rotvecs[:, :N_BODY], rotvecs[:, 25:] = rows[:, :N_BODY], rows[:, -30:]
    if rows.shape[1] == N_JOINTS:
        rotvecs[:, 22:25] = rows[:, 22:25]
    rotvecs[:, 0] = _turned(_TO_Y_UP, rotvecs[:, 0])
    return rotvecs, _places(path, arrays, "trans", len(rows), _AMASS_HINT) @ _Z_UP, _rate(arrays, _AMASS_RATES)


def amass(rotvecs: np.ndarray, transl: np.ndarray, rate: float) -> dict[str, Any]:
    """The arrays of an AMASS SMPL-X file, from ours."""
    turned = rotvecs.copy()
    turned[:, 0] = _turned(_TO_Z_UP, turned[:, 0])
    return {
        "poses": turned.reshape(len(turned), -1),
        "trans": transl @ _Z_UP.T,
        "betas": np.zeros(10),
        "gender": np.array("neutral"),
        "mocap_frame_rate": np.array(float(rate)),
        "surface_model_type": np.array("smplx"),
    }


def read_smpl(path: Path) -> tuple[np.ndarray, np.ndarray, float]:
    """As `read_amass`, from a `.smpl` file."""
    wanted = [name for name, _, _ in _SMPL_PARTS]
    arrays = _load(path, ("bodyPose",), (*wanted[1:], "bodyTranslation", "frameRate", "smplVersion"), _SMPL_HINT)
    version = int(arrays["smplVersion"]) if "smplVersion" in arrays else _SMPLX
    if version != _SMPLX:
        raise BadPoseFile(f"{path} is of SMPL version {version}; only SMPL-X ({_SMPLX}) is read", _SMPL_HINT)
    count = len(np.atleast_1d(arrays["bodyPose"]))
    rotvecs = np.zeros((count, N_JOINTS, 3))
    for name, first, last in _SMPL_PARTS:
        part = arrays.get(name)
        if part is None or not part.size:
            continue
        if part.shape != (count, last - first, 3):
            raise BadPoseFile(f"{path}: {name} has shape {part.shape}; expected {(count, last - first, 3)}", _SMPL_HINT)
        rotvecs[:, first:last] = part
    return rotvecs, _places(path, arrays, "bodyTranslation", count, _SMPL_HINT), _rate(arrays, ("frameRate",))


def smpl(rotvecs: np.ndarray, transl: np.ndarray, rate: float) -> dict[str, Any]:
    """The arrays of a `.smpl` file."""
    parts = {name: rotvecs[:, first:last] for name, first, last in _SMPL_PARTS}
    return {
        "codecVersion": np.array(1),
        "smplVersion": np.array(_SMPLX),
        "gender": np.array(0),
        "shapeParameters": np.zeros(10),
        "frameCount": np.array(len(rotvecs)),
        "frameRate": np.array(float(rate)),
        "bodyTranslation": transl,
        "expressionParameters": np.zeros((len(rotvecs), 0)),
        **parts,
    }


def _turned(turn: np.ndarray, rotvecs: np.ndarray) -> np.ndarray:
    """Root rotations (T, 3) after a turn of the world."""
    return quat_wxyz_to_rotvec(quat_product(np.broadcast_to(turn, (len(rotvecs), 4)), rotvec_to_quat_wxyz(rotvecs)))


def _places(path: Path, arrays: Mapping[str, np.ndarray], name: str, count: int, hint: str) -> np.ndarray:
    places = arrays.get(name)
    if places is None or not places.size:
        return np.zeros((count, 3))
    if places.shape != (count, 3):
        raise BadPoseFile(f"{path}: {name} has shape {places.shape}; expected ({count}, 3)", hint)
    return places.astype(float)


def _rate(arrays: Mapping[str, np.ndarray], names: Sequence[str]) -> float:
    """Hz; what is no rate counts as none."""
    for name in names:
        if name in arrays and arrays[name].size == 1 and 0 < float(arrays[name].ravel()[0]) < 10_000:
            return float(arrays[name].ravel()[0])
    return FRAME_RATE


def _load(path: Path, required: Sequence[str], optional: Sequence[str], hint: str) -> dict[str, np.ndarray]:
    """The arrays that are there; sizes are checked before anything is unpacked."""
    try:
        return read_arrays(path, required, optional, MAX_BYTES)
    except ArchiveTooLarge as error:
        raise BadPoseFile(str(error), "cut it into shorter pieces") from None
    except BadArchive as error:
        raise BadPoseFile(str(error), hint) from None
