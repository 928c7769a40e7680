"""Pose files as `rigs.pose_files` has them, with errors as the backend tells them; and what is checked before work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rigs import pose_files
from rigs.pose_archives import FRAME_RATE
from rigs.pose_errors import BadPoseFile, NoSuchFrame
from rigs.pose_files import FORMATS
from rigs.wire import Pose

from .errors import BadFile, BadInput


def read_pose(path: str | Path, frame: int = 0) -> Pose:
    """The pose in a file; arguments as there.

    Raises:
        BadFile: not found, too large, not a pose, of wrong shapes, with numbers that are none, or pickled.
        BadInput: there are fewer frames.
    """
    with _told():
        return pose_files.read_pose(path, frame)


def write_pose(path: str | Path, poses: Pose | Sequence[Pose], rate: float = FRAME_RATE) -> None:
    """Write one pose or several, whole or not at all; arguments as there.

    Raises:
        BadFile: another format, no poses, or a place that cannot be written.
    """
    with _told():
        pose_files.write_pose(path, poses, rate)


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


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except NoSuchFrame as error:
        raise BadInput(error.message, error.hint) from None
    except BadPoseFile as error:
        raise BadFile(error.message, error.hint) from None


__all__ = ["FORMATS", "FRAME_RATE", "check_writable", "read_pose", "write_pose"]
