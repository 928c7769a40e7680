"""Text in a panel: Blender's labels do not wrap, so it is cut into lines that fit, by the widths of its font."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import blf
import bpy

ICON: Final = 20.0
"""px of an icon, and of a button's height, at a scale of 1."""
_POINTS: Final = 11.0  # of Blender's own theme, where a theme does not tell
_MARGIN_PIXELS: Final = 60.0  # of the sidebar: its tabs, the panel's and a box's borders, a label's own
_SIDEBAR_PIXELS: Final = 280
_FEWEST_PIXELS: Final = 90.0  # a sidebar pulled this narrow cuts words anyway


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
    lines = wrap(text, context, width, indent=0.0 if icon == "NONE" else ICON)
    if len(lines) > limit:
        lines = [*lines[: limit - 1], lines[limit - 1] + " …"]
    column = layout.column(align=True)
    column.alert = alert
    column.scale_y = 0.8
    for number, line in enumerate(lines):
        # continued lines stand under the first when that has an icon
        column.label(text=line, icon=icon if number == 0 else ("BLANK1" if icon != "NONE" else "NONE"))


def room(context: bpy.types.Context) -> float:
    """How many px a row of the sidebar has for what is drawn in it, at a scale of 1."""
    region = context.region
    scale = context.preferences.system.ui_scale or 1.0  # 0 while there is no window
    wide = region.width / scale if region is not None and region.type == "UI" else _SIDEBAR_PIXELS
    return max(_FEWEST_PIXELS, wide - _MARGIN_PIXELS)


def wrap(text: str, context: bpy.types.Context, width: int | None = None, *, indent: float = 0.0) -> list[str]:
    """Lines that fit the sidebar as it is now, or `width` px; `indent` px of them are taken (all at a scale of 1)."""
    most = (room(context) if width is None else width - _MARGIN_PIXELS) - indent
    points = context.preferences.ui_styles[0].widget.points if len(context.preferences.ui_styles) else _POINTS
    return [line for part in text.splitlines() for line in _lines(part.split(), most, points)]


def _lines(words: list[str], most: float, points: float) -> list[str]:
    lines = [""]
    for piece in [piece for word in words for piece in _pieces(word, most, points)]:
        longer = f"{lines[-1]} {piece}" if lines[-1] else piece
        if lines[-1] and width_of(longer, points) > most:
            lines.append(piece)
        else:
            lines[-1] = longer
    return lines


def _pieces(word: str, most: float, points: float) -> list[str]:
    """A word, such as a path, cut where it is wider than a line."""
    pieces = []
    while len(word) > 1 and width_of(word, points) > most:
        fits = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or width_of(word[:n], points) <= most)
        pieces.append(word[:fits])
        word = word[fits:]
    return [*pieces, word]


@lru_cache(maxsize=4096)
def width_of(text: str, points: float = _POINTS) -> float:
    """How many px a text needs in the font of the interface, at a scale of 1."""
    blf.size(0, points)
    return float(blf.dimensions(0, text)[0])


def shortened(text: str, most: float) -> str:
    """A text on one line, its end cut off where it would need more than `most` px (at a scale of 1)."""
    text = " ".join(text.split())
    if width_of(text) <= most:
        return text
    fits = next(n for n in range(len(text), -1, -1) if n == 0 or width_of(f"{text[:n]}…") <= most)
    return f"{text[:fits].rstrip(' ,;')}…"
