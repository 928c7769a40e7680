"""Icons of alternatives, from the PNG files that the pose service draws.

Without a window Blender makes no icons (their number is 0); the panel then has numbers to press instead.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import bpy.utils.previews

from ..service.jobs import Job

_collection: Any = None


def icons(job: Job) -> list[int]:
    """Icon numbers of the job's pictures, in the order of its poses; empty while there are none."""
    if not job.pictures or bpy.app.background:
        return []
    return [_icon(f"{job.id}-{i}", png) for i, png in enumerate(job.pictures)]


def overlay_icon(job: Job) -> int:
    """Icon number of the photo with what was seen in it; 0 while there is none."""
    return _icon(f"{job.id}-overlay", job.overlay) if job.overlay and not bpy.app.background else 0


def _icon(name: str, png: bytes) -> int:
    global _collection
    if _collection is None:
        _collection = bpy.utils.previews.new()
    if name not in _collection:
        with tempfile.TemporaryDirectory(prefix="posewright-") as folder:
            path = Path(folder) / "pose.png"
            path.write_bytes(png)
            preview = _collection.load(name, str(path), "IMAGE")
            _ = preview.image_size[:]  # read now: the file does not stay
    number: int = _collection[name].icon_id
    return number


def clear() -> None:
    """When the add-on ends: Blender warns of collections that are left."""
    global _collection
    if _collection is not None:
        bpy.utils.previews.remove(_collection)
        _collection = None
