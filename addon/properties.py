"""What the panel's fields hold. On the window manager: it is the user's desk, not part of the scene or its undo."""

from __future__ import annotations

from contextlib import suppress

import bpy

from . import session
from .client import ServiceError


def _on_prompt(state: PosewrightState, context: bpy.types.Context) -> None:
    """Enter in the text field poses. Scripts set the text and call the operator, so not in background mode."""
    if bpy.app.background or not state.prompt.strip():
        return
    with suppress(ServiceError):  # the panel shows session.notice
        session.ask(context, state.prompt, change_current=state.change_current)
    session.redraw()


class PosewrightState(bpy.types.PropertyGroup):
    """wm.posewright"""

    prompt: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Pose",
        description="The pose in your own words. Enter poses the character",
        update=_on_prompt,
        options={"SKIP_SAVE"},
    )
    change_current: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Change the current pose",
        description='Start from the pose the character has now, for words such as "raise the left arm more". '
        "Bones whose rotation is locked stay",
        options={"SKIP_SAVE"},
    )


def attach() -> None:
    bpy.types.WindowManager.posewright = bpy.props.PointerProperty(type=PosewrightState)


def detach() -> None:
    del bpy.types.WindowManager.posewright
