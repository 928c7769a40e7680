"""Everything that Blender must be told of, in order; `unregister` takes it back in reverse."""

from __future__ import annotations

from typing import Final

import bpy

from .batch import key_text
from .batch import operators as batch_operators
from .bodies import operators as body_operators
from .engines import panel as engine_panel
from .engines import preferences_panel, tier_operators
from .files import operators as file_operators
from .memory import conversation_panel, history_panel
from .panels import main as main_panel
from .panels import service_operators, shortcuts
from .photos import outcome_operators, picture_operators
from .posing import drafts, operators, properties, session

CLASSES: Final = (
    preferences_panel.PosewrightPreferences,
    properties.PosewrightState,
    *operators.CLASSES,
    *service_operators.CLASSES,
    *tier_operators.CLASSES,
    *main_panel.CLASSES,
    *picture_operators.CLASSES,
    *outcome_operators.CLASSES,
    *file_operators.CLASSES,
    *batch_operators.CLASSES,
    *key_text.CLASSES,
    *conversation_panel.CLASSES,
    *engine_panel.CLASSES,
    *history_panel.CLASSES,
    *body_operators.CLASSES,
    *shortcuts.CLASSES,
)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    properties.attach()
    batch_operators.attach()
    drafts.attach()
    shortcuts.attach()
    body_operators.attach()


def unregister() -> None:
    from .engines import tier_work

    tier_work.shut_down()
    session.shut_down()
    body_operators.detach()
    shortcuts.detach()
    drafts.detach()
    batch_operators.detach()
    properties.detach()
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
