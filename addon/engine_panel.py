"""Which engine makes the pose, under the main panel: the choice, what is not ready and the way to get it."""

from __future__ import annotations

from typing import Any, Final

import bpy

from . import ROOT, engine_list, preferences, session, tier_work
from .preferences_panel import draw_set_up
from .process import RUNNING, memory_of
from .service_settings import FOLDERS
from .tier_operators import OFFLINE
from .tiers import TIERS, said_size
from .wrapping import say


class POSEWRIGHT_PT_engines(bpy.types.Panel):
    """Who makes the pose, and what is set up for it."""

    bl_idname = "POSEWRIGHT_PT_engines"
    bl_label = "Engines"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Posewright"
    bl_parent_id = "POSEWRIGHT_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, state = self.layout, context.window_manager.posewright
        layout.prop(state, "engine")
        if not engine_list.known:
            say(layout, context, "The engines are listed once the pose service runs.", icon="INFO")
        for info in engine_list.known:
            draw_engine(layout, context, info, chosen=info.name == state.engine)
        for name in TIERS:
            draw_tier_progress(layout, context, name)
        draw_memory(layout, context)


def draw_engine(layout: Any, context: bpy.types.Context, info: Any, *, chosen: bool) -> None:
    """One engine: ready, or what it lacks and the next step."""
    if info.available:
        layout.label(text=info.title, icon="CHECKMARK")
        return
    box = layout.box()
    lacking = f": lacks {', '.join(info.missing)}" if info.missing else ": not ready"
    say(box, context, f"{info.title}{lacking}.", icon="RADIOBUT_OFF", alert=chosen, limit=4)
    tier = engine_list.tier_of(info.name)
    if tier and not tier_work.ready(tier):
        draw_tier_button(box, context, tier)
    elif info.next_step:
        say(box, context, f"Next: {info.next_step}.", limit=6)
    if info.name in (*FOLDERS, "writer"):
        what = "The address and the model are" if info.name == "writer" else "The folder of a model is"
        say(box, context, f"{what} set in the preferences.")
        box.operator("preferences.addon_show", text="Open Preferences", icon="PREFERENCES").module = ROOT


def draw_tier_button(layout: Any, context: bpy.types.Context, name: str) -> None:
    """The button that sets a tier up, and why it is grey where it is."""
    if tier_work.busy() is None:
        layout.operator("posewright.set_up_tier", text=f"Set Up {TIERS[name].title}…", icon="IMPORT").tier = name
        if not preferences.online():
            say(layout, context, OFFLINE, icon="INTERNET_OFFLINE")


def draw_tier_progress(layout: Any, context: bpy.types.Context, name: str) -> None:
    """How far a set-up is, where it is this tier's."""
    work = tier_work.latest
    if work is not None and work.plan.tier.name == name:
        draw_set_up(layout, context, work)


def draw_missing_tier(layout: Any, context: bpy.types.Context, engine: str) -> None:
    """Where an engine is not there for want of a tier of ours: say so, with its button; else nothing."""
    name = engine_list.tier_of(engine)
    info = engine_list.get(engine)
    there = info.available if info is not None else tier_work.ready(name)
    if not name or there:
        return
    if tier_work.busy() is None:
        say(layout, context, f"{TIERS[name].title} must be set up once.", icon="INFO")
    draw_tier_button(layout, context, name)
    draw_tier_progress(layout, context, name)


def draw_memory(layout: Any, context: bpy.types.Context) -> None:
    """What the service holds in memory, and how to get it back."""
    if session.service.state != RUNNING:
        return
    held = memory_of(session.service.pid)
    told = f"The service holds {said_size(held)} of memory." if held is not None else "Models stay in memory."
    say(layout, context, f"{told} The next pose starts it again.", icon="MEMORY")
    layout.operator("posewright.stop_backend", text="Stop and Unload Models", icon="X")


CLASSES: Final = (POSEWRIGHT_PT_engines,)
