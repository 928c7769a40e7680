"""The add-on's preferences, and the plans for starting the pose service and setting tiers up that follow from them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import bpy

from .. import ROOT
from ..service.process import LaunchPlan
from . import service_settings

CODE_FOLDER: Final = Path(__file__).resolve().parents[2]
CONSTRAINTS: Final = CODE_FOLDER / "constraints.txt"


def _folder(name: str, about: str) -> bpy.props.StringProperty:
    return bpy.props.StringProperty(name=name, description=about, subtype="DIR_PATH")


class Fields:
    """What can be set; drawn in Edit > Preferences > Add-ons > Posewright by `engines.preferences_panel`."""

    python: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Python",
        description="The Python that tiers are set up with, in environments of their own; nothing is installed into it."
        " Leave empty to look for one on this computer",
        subtype="FILE_PATH",
    )
    use_python: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Run the Service with It",
        description="It is an environment that has everything the service needs: run the service with it as it is,"
        " instead of the tiers below",
        default=False,
    )
    auto_start: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Start the pose service on the first Pose",
        description="Otherwise press Start in the sidebar before posing",
        default=True,
    )
    chatpose: _folder("ChatPose", "Folder of a pose language model (see docs/models.md)")  # type: ignore[valid-type]
    clip: _folder("CLIP", "Folder of the CLIP vision model that the ChatPose model sees with")  # type: ignore[valid-type]
    unipose: _folder("UniPose", "Folder of a UniPose model")  # type: ignore[valid-type]
    vitpose: _folder("ViTPose", "Folder of a ViTPose checkpoint for better points in photos")  # type: ignore[valid-type]
    writer_url: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Address",
        description="An OpenAI-compatible server, such as http://127.0.0.1:11434/v1; empty for a model from a folder",
    )
    writer_model: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Model", description="Name of the model on that server; without an address, the folder of a model"
    )
    writer_key: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Key",
        description="What the server wants as a key. Blender keeps it readable in your preferences file",
        subtype="PASSWORD",
    )
    writer_remote: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Another Computer", description="What that computer may be sent", items=service_settings.REMOTE
    )


def own() -> Fields | None:
    """Our preferences; None while the add-on is not enabled."""
    addon = bpy.context.preferences.addons.get(ROOT)
    return addon.preferences if addon is not None else None


def auto_start() -> bool:
    """Whether Pose may start the service."""
    preferences = own()
    return preferences.auto_start if preferences is not None else True


def online() -> bool:
    """Whether Blender may use the internet (Preferences > System > Network)."""
    return bool(bpy.app.online_access)


def user_folder() -> Path:
    """Where files of this user are kept: the extension's own folder, which outlives updates."""
    try:
        return Path(bpy.utils.extension_path_user(ROOT, create=True))
    except (ValueError, OSError):  # not installed as an extension, or the folder cannot be written
        return Path(bpy.utils.user_resource("DATAFILES", path="posewright", create=True) or tempfile.gettempdir())


def log_path() -> Path:
    """The service's log."""
    return user_folder() / "posewright-service.log"


def setup_log_path() -> Path:
    """The log of the last set-up of a tier."""
    return user_folder() / "posewright-setup.log"


def chosen_python() -> str:
    """The Python of the preferences as an absolute path, "" where none is chosen."""
    preferences = own()
    return bpy.path.abspath(preferences.python.strip()) if preferences is not None else ""


def launch_plan() -> LaunchPlan:
    """How the service is to be started now; main thread only."""
    return launch_planner()()


def launch_planner() -> Callable[[], LaunchPlan]:
    """What makes the plan from the preferences of now and the tiers of then; may be called in any thread."""
    preferences = own()
    python = chosen_python() if preferences is not None and preferences.use_python else ""
    settings: tuple[tuple[str, str], ...] = ()
    if preferences is not None:
        settings = service_settings.variables(partial(getattr, preferences), bpy.path.abspath)
    return partial(_plan, user_folder(), log_path(), python, settings)


def _plan(folder: Path, log: Path, python: str, settings: tuple[tuple[str, str], ...]) -> LaunchPlan:
    from ..tiers import catalogue

    names = [] if python else catalogue.usable(folder, catalogue.read_record(folder))
    if not names:
        return LaunchPlan(python, CODE_FOLDER, log, settings=settings)
    environments = [folder / catalogue.TIERS[name].folder for name in names]
    packages = tuple(path for path in map(catalogue.packages_in, environments[1:]) if path is not None)
    if "photo" in names:
        models = catalogue.models_in(folder / catalogue.TIERS["photo"].folder)
        settings = (*settings, ("POSEWRIGHT_MODELS", str(models)))
    return LaunchPlan(str(catalogue.python_in(environments[0])), CODE_FOLDER, log, packages, settings)
