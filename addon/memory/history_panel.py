"""The history under the main panel: search, favourites, recall of the words, and the kept pose without the service."""

from __future__ import annotations

from typing import Any, Final

import bpy

from ..ui.reporting import CANCELLED, FINISHED
from ..ui.sidebar import Section
from ..ui.wrapping import ICON, room, say, shortened
from . import remembered
from .history import Entry

_SHOWN: Final = 8
_BUTTONS: Final = 3.4 * ICON  # px of a line that its other buttons take


class POSEWRIGHT_OT_recall(bpy.types.Operator):
    """Put these words back into the text field"""

    bl_idname = "posewright.recall"
    bl_label = "Recall"
    bl_options = {"INTERNAL"}

    entry: bpy.props.StringProperty(options={"SKIP_SAVE"})  # type: ignore[valid-type]

    @classmethod
    def description(cls, _context: bpy.types.Context, properties: Any) -> str:
        entry = remembered.past().get(properties.entry)
        return f"{entry.said}\n{entry.reply}\n{entry.when.replace('T', ', ')}" if entry is not None else ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        entry = remembered.past().get(self.entry)
        if entry is None:
            return CANCELLED
        context.window_manager.posewright.write(entry.said)
        return FINISHED


class POSEWRIGHT_OT_star(bpy.types.Operator):
    """Make this a favourite, or no longer. Favourites are never forgotten"""

    bl_idname = "posewright.star"
    bl_label = "Favourite"
    bl_options = {"INTERNAL"}

    entry: bpy.props.StringProperty(options={"SKIP_SAVE"})  # type: ignore[valid-type]

    def execute(self, _context: bpy.types.Context) -> set[str]:
        remembered.past().star(self.entry)
        return FINISHED


class POSEWRIGHT_OT_forget(bpy.types.Operator):
    """Remove this from the history"""

    bl_idname = "posewright.forget"
    bl_label = "Remove"
    bl_options = {"INTERNAL"}

    entry: bpy.props.StringProperty(options={"SKIP_SAVE"})  # type: ignore[valid-type]

    def execute(self, _context: bpy.types.Context) -> set[str]:
        remembered.past().remove(self.entry)
        return FINISHED


class POSEWRIGHT_OT_clear_history(bpy.types.Operator):
    """Remove everything from the history but the favourites"""

    bl_idname = "posewright.clear_history"
    bl_label = "Clear History"

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return set(context.window_manager.invoke_confirm(self, event))

    def execute(self, _context: bpy.types.Context) -> set[str]:
        remembered.past().clear()
        return FINISHED


class POSEWRIGHT_PT_history(Section, bpy.types.Panel):
    """What was asked before."""

    bl_idname = "POSEWRIGHT_PT_history"
    bl_label = "History"

    def draw(self, context: bpy.types.Context) -> None:
        layout, state, past = self.layout, context.window_manager.posewright, remembered.past()
        if past.problem:
            say(layout, context, past.problem, icon="ERROR")
        if not past.entries:
            say(layout, context, "What you ask for is kept here, for every file and after a restart.")
            return
        row = layout.row(align=True)
        row.prop(state, "search", text="", icon="VIEWZOOM", placeholder="Search")
        row.prop(state, "favourites_only", text="", icon="SOLO_ON")
        found = past.search(state.search, favourites=state.favourites_only)
        column = layout.column(align=True)
        for entry in found[:_SHOWN]:
            draw_entry(column, entry, room(context) - _BUTTONS)
        if len(found) > _SHOWN:
            say(layout, context, f"{len(found) - _SHOWN} more: search to narrow it down.")
        layout.operator("posewright.clear_history", icon="TRASH")


def draw_entry(layout: Any, entry: Entry, width: float) -> None:
    """A line: star, the words to recall in `width` px, the kept pose, remove."""
    row = layout.row(align=True)
    row.operator("posewright.star", text="", icon="SOLO_ON" if entry.favourite else "SOLO_OFF").entry = entry.id
    text = shortened(entry.said, width - (ICON if entry.picture else 0.0))
    row.operator("posewright.recall", text=text, icon="IMAGE_DATA" if entry.picture else "NONE").entry = entry.id
    again = row.row(align=True)
    again.enabled = entry.pose is not None
    again.operator("posewright.apply_result", text="", icon="POSE_HLT").entry = entry.id
    row.operator("posewright.forget", text="", icon="X").entry = entry.id


CLASSES: Final = (
    POSEWRIGHT_OT_recall,
    POSEWRIGHT_OT_star,
    POSEWRIGHT_OT_forget,
    POSEWRIGHT_OT_clear_history,
    POSEWRIGHT_PT_history,
)
