"""The add-on's preferences, and the plan for starting the pose service that follows from them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import bpy

from . import ROOT
from .process import LaunchPlan

CODE_FOLDER: Final = Path(__file__).resolve().parent.parent


class PosewrightPreferences(bpy.types.AddonPreferences):
    """Edit > Preferences > Add-ons > Posewright."""

    bl_idname = ROOT

    python: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Python",
        description="The Python that runs the pose service. Leave empty for Blender's own, which needs no set-up",
        subtype="FILE_PATH",
    )
    auto_start: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Start the pose service on the first Pose",
        description="Otherwise press Start in the sidebar before posing",
        default=True,
    )

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "auto_start")
        layout.prop(self, "python", placeholder="Blender's own")
        row = layout.row()
        row.label(text="The pose service runs on this computer only and uses no internet.", icon="INFO")
        layout.operator("posewright.open_log", icon="TEXT")


def _preferences() -> PosewrightPreferences | None:
    addon = bpy.context.preferences.addons.get(ROOT)
    return addon.preferences if addon is not None else None


def auto_start() -> bool:
    """Whether Pose may start the service."""
    preferences = _preferences()
    return preferences.auto_start if preferences is not None else True


def user_folder() -> Path:
    """Where files of this user are kept: the extension's own folder, which outlives updates."""
    try:
        return Path(bpy.utils.extension_path_user(ROOT, create=True))
    except (ValueError, OSError):  # not installed as an extension, or the folder cannot be written
        return Path(bpy.utils.user_resource("DATAFILES", path="posewright", create=True) or tempfile.gettempdir())


def log_path() -> Path:
    """The service's log."""
    return user_folder() / "posewright-service.log"


def launch_plan() -> LaunchPlan:
    """How the service is to be started now; main thread only."""
    preferences = _preferences()
    python = bpy.path.abspath(preferences.python.strip()) if preferences is not None else ""
    return LaunchPlan(python=python, code=CODE_FOLDER, log=log_path())
