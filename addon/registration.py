"""Everything that Blender must be told of, in order; `unregister` takes it back in reverse."""

from __future__ import annotations

from typing import Final

import bpy

from . import (
    batch_operators,
    drafts,
    engine_panel,
    file_operators,
    history_panel,
    operators,
    panels,
    photo_operators,
    picture_operators,
    preferences,
    properties,
    service_operators,
    session,
    shortcuts,
    smplx_operators,
    talk_panel,
    tier_operators,
)

CLASSES: Final = (
    preferences.PosewrightPreferences,
    properties.PosewrightState,
    *operators.CLASSES,
    *service_operators.CLASSES,
    *tier_operators.CLASSES,
    *panels.CLASSES,
    *picture_operators.CLASSES,
    *photo_operators.CLASSES,
    *file_operators.CLASSES,
    *batch_operators.CLASSES,
    *talk_panel.CLASSES,
    *engine_panel.CLASSES,
    *history_panel.CLASSES,
    *smplx_operators.CLASSES,
    *shortcuts.CLASSES,
)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    properties.attach()
    batch_operators.attach()
    drafts.attach()
    shortcuts.attach()
    smplx_operators.attach()


def unregister() -> None:
    from . import tier_work

    tier_work.shut_down()
    session.shut_down()
    smplx_operators.detach()
    shortcuts.detach()
    drafts.detach()
    batch_operators.detach()
    properties.detach()
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
