"""Text in a panel: Blender's labels do not wrap, so it is cut into lines that fit the sidebar."""

from __future__ import annotations

import textwrap
from typing import Any, Final

import bpy

_PIXELS_PER_CHAR: Final = 6.6
_MARGIN_PIXELS: Final = 58


def say(
    layout: Any,
    context: bpy.types.Context,
    text: str,
    *,
    icon: str = "NONE",
    limit: int = 20,
    alert: bool = False,
    width: int | None = None,
) -> None:
    """Text wrapped to the panel or `width` px (at a scale of 1), an icon on its first line; cut after `limit`."""
    lines = wrap(text, context, width)
    if len(lines) > limit:
        lines = [*lines[: limit - 1], lines[limit - 1] + " …"]
    column = layout.column(align=True)
    column.alert = alert
    column.scale_y = 0.8
    for number, line in enumerate(lines):
        # continued lines stand under the first when that has an icon
        column.label(text=line, icon=icon if number == 0 else ("BLANK1" if icon != "NONE" else "NONE"))


def wrap(text: str, context: bpy.types.Context, width: int | None = None) -> list[str]:
    """Lines that fit the sidebar as it is now, or `width` px at a scale of 1."""
    region = context.region
    scale = context.preferences.system.ui_scale or 1.0  # 0 while there is no window
    if width is not None:
        width = int(width * scale)
    else:
        width = region.width if region is not None and region.type == "UI" else 280
    chars = max(16, int((width - _MARGIN_PIXELS * scale) / (_PIXELS_PER_CHAR * scale)))
    return [line for part in text.splitlines() for line in (textwrap.wrap(part, chars) or [""])]
