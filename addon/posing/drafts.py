"""The text field over File > Open: Blender resets the window manager's properties, the words must not be lost."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.app.handlers import persistent

_kept: dict[str, Any] = {}
_FIELDS = ("mode", "scope", "count")


@persistent
def _before_load(_path: str, _: object = None) -> None:
    state = getattr(bpy.context.window_manager, "posewright", None)
    if state is not None:
        _kept.update({name: getattr(state, name) for name in _FIELDS}, prompt=state.prompt)


@persistent
def _after_load(_path: str, _: object = None) -> None:
    state = getattr(bpy.context.window_manager, "posewright", None)
    if state is None or not _kept:
        return
    for name in _FIELDS:
        setattr(state, name, _kept[name])
    state.write(_kept["prompt"])


def attach() -> None:
    bpy.app.handlers.load_pre.append(_before_load)
    bpy.app.handlers.load_post.append(_after_load)


def detach() -> None:
    bpy.app.handlers.load_pre.remove(_before_load)
    bpy.app.handlers.load_post.remove(_after_load)
    _kept.clear()
