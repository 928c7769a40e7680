"""Editors for what does not fit a panel: a picture, a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy


def open_editor(kind: str, suits: Callable[[Any], bool] = lambda _space: True) -> Any:
    """An editor of this kind (an area's `ui_type`) that is open and suits, else that of a new window."""
    windows = bpy.context.window_manager.windows
    for window in windows:
        for area in window.screen.areas:
            if area.ui_type == kind and suits(area.spaces.active):
                area.tag_redraw()
                return area.spaces.active
    bpy.ops.wm.window_new()
    area = windows[-1].screen.areas[0]
    area.ui_type = kind
    return area.spaces.active
