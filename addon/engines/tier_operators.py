"""Setting tiers up, stopping that, removing them; looking at the chosen Python; the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import bpy

from ..settings import preferences
from ..tiers.catalogue import MB, TIERS, said_size
from ..ui.reporting import CANCELLED, FINISHED, open_log, tell
from ..ui.wrapping import say

if TYPE_CHECKING:
    from ..tiers.catalogue import Tier

OFFLINE: Final = "Blender is set to stay offline. Allow online access in Preferences > System > Network."
_DIALOG_WIDTH: Final = 460


def _tier_property() -> bpy.props.EnumProperty:
    items = [(tier.name, tier.title, tier.does) for tier in TIERS.values()]
    return bpy.props.EnumProperty(name="Tier", items=items, options={"HIDDEN", "SKIP_SAVE"})


class POSEWRIGHT_OT_set_up_tier(bpy.types.Operator):
    """Download and install this tier into an environment of its own. Asks first, and says how much it is"""

    bl_idname = "posewright.set_up_tier"
    bl_label = "Set Up"

    tier: _tier_property()  # type: ignore[valid-type]

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        from . import tier_work

        if tier_work.busy() is not None:
            cls.poll_message_set("Another set-up is at work.")
            return False
        if not preferences.online():
            cls.poll_message_set(OFFLINE)
            return False
        return True

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        from . import tier_work

        tier_work.look_at_python()  # known by the time that the question has been read
        title = f"Set Up {TIERS[self.tier].title}"
        return {*context.window_manager.invoke_props_dialog(
            self, width=_DIALOG_WIDTH, title=title, confirm_text="Download and Set Up"
        )}  # fmt: skip

    def draw(self, context: bpy.types.Context) -> None:
        from . import tier_work

        draw_question(self.layout, context, TIERS[self.tier])
        if tier_work.python_error is not None:
            say(self.layout, context, tier_work.python_error.message, icon="ERROR", alert=True, width=_DIALOG_WIDTH)
            say(self.layout, context, tier_work.python_error.hint, width=_DIALOG_WIDTH)
        elif tier_work.interpreter is not None:
            found = tier_work.interpreter
            told = f"Made with Python {found.said}: {found.path}"
            say(self.layout, context, told, icon="CHECKMARK", width=_DIALOG_WIDTH)
        else:
            told = preferences.chosen_python() or "the newest Python from 3.11 to 3.13 on this computer"
            say(self.layout, context, f"Made with {told}", icon="SCRIPT", width=_DIALOG_WIDTH)

    def execute(self, _context: bpy.types.Context) -> set[str]:
        from . import tier_work

        tier_work.set_up(self.tier)
        work = tier_work.latest
        if bpy.app.background and work is not None and work.error is not None:
            tell(self, work.error)
            return CANCELLED
        return FINISHED


def draw_question(layout: bpy.types.UILayout, context: bpy.types.Context, tier: Tier) -> None:
    """What a set-up is going to do: how much comes, where it goes, and what is left alone."""
    say(layout, context, f"{tier.does}.", width=_DIALOG_WIDTH)
    size = f"About {said_size(tier.download * MB)} to download, {said_size(tier.disk * MB)} on disk."
    say(layout, context, size, icon="IMPORT", width=_DIALOG_WIDTH)
    say(layout, context, str(preferences.user_folder() / tier.folder), icon="FILE_FOLDER", width=_DIALOG_WIDTH)
    what = f"Python packages from the package index{f', and {tier.models}' if tier.models else ''}."
    what += " Nothing is installed into Blender or into your Python."
    say(layout, context, what, icon="INFO", width=_DIALOG_WIDTH)


class POSEWRIGHT_OT_cancel_set_up(bpy.types.Operator):
    """Stop the set-up and remove what is half there"""

    bl_idname = "posewright.cancel_set_up"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> set[str]:
        from . import tier_work

        work = tier_work.busy()
        if work is None:
            return CANCELLED
        work.cancel()
        return FINISHED


class POSEWRIGHT_OT_remove_tier(bpy.types.Operator):
    """Remove this tier's environment from the disk"""

    bl_idname = "posewright.remove_tier"
    bl_label = "Remove"

    tier: _tier_property()  # type: ignore[valid-type]

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        from . import tier_work

        return tier_work.busy() is None

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        from . import tier_work

        tier, known = TIERS[self.tier], tier_work.record().get(self.tier)
        size = f"This frees {said_size(known.size)}. " if known is not None else ""
        message = f"{size}It can be set up again."
        return {*context.window_manager.invoke_confirm(
            self, event, title=f"Remove {tier.title}?", message=message, confirm_text="Remove"
        )}  # fmt: skip

    def execute(self, _context: bpy.types.Context) -> set[str]:
        from . import tier_work

        tier_work.remove(self.tier)
        if bpy.app.background:
            self.report({"INFO"}, tier_work.removed)
        return FINISHED


class POSEWRIGHT_OT_check_python(bpy.types.Operator):
    """Run this Python and see whether tiers can be set up with it; without a choice, look for one"""

    bl_idname = "posewright.check_python"
    bl_label = "Check"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        from . import tier_work

        tier_work.look_at_python()
        if bpy.app.background and tier_work.python_error is not None:
            tell(self, tier_work.python_error)
            return CANCELLED
        return FINISHED


class POSEWRIGHT_OT_open_setup_log(bpy.types.Operator):
    """Show what the last set-up did"""

    bl_idname = "posewright.open_setup_log"
    bl_label = "Open Log"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        return open_log(self, preferences.setup_log_path(), "nothing has been set up")


CLASSES: Final = (
    POSEWRIGHT_OT_set_up_tier,
    POSEWRIGHT_OT_cancel_set_up,
    POSEWRIGHT_OT_remove_tier,
    POSEWRIGHT_OT_check_python,
    POSEWRIGHT_OT_open_setup_log,
)
