"""The conversation about a character, under the main panel: what was said and what came of it."""

from __future__ import annotations

from typing import Final

import bpy

from ..ui.reporting import CANCELLED, FINISHED
from ..ui.sidebar import Section
from ..ui.wrapping import say
from . import remembered

_EXCHANGES_SHOWN: Final = 6


class POSEWRIGHT_PT_talk(Section, bpy.types.Panel):
    """What was said about the character, and what came of it."""

    bl_idname = "POSEWRIGHT_PT_talk"
    bl_label = "Conversation"

    def draw(self, context: bpy.types.Context) -> None:
        from ..rig.armature import find_armature

        armature = find_armature(context)
        exchanges = remembered.talks.of(armature.session_uid).exchanges if armature is not None else []
        if not exchanges:
            say(self.layout, context, 'Ask about the pose ("is she balanced?") or go on with it ("a little more").')
            return
        for exchange in exchanges[-_EXCHANGES_SHOWN:]:
            column = self.layout.column(align=True)
            say(column, context, exchange.said, icon="USER", limit=3)
            say(column, context, exchange.reply, icon="POSE_HLT" if exchange.posed else "NONE", limit=6)
        self.layout.operator("posewright.new_conversation", icon="FILE_NEW")


class POSEWRIGHT_OT_new_conversation(bpy.types.Operator):
    """Forget what was said about this character, so that words are about the pose alone again"""

    bl_idname = "posewright.new_conversation"
    bl_label = "New Conversation"

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..rig.armature import find_armature

        armature = find_armature(context)
        if armature is None:
            return CANCELLED
        remembered.talks.forget(armature.session_uid)
        return FINISHED


CLASSES: Final = (POSEWRIGHT_OT_new_conversation, POSEWRIGHT_PT_talk)
