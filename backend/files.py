"""Pose files: `.json` (a Pose, or a whole result) and `.npz` (AMASS, SMPL-X keys).

AMASS is Z-up: the world is turned by +90 degrees about X, which turns the root rotation and `trans`; all other
rotations are the same. Hands are absolute (flat hand = zero) in both. Shape does not travel through `.npz`: those
betas belong to the licensed SMPL-X model and ours to the free body, so zeros are written and what a file holds is not
taken over. `trans` is the turned `transl`; SMPL-X adds its own rest pelvis to it, so that with a licensed model the
figure stands 1 cm higher and 0.35 m aside, the same in every frame. Pickles are never loaded.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np

from rigs.skeleton import N_JOINTS
from rigs.wire import Pose, PoseResult, WireError

from .body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from .errors import BadFile, BadInput

MAX_JSON_BYTES: Final = 64 << 20
MAX_NPZ_BYTES: Final = 1 << 30  # unpacked; an hour at 120 Hz is half of it
FRAME_RATE: Final = 30.0  # Hz, written for a file that is no recording
_Z_UP: Final = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])  # Y-up -> Z-up, +90 degrees about X
_SMPLH_JOINTS: Final = 52  # 22 body joints and the hands, without jaw and eyes
FORMATS: Final = (".json", ".npz")


def read_pose(path: str | Path, frame: int = 0) -> Pose:
    """The pose in a file.

    Args:
        frame: which one of several: a frame of an AMASS file, an alternative of a result. Negative counts from the end.

    Raises:
        BadFile: not found, too large, not a pose, of wrong shapes, with numbers that are none, or pickled.
    """
    path = Path(path)
    _check_format(path)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise BadFile(f"{path} is not a file", "give a .json or .npz file")
        return _read_npz(path, frame) if path.suffix.lower() == ".npz" else _read_json(path, size, frame)
    except FileNotFoundError:
        raise BadFile(f"{path} is not there", "check the name and the folder") from None
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}", "check the rights of the file") from None


def write_pose(path: str | Path, poses: Pose | Sequence[Pose], rate: float = FRAME_RATE) -> None:
    """Write one pose or several: frames of an `.npz`, a list in a `.json`. The file is whole or not there.

    Args:
        rate: frames a second, Hz.

    Raises:
        BadFile: another format, no poses, or a place that cannot be written.
    """
    path = Path(path)
    _check_format(path)
    frames = [poses] if isinstance(poses, Pose) else list(poses)
    if not frames:
        raise BadFile(f"{path}: there is no pose to write", "give at least one")
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.suffix.lower() == ".npz":
            with open(temporary, "wb") as file:
                np.savez_compressed(file, **_amass(frames, rate))
        else:
            values = [frame.to_dict() for frame in frames]
            temporary.write_text(json.dumps(values if len(values) > 1 else values[0]), encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        raise BadFile(
            f"{path} cannot be written: {error.strerror or error}", "check the folder and its rights"
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def check_writable(path: Path, formats: Sequence[str]) -> None:
    """Say before the work what would fail after it: a format we do not write, a folder that is not there.

    Raises:
        BadFile
    """
    if path.suffix.lower() not in formats:
        raise BadFile(
            f"{path}: cannot write {path.suffix or 'a file without an extension'}", f"use {' or '.join(formats)}"
        )
    if not path.absolute().parent.is_dir():
        raise BadFile(f"the folder {path.absolute().parent} is not there", "make it, or choose another one")


def _check_format(path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix in (".pkl", ".pickle", ".pt", ".pth", ".npy"):
        raise BadFile(
            f"{path}: {suffix} files may run code when they are opened; they are never loaded", "use .json or .npz"
        )
    if suffix not in FORMATS:
        raise BadFile(f"{path}: {suffix or 'a file without an extension'} is no pose format", "use .json or .npz")


def _read_json(path: Path, size: int, frame: int) -> Pose:
    if size > MAX_JSON_BYTES:
        raise BadFile(f"{path} has {size >> 20} MiB; a pose has a few kB", "give one pose")
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise BadFile(
            f"{path} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}", _POSE_HINT
        ) from None
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path} is not JSON: {error}", _POSE_HINT) from None
    try:
        if isinstance(value, dict) and "poses" in value:
            poses = [entry.pose for entry in PoseResult.from_dict(value, str(path)).poses]
            return poses[_frame_index(path, frame, len(poses), "poses")]
        if isinstance(value, list) and value:
            return Pose.from_dict(value[_frame_index(path, frame, len(value), "poses")], str(path))
        pose = Pose.from_dict(value, str(path))
    except WireError as error:
        raise BadFile(str(error), _POSE_HINT) from None
    _frame_index(path, frame, 1, "poses")
    return pose


_POSE_HINT: Final = 'a pose file is {"rotvecs": 55x3, "transl": 3, "betas": 10}'
_NPZ_HINT: Final = "an AMASS SMPL-X file has poses (T, 165) in rad and trans (T, 3) in m"


def _read_npz(path: Path, frame: int) -> Pose:
    arrays = _load_arrays(path)
    poses, trans = arrays["poses"], arrays.get("trans")
    widths = (3 * N_JOINTS, 3 * _SMPLH_JOINTS)
    if poses.ndim != 2 or poses.shape[1] not in widths or not len(poses):
        raise BadFile(f"{path}: poses has shape {poses.shape}; (T, 165) or SMPL-H's (T, 156) is read", _NPZ_HINT)
    if trans is not None and trans.shape != (len(poses), 3):
        raise BadFile(f"{path}: trans has shape {trans.shape}; expected ({len(poses)}, 3)", _NPZ_HINT)
    index = _frame_index(path, frame, len(poses), "frames")
    rotvecs = np.zeros((N_JOINTS, 3))
    row = poses[index].astype(float).reshape(-1, 3)
    rotvecs[:22], rotvecs[25:] = row[:22], row[-30:]
    if len(row) == N_JOINTS:
        rotvecs[22:25] = row[22:25]
    moved = np.zeros(3) if trans is None else trans[index].astype(float)
    if not (np.isfinite(rotvecs).all() and np.isfinite(moved).all()):
        raise BadFile(
            f"{path}: frame {index} has numbers that are NaN or infinite", "choose another frame, or repair the file"
        )
    rotvecs[0] = _turn_root(rotvecs[0], _Z_UP.T)
    return Pose(rotvecs, moved @ _Z_UP)


def _load_arrays(path: Path) -> dict[str, np.ndarray]:
    """`poses` and, if there, `trans`; sizes are checked before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {info.filename: info.file_size for info in archive.infolist()}
        wanted = [key for key in ("poses", "trans") if f"{key}.npy" in sizes]
        if "poses" not in wanted:
            there = ", ".join(sorted(name.removesuffix(".npy") for name in sizes)[:12])
            raise BadFile(f"{path} has no array 'poses'; it has {there or 'nothing'}", _NPZ_HINT)
        if sum(sizes[f"{key}.npy"] for key in wanted) > MAX_NPZ_BYTES:
            raise BadFile(f"{path} unpacks to more than {MAX_NPZ_BYTES >> 20} MiB", "cut it into shorter pieces")
        with np.load(path, allow_pickle=False) as data:
            arrays = {key: data[key] for key in wanted}
    except (zipfile.BadZipFile, EOFError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise BadFile(f"{path} is not an .npz file: {error}", _NPZ_HINT) from None
    except (ValueError, NotImplementedError, MemoryError) as error:
        pickled = "pickle" in str(error)
        what = "holds pickled objects, which may run code; they are never loaded" if pickled else f"is damaged: {error}"
        raise BadFile(f"{path} {what}", _NPZ_HINT) from None
    for key, array in arrays.items():
        if array.dtype.kind not in "fiu":
            raise BadFile(f"{path}: {key} has values of type {array.dtype}, not numbers", _NPZ_HINT)
    return arrays


def _frame_index(path: Path, frame: int, count: int, what: str) -> int:
    if not -count <= frame < count:
        raise BadInput(f"{path} has {count} {what}; there is no number {frame}", f"choose 0 to {max(count - 1, 0)}")
    return frame % count


def _turn_root(rotvec: np.ndarray, turn: np.ndarray) -> np.ndarray:
    return rotmat_to_rotvec(turn @ rotvec_to_rotmat(rotvec))


def _amass(frames: Sequence[Pose], rate: float) -> dict[str, Any]:
    """The arrays of an AMASS SMPL-X file."""
    rotvecs = np.stack([pose.rotvecs for pose in frames])
    rotvecs[:, 0] = _turn_root(rotvecs[:, 0], _Z_UP)
    return {
        "poses": rotvecs.reshape(len(frames), -1),
        "trans": np.stack([pose.transl for pose in frames]) @ _Z_UP.T,
        "betas": np.zeros(10),
        "gender": np.array("neutral"),
        "mocap_frame_rate": np.array(float(rate)),
        "surface_model_type": np.array("smplx"),
    }
