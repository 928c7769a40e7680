"""Text in a panel: Blender's labels do not wrap, so it is cut into lines that fit the sidebar."""

from __future__ import annotations

import textwrap
from typing import Any, Final

import bpy

_PIXELS_PER_CHAR: Final = 6.6
_MARGIN_PIXELS: Final = 58


def say(
    layout: Any, context: bpy.types.Context, text: str, *, icon: str = "NONE", limit: int = 20, alert: bool = False
) -> None:
    """Text wrapped to the panel's width, the icon on its first line; cut after `limit` lines."""
    lines = wrap(text, context)
    if len(lines) > limit:
        lines = [*lines[: limit - 1], lines[limit - 1] + " …"]
    column = layout.column(align=True)
    column.alert = alert
    column.scale_y = 0.8
    for number, line in enumerate(lines):
        # continued lines stand under the first when that has an icon
        column.label(text=line, icon=icon if number == 0 else ("BLANK1" if icon != "NONE" else "NONE"))


def wrap(text: str, context: bpy.types.Context) -> list[str]:
    """Lines that fit the sidebar as it is now."""
    region = context.region
    width = region.width if region is not None and region.type == "UI" else 280
    scale = context.preferences.system.ui_scale or 1.0  # 0 while there is no window
    chars = max(16, int((width - _MARGIN_PIXELS * scale) / (_PIXELS_PER_CHAR * scale)))
    return [line for part in text.splitlines() for line in (textwrap.wrap(part, chars) or [""])]
