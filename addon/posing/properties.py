"""What the panel's fields hold. On the window manager: it is the user's desk, not part of the scene or its undo."""

from __future__ import annotations

from contextlib import suppress

import bpy

from ..compat import MORE_LINES
from ..service import engine_list
from ..service.client import ServiceError
from . import choices, session
from .asking import Wish


def _on_prompt(state: PosewrightState, context: bpy.types.Context) -> None:
    """Enter in the text field poses. Scripts set the text and call the operator, so not in background mode."""
    if bpy.app.background or state.quiet or not state.prompt.strip():
        return
    with suppress(ServiceError):  # the panel shows session.notice
        session.ask(context, state.wish())
    session.redraw()


_engine_items: list[tuple[str, str, str, str, int]] = []
_engine_numbers: dict[str, int] = {}


def _engines(_state: object, _context: bpy.types.Context | None) -> list[tuple[str, str, str, str, int]]:
    """The engines to choose from. Blender does not keep the texts, so they are kept here, each with its number."""
    global _engine_items
    items = [
        (name, label, about, "NONE", _engine_numbers.setdefault(name, len(_engine_numbers)))
        for name, label, about in engine_list.items()
    ]
    if items != _engine_items:
        _engine_items = items
    return _engine_items


class PosewrightState(bpy.types.PropertyGroup):
    """wm.posewright"""

    prompt: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Pose",
        description="The pose in your own words. Enter poses the character" + MORE_LINES,
        update=_on_prompt,
        options={"SKIP_SAVE"},
    )
    mode: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Words Are", description="What the words are for", items=choices.MODES, options={"SKIP_SAVE"}
    )
    scope: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="What May Move",
        description="Bones outside stay as they are. Bones whose rotation is locked always stay",
        items=choices.SCOPES,
        options={"SKIP_SAVE"},
    )
    count: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Alternatives",
        description="How many poses to choose from",
        min=1,
        max=8,
        default=1,
        options={"SKIP_SAVE"},
    )
    all_selected: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="All Selected Characters",
        description="The other selected characters get the pose too, each on its own place",
        options={"SKIP_SAVE"},
    )

    engine: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Engine", description="Who makes the pose", items=_engines, options={"SKIP_SAVE"}
    )
    person: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Who",
        description='Which person of a picture: "the man on the left", "2", "in red", "all"; empty is the largest',
        options={"SKIP_SAVE"},
    )
    with_picture: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="With the Words Above",
        description='The words change what is seen: "this, but sitting", "only the arms", "mirror it"',
        options={"SKIP_SAVE"},
    )
    image: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Image", description="An image of this file", options={"SKIP_SAVE"}
    )
    search: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Search", description="Words to look for in the history", options={"SKIP_SAVE", "TEXTEDIT_UPDATE"}
    )
    favourites_only: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Favourites Only", description="Show favourites only", options={"SKIP_SAVE"}
    )
    quiet: bpy.props.BoolProperty(options={"HIDDEN", "SKIP_SAVE"})  # type: ignore[valid-type]

    def write(self, words: str) -> None:
        """Put words into the text field without posing, which typing them would do."""
        self.quiet = True
        self.prompt = words
        self.quiet = False

    def wish(self) -> Wish:
        """What the fields ask for."""
        engine, everyone = self.engine or "auto", self.all_selected
        return Wish(self.prompt.strip(), self.mode, self.scope, self.count, engine=engine, everyone=everyone)


def attach() -> None:
    bpy.types.WindowManager.posewright = bpy.props.PointerProperty(type=PosewrightState)


def detach() -> None:
    del bpy.types.WindowManager.posewright
