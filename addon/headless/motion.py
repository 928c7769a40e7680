"""The scene of a body in motion, ready to open: a key on every frame, at the motion's rate. Needs bpy, no window."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import bpy
import numpy as np

from ...rigs.wire import Pose
from ..batch.key_writing import KeyStyle, adopt, begin_action, channels_of, curves_of, snapshot, write_curves
from .scene import posed_body, set_stage, world_vertices

if TYPE_CHECKING:
    from ...rigs.pose_files import Motion

FIRST: Final = 1  # frame of the first pose, where Blender's scenes begin
_LOOKS: Final = 9  # frames in which it is looked how far the body goes
_STYLE: Final = KeyStyle(interpolation="LINEAR", action_name="Posewright motion")  # keys on every frame need no easing


def build(
    motion: Motion, size: tuple[int, int] | None = None, *, title: str = "", samples: int = 24
) -> bpy.types.Object:
    """A new file with the free body that plays a motion, lit and framed so that it stays in the picture.

    Arguments beside the motion as of `scene.build`.

    Returns:
        The armature.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    armature, mesh = posed_body(Pose(motion.rotvecs[0], motion.transl[0]))
    set_rate(motion.rate)
    play(armature, motion)
    set_stage([armature], _everywhere(mesh, len(motion)), size, title=title, samples=samples)
    return armature


def set_rate(rate: float) -> None:
    """Let the scene run at `rate` Hz, exactly: 29.97 Hz is 30 frames in 30 / 29.97 s."""
    render = bpy.context.scene.render
    render.fps = max(math.ceil(rate - 1e-6), 1)
    render.fps_base = render.fps / rate


def play(armature: bpy.types.Object, motion: Motion) -> None:
    """Give the armature an action with a key on every frame, and the scene its range."""
    frames = [float(FIRST + n) for n in range(len(motion))]
    channels = channels_of(snapshot(armature), motion.rotvecs, motion.transl)
    draft = begin_action(armature, _STYLE)
    write_curves(draft, frames, curves_of(channels), _STYLE)
    adopt(armature, draft)
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = FIRST, FIRST + len(motion) - 1
    scene.frame_set(FIRST)


def _everywhere(mesh: bpy.types.Object, count: int) -> np.ndarray:
    """(N, 3) m: where the skin is in some frames from the first to the last; the scene is at the first again."""
    scene, seen = bpy.context.scene, []
    for frame in sorted({round(f) for f in np.linspace(FIRST, FIRST + count - 1, _LOOKS)}):
        scene.frame_set(frame)
        seen.append(world_vertices(mesh))
    scene.frame_set(FIRST)
    return np.concatenate(seen)
