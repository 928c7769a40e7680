"""The conversation about a character, under the main panel: what was said and what came of it."""

from __future__ import annotations

from typing import Final

import bpy

from . import session
from .sidebar import Section
from .wrapping import say

_EXCHANGES_SHOWN: Final = 6


class POSEWRIGHT_PT_talk(Section, bpy.types.Panel):
    """What was said about the character, and what came of it."""

    bl_idname = "POSEWRIGHT_PT_talk"
    bl_label = "Conversation"

    def draw(self, context: bpy.types.Context) -> None:
        from .armature import find_armature

        armature = find_armature(context)
        exchanges = session.talks.of(armature.session_uid).exchanges if armature is not None else []
        if not exchanges:
            say(self.layout, context, 'Ask about the pose ("is she balanced?") or go on with it ("a little more").')
            return
        for exchange in exchanges[-_EXCHANGES_SHOWN:]:
            column = self.layout.column(align=True)
            say(column, context, exchange.said, icon="USER", limit=3)
            say(column, context, exchange.reply, icon="POSE_HLT" if exchange.posed else "NONE", limit=6)
        self.layout.operator("posewright.new_conversation", icon="FILE_NEW")


CLASSES: Final = (POSEWRIGHT_PT_talk,)
