"""Pose files, for both sides: `.json` (a pose, a list, or a whole result), `.npz` (AMASS) and `.smpl`.

Which arrays the archives hold, and in which frames: `pose_archives`. Pickles are never loaded.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from .decode import WireError
from .pose_archives import FRAME_RATE, amass, read_amass, read_smpl, smpl
from .pose_errors import BadPoseFile, NoSuchFrame
from .request import Pose
from .result import PoseResult
from .skeleton import N_JOINTS

MAX_JSON_BYTES: Final = 64 << 20
FORMATS: Final = (".json", ".npz", ".smpl")
_READERS: Final = {".npz": read_amass, ".smpl": read_smpl}
_WRITERS: Final = {".npz": amass, ".smpl": smpl}
_RUNS_CODE: Final = (".pkl", ".pickle", ".pt", ".pth", ".npy")
_POSE_HINT: Final = 'a pose file is {"rotvecs": 55x3, "transl": 3, "betas": 10}'


@dataclass(frozen=True, eq=False)
class Motion:
    """rotvecs (T, 55, 3) rad and transl (T, 3) m as in `Pose`; rate in Hz, 30 where the file has none."""

    rotvecs: np.ndarray
    transl: np.ndarray
    rate: float = FRAME_RATE

    def __len__(self) -> int:
        return len(self.rotvecs)


def read_pose(path: str | Path, frame: int = 0) -> Pose:
    """The pose in a file.

    Args:
        frame: which one of several: a frame of a motion, an alternative of a result. Negative counts from the end.

    Raises:
        BadPoseFile: not found, too large, not a pose, of wrong shapes, with numbers that are none, or pickled.
    """
    path = _existing(path)
    if path.suffix.lower() == ".json":
        poses = _read_json(path)
        return poses[_index(path, frame, len(poses), "poses")]
    motion = _read_archive(path)
    i = _index(path, frame, len(motion), "frames")
    if not (np.isfinite(motion.rotvecs[i]).all() and np.isfinite(motion.transl[i]).all()):
        raise BadPoseFile(
            f"{path}: frame {i} has numbers that are NaN or infinite", "choose another frame, or repair the file"
        )
    return Pose(motion.rotvecs[i], motion.transl[i])


def read_motion(path: str | Path) -> Motion:
    """Every frame of a file; a single pose is a motion of one.

    Raises:
        BadPoseFile: as `read_pose`, with the first frame that cannot be used.
    """
    path = _existing(path)
    if path.suffix.lower() == ".json":
        poses = _read_json(path)
        return Motion(np.stack([p.rotvecs for p in poses]), np.stack([p.transl for p in poses]))
    motion = _read_archive(path)
    sound = np.isfinite(motion.rotvecs).all(axis=(1, 2)) & np.isfinite(motion.transl).all(axis=1)
    if not sound.all():
        first = int(sound.argmin())
        raise BadPoseFile(f"{path}: frame {first} has numbers that are NaN or infinite", "repair the file")
    return motion


def write_pose(path: str | Path, poses: Pose | Sequence[Pose], rate: float = FRAME_RATE) -> None:
    """Write one pose or several: frames of an archive, a list in a `.json`. The file is whole or not there.

    Args:
        rate: frames a second, Hz.

    Raises:
        BadPoseFile: another format, no poses, or a place that cannot be written.
    """
    path = Path(path)
    suffix = checked_format(path)
    frames = [poses] if isinstance(poses, Pose) else list(poses)
    if not frames:
        raise BadPoseFile(f"{path}: there is no pose to write", "give at least one")
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if suffix == ".json":
            values = [frame.to_dict() for frame in frames]
            temporary.write_text(json.dumps(values if len(values) > 1 else values[0]), encoding="utf-8")
        else:
            rotvecs, transl = np.stack([f.rotvecs for f in frames]), np.stack([f.transl for f in frames])
            with open(temporary, "wb") as file:
                np.savez_compressed(file, **_WRITERS[suffix](rotvecs, transl, rate))
        os.replace(temporary, path)
    except OSError as error:
        raise BadPoseFile(
            f"{path} cannot be written: {error.strerror or error}", "check the folder and its rights"
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def checked_format(path: Path) -> str:
    """The file's extension, in small letters. Raises BadPoseFile when it is none of `FORMATS`."""
    suffix = path.suffix.lower()
    allowed = f"use {', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
    if suffix in _RUNS_CODE:
        raise BadPoseFile(f"{path}: {suffix} files may run code when they are opened; they are never loaded", allowed)
    if suffix not in FORMATS:
        raise BadPoseFile(f"{path}: {suffix or 'a file without an extension'} is no pose format", allowed)
    return suffix


def _existing(path: str | Path) -> Path:
    path = Path(path)
    checked_format(path)
    try:
        path.stat()
    except FileNotFoundError:
        raise BadPoseFile(f"{path} is not there", "check the name and the folder") from None
    except OSError as error:
        raise BadPoseFile(f"{path} cannot be read: {error.strerror or error}", "check the rights of the file") from None
    if not path.is_file():
        raise BadPoseFile(f"{path} is not a file", f"give a {', '.join(FORMATS[:-1])} or {FORMATS[-1]} file")
    return path


def _read_archive(path: Path) -> Motion:
    try:
        with np.errstate(invalid="ignore"):  # frames that are no numbers are told by who asks for them
            return Motion(*_READERS[path.suffix.lower()](path))
    except OSError as error:
        raise BadPoseFile(f"{path} cannot be read: {error.strerror or error}", "check the rights of the file") from None


def _read_json(path: Path) -> list[Pose]:
    size = path.stat().st_size
    if size > MAX_JSON_BYTES:
        raise BadPoseFile(f"{path} has {size >> 20} MiB; a pose has a few kB", "give one pose")
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise BadPoseFile(
            f"{path} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}", _POSE_HINT
        ) from None
    except OSError as error:
        raise BadPoseFile(f"{path} cannot be read: {error.strerror or error}", "check the rights of the file") from None
    except (ValueError, RecursionError) as error:
        raise BadPoseFile(f"{path} is not JSON: {error}", _POSE_HINT) from None
    try:
        return _poses_of(value, str(path))
    except WireError as error:
        raise BadPoseFile(str(error), _POSE_HINT) from None


def _poses_of(value: Any, path: str) -> list[Pose]:
    """A result, a list of poses, a pose, or 165 numbers in a row (`{"pose": [...]}`)."""
    if isinstance(value, dict) and "poses" in value:
        return [entry.pose for entry in PoseResult.from_dict(value, path).poses]
    if isinstance(value, dict) and isinstance(value.get("pose"), list) and len(value["pose"]) == 3 * N_JOINTS:
        row = value["pose"]
        return [Pose.from_dict({"rotvecs": [row[3 * j : 3 * j + 3] for j in range(N_JOINTS)]}, path)]
    if isinstance(value, list) and value:
        return [Pose.from_dict(pose, path) for pose in value]
    return [Pose.from_dict(value, path)]


def _index(path: Path, frame: int, count: int, what: str) -> int:
    if not -count <= frame < count:
        raise NoSuchFrame(f"{path} has {count} {what}; there is no number {frame}", f"choose 0 to {max(count - 1, 0)}")
    return frame % count
