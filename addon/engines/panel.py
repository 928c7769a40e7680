"""Which engine makes the pose, under the main panel: the choice, what is not ready and the way to get it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import bpy

from ...rigs.licences import SMPLX_BODY
from .. import ROOT
from ..posing import session
from ..service import engine_list
from ..service.process import RUNNING, memory_of
from ..settings import preferences
from ..settings.service_settings import FOLDERS
from ..tiers.catalogue import TIERS, said_size, tier_of
from ..ui.sidebar import Section
from ..ui.wrapping import say
from . import tier_work
from .preferences_panel import draw_offline, draw_set_up

if TYPE_CHECKING:
    from ...rigs.wire import EngineInfo


class POSEWRIGHT_PT_engines(Section, bpy.types.Panel):
    """Who makes the pose, and what is set up for it."""

    bl_idname = "POSEWRIGHT_PT_engines"
    bl_label = "Engines"

    def draw(self, context: bpy.types.Context) -> None:
        layout, state = self.layout, context.window_manager.posewright
        layout.prop(state, "engine")
        if not engine_list.known:
            say(layout, context, "The engines are listed once the pose service runs.", icon="INFO")
        else:
            draw_engines(layout, context, engine_list.known, state.engine)
        for name in TIERS:
            draw_tier_progress(layout, context, name)
        draw_memory(layout, context)


def draw_engines(layout: Any, context: bpy.types.Context, infos: Sequence[EngineInfo], chosen: str) -> None:
    """The engines, then once each what would make more of them ready: set-ups of tiers, and the preferences."""
    for info in infos:
        draw_engine(layout, context, info, chosen=info.name == chosen)
    wanted = {tier_of(info.name) for info in infos if not info.available}
    for name in TIERS:
        if name in wanted and not tier_work.ready(name):
            draw_tier_button(layout, context, name)
    layout.operator("preferences.addon_show", text="Models in Preferences", icon="PREFERENCES").module = ROOT
    say(layout, context, SMPLX_BODY, icon="ARMATURE_DATA", limit=9)


def draw_engine(layout: Any, context: bpy.types.Context, info: EngineInfo, *, chosen: bool) -> None:
    """One engine: ready, or what it lacks and the next step."""
    if info.available:
        layout.label(text=info.title, icon="CHECKMARK")
        return
    box, tier = layout.box(), tier_of(info.name)
    say(box, context, info.title, icon="RADIOBUT_OFF", alert=chosen, limit=3)
    if tier and not tier_work.ready(tier):
        say(box, context, f"Needs {TIERS[tier].title}, to be set up below.")
        return
    if info.missing:
        say(box, context, f"Lacks {', '.join(info.missing)}.", limit=4)
    if info.name == "writer":
        say(box, context, "Set its address and model in the preferences.")
    elif info.next_step:
        say(box, context, f"Next: {info.next_step}.", limit=9)
    if info.name in FOLDERS:
        say(box, context, "Its folder is set in the preferences.")


def draw_tier_button(layout: Any, context: bpy.types.Context, name: str) -> None:
    """The button that sets a tier up, and why it is grey where it is."""
    if tier_work.busy() is None:
        layout.operator("posewright.set_up_tier", text=f"Set Up {TIERS[name].title}…", icon="IMPORT").tier = name
        if not preferences.online():
            draw_offline(layout, context)


def draw_tier_progress(layout: Any, context: bpy.types.Context, name: str) -> None:
    """How far a set-up is, where it is this tier's."""
    work = tier_work.latest
    if work is not None and work.plan.tier.name == name:
        draw_set_up(layout, context, work)


def draw_missing_tier(layout: Any, context: bpy.types.Context, engine: str) -> None:
    """Where an engine is not there for want of a tier of ours: say so, with its button; else nothing."""
    name = tier_of(engine)
    info = engine_list.get(engine)
    there = info.available if info is not None else tier_work.ready(name)
    own = preferences.own()
    unasked = info is None and own is not None and own.use_python and own.python  # an environment of the user's own
    if not name or there or unasked:
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
