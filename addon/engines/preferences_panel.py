"""The preferences drawn: the service, the Python for tiers, the tiers with their states, models and the writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import bpy

from .. import ROOT
from ..settings import preferences
from ..settings.service_settings import host_of, is_elsewhere
from ..tiers.catalogue import TIERS
from ..tiers.setup import FAILED, SetUp, outdated
from ..ui.wrapping import say
from . import tier_work
from .tier_operators import OFFLINE

if TYPE_CHECKING:
    from ..tiers.catalogue import Tier

_RING_SECONDS: Final = 1.5
_PROGRESS_SHARE: Final = 0.78  # of the width, the rest for Cancel
_LINE: Final = 560  # px of text, at a scale of 1


class PosewrightPreferences(preferences.Fields, bpy.types.AddonPreferences):
    """Edit > Preferences > Add-ons > Posewright."""

    bl_idname = ROOT

    def draw(self, context: bpy.types.Context) -> None:
        draw_preferences(self.layout, context, self)


def draw_preferences(layout: Any, context: bpy.types.Context, own: preferences.Fields) -> None:
    """Everything, top to bottom in the order that it is needed."""
    layout.prop(own, "auto_start")
    row = layout.split(factor=0.75)
    row.label(text="The pose service runs on this computer; posing uses no internet.", icon="INFO")
    row.operator("posewright.open_log", text="Service Log", icon="TEXT")
    draw_python(layout.box(), context, own)
    box = layout.box()
    row = box.split(factor=0.75)
    row.label(text="Tiers: What Needs More than Blender Brings")
    row.operator("posewright.open_setup_log", text="Set-Up Log", icon="TEXT")
    if not preferences.online():
        draw_offline(box, context, width=_LINE)
    for tier in TIERS.values():
        draw_tier(box, context, tier)
    if tier_work.removed:
        say(box, context, tier_work.removed, icon="INFO", width=_LINE)
    draw_models(layout.box(), own)
    draw_writer(layout.box(), context, own)


def draw_python(layout: Any, context: bpy.types.Context, own: preferences.Fields) -> None:
    """The interpreter, the button that looks at it, and what it is."""
    row = layout.row()
    row.prop(own, "python", placeholder="look for Python 3.11 to 3.13 on this computer")
    row.operator("posewright.check_python", icon="VIEWZOOM")
    if own.python:
        layout.prop(own, "use_python")
    if tier_work.python_error is not None:
        say(layout, context, tier_work.python_error.message, icon="ERROR", alert=True, width=_LINE)
        say(layout, context, tier_work.python_error.hint, width=_LINE)
    elif tier_work.interpreter is not None:
        found = tier_work.interpreter
        say(layout, context, f"Python {found.said} at {found.path} will do.", icon="CHECKMARK", width=_LINE)


def draw_tier(layout: Any, context: bpy.types.Context, tier: Tier) -> None:
    """One tier: its state, what can be done with it, and how far a set-up is or why it failed."""
    known, work = tier_work.record().get(tier.name), tier_work.latest
    mine = work if work is not None and work.plan.tier.name == tier.name else None
    box = layout.box()
    row = box.row()
    icon = "CHECKMARK" if tier_work.ready(tier.name) else "ERROR" if known is not None else "RADIOBUT_OFF"
    row.label(text=tier.title, icon=icon)
    if mine is None or not mine.busy:
        row.operator("posewright.set_up_tier", text="Repair…" if known else "Set Up…", icon="IMPORT").tier = tier.name
        if known is not None or tier_work.has_leftovers(tier.name):
            row.operator("posewright.remove_tier", text="Remove…", icon="TRASH").tier = tier.name
        say(box, context, f"{tier_work.state_of(tier.name)}. {tier.does}.", width=_LINE)
        if tier.name == "photo" and tier_work.ready("photo") and not tier_work.reads_videos():
            told = "Videos cannot be read: the package av was not to be had. Repair tries again."
            say(box, context, told, icon="ERROR", width=_LINE)
        if known is not None and outdated(known, preferences.CONSTRAINTS):
            told = "Made for another version of Posewright. It may work; Repair brings it up to date."
            say(box, context, told, icon="INFO", width=_LINE)
    if mine is not None:
        draw_set_up(box, context, mine, width=_LINE)


def draw_offline(layout: Any, context: bpy.types.Context, width: int | None = None) -> None:
    """Why nothing can be downloaded, and Blender's own button that allows it."""
    say(layout, context, OFFLINE, icon="INTERNET_OFFLINE", width=width)
    layout.operator("extensions.userpref_allow_online", text="Allow Online Access", icon="INTERNET")


def draw_set_up(layout: Any, context: bpy.types.Context, work: SetUp, width: int | None = None) -> None:
    """How far a set-up is with Cancel, or what became of it; nothing once it is done."""
    if work.busy:
        row = layout.split(factor=_PROGRESS_SHARE)
        name, seconds = work.stage, int(work.seconds)
        told = f"{name} … {seconds // 60}:{seconds % 60:02d} (step {min(work.step + 1, work.steps)} of {work.steps})"
        if work.fraction is None:  # a ring that turns: alive, but it cannot be said how far
            row.progress(factor=work.seconds / _RING_SECONDS % 1.0, text=told, type="RING")
        else:
            row.progress(factor=work.fraction, text=told)
        row.operator("posewright.cancel_set_up")
        return
    if work.error is not None:
        say(layout, context, work.error.message, icon="ERROR", alert=True, width=width)
        say(layout, context, work.error.hint, width=width)
    elif work.state == "cancelled":
        say(layout, context, "Cancelled. What was half there has been removed.", icon="INFO", width=width)
    if work.state == FAILED:
        layout.operator("posewright.open_setup_log", icon="TEXT")


def draw_models(layout: Any, own: preferences.Fields) -> None:
    """Folders of models that the user has."""
    layout.label(text="Folders of Your Own Models")
    column = layout.column()
    column.use_property_split = True
    for name in ("chatpose", "clip", "unipose", "vitpose"):
        column.prop(own, name, placeholder="none")
    layout.label(text="Restart the pose service (Stop, Start in the sidebar) to use changes.", icon="INFO")


def draw_writer(layout: Any, context: bpy.types.Context, own: preferences.Fields) -> None:
    """The language model that writes poses, and what leaves this computer, said plainly."""
    layout.label(text="Writer: a Language Model That Poses")
    column = layout.column()
    column.use_property_split = True
    column.prop(own, "writer_url", placeholder="http://127.0.0.1:11434/v1")
    column.prop(own, "writer_model", placeholder="none")
    column.prop(own, "writer_key")
    if not is_elsewhere(own.writer_url):
        layout.label(text="Nothing leaves this computer.", icon="LOCKED")
        return
    column.prop(own, "writer_remote")
    host = host_of(own.writer_url)
    told = {
        "refuse": f"{host} is another computer. It is not used and nothing is sent to it until you allow that here.",
        "words": f"Your words, the conversation and the current pose are sent to {host} when the writer poses.",
        "pictures": f"Your words, the current pose and your pictures are sent to {host} when the writer poses.",
    }[own.writer_remote]
    say(layout, context, told, icon="ERROR" if own.writer_remote != "refuse" else "LOCKED", width=_LINE)
