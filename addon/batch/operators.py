"""Key poses from a list of prompts, a video or a folder of pictures; and their panel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import bpy

from ..posing.asking import CannotAsk
from ..service.client import ServiceError
from ..ui.reporting import CANCELLED, FINISHED, tell
from ..ui.sidebar import Section
from ..ui.wrapping import say
from . import keying

if TYPE_CHECKING:
    from .key_writing import KeyStyle

INTERPOLATIONS: Final = (
    ("BEZIER", "Smooth", "Poses flow into each other"),
    ("CONSTANT", "Hold", "Each pose is held until the next (blocking)"),
    ("LINEAR", "Even", "In-betweens at an even pace"),
)
EXISTING: Final = (
    ("KEEP", "Keep", "Keys that are there stay; on the same frame ours takes the place"),
    ("REPLACE", "Replace", "Keys of these bones between the first and the last pose are removed first"),
)
_BUSY_SHARE: Final = 0.72  # of the panel's width for how far it is, the rest for Cancel
_VIDEOS: Final = "*.mp4;*.mov;*.avi;*.mkv;*.webm;*.gif;*.webp"


class PosewrightKeySettings(bpy.types.PropertyGroup):
    """wm.posewright_keys"""

    text: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="List", description='A text of this file with lines like "24: crouches"', options={"SKIP_SAVE"}
    )
    step: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Step",
        description="Frames between lines that name none",
        default=12,
        min=1,
        options={"SKIP_SAVE"},
    )
    interpolation: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="In Between", items=INTERPOLATIONS, options={"SKIP_SAVE"}
    )
    existing: bpy.props.EnumProperty(name="Existing Keys", items=EXISTING, options={"SKIP_SAVE"})  # type: ignore[valid-type]
    new_action: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="New Action",
        description="Into an action of its own; the one before stays in the file",
        default=True,
        options={"SKIP_SAVE"},
    )
    plant: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Plant Feet",
        description="Feet that stand in two poses one after the other stay on their spot; the character moves along",
        default=True,
        options={"SKIP_SAVE"},
    )
    going_on: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Lines Go On",
        description='A line may change the pose of the line before ("raise the left arm"); else each is a new one',
        options={"SKIP_SAVE"},
    )
    every: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Frame Step", description="Of a video: 1 looks at every frame, 2 at every second one", default=1,
        min=1, options={"SKIP_SAVE"},
    )  # fmt: skip

    def style(self, name: str) -> KeyStyle:
        from .key_writing import KeyStyle

        return KeyStyle(self.interpolation, self.existing, self.new_action, name)


class _FromLines(bpy.types.Operator):
    """A pose for every line of a list. Not registered: Blender loses an operator that another is made from."""

    text: bpy.props.StringProperty(name="Text", description="Name of a text of this file", options={"SKIP_SAVE"})  # type: ignore[valid-type]
    filepath: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="File", description=".txt, .csv or .jsonl, instead of a text", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    filter_glob: bpy.props.StringProperty(default="*.txt;*.csv;*.jsonl", options={"HIDDEN"})  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> set[str]:
        return _run(self, context, self._begin)

    def _begin(self, context: bpy.types.Context) -> keying.Work:
        from ...rigs.wire import PoseRequest
        from ..rig.armature import CannotPose, find_armature, read_pose
        from .jobs import ask_prompts
        from .key_list import Timing, read_key_list

        settings = context.window_manager.posewright_keys
        source, kind, name = self._source(settings)
        render = context.scene.render
        timing = Timing(context.scene.frame_current, settings.step, render.fps / render.fps_base)
        try:
            keys = read_key_list(source, timing, kind)
            armature = find_armature(context)
            start = read_pose(armature) if armature is not None else None
        except (ValueError, CannotPose, FileNotFoundError) as error:
            raise CannotAsk(f"{name}: {error}.") from None
        going_on = settings.going_on
        requests = [
            PoseRequest(prompt=k.prompt, start=start, intent="auto" if going_on and i else "new")
            for i, k in enumerate(keys)
        ]
        frames = [k.frame for k in keys]
        return keying.begin(
            context,
            lambda client, it: ask_prompts(client, it, frames, requests, going_on=going_on),
            settings.style(name),
            plant=settings.plant,
        )

    def _source(self, settings: Any) -> tuple[str, str, str]:
        """The list as text, its kind, and its name."""
        if self.filepath:
            path = Path(bpy.path.abspath(self.filepath))
            try:
                return path.read_text(encoding="utf-8-sig"), path.suffix, path.stem
            except (OSError, UnicodeDecodeError) as error:
                hint = "Choose a .txt, .csv or .jsonl file."
                raise CannotAsk(f"{path.name} cannot be read: {error}.", hint) from None
        name = self.text or settings.text
        text = bpy.data.texts.get(name)
        if text is None:
            raise CannotAsk(
                f"This file has no text {name!r}." if name else "No list is chosen.",
                'Press New List, or choose a text that has lines like "24: crouches".',
            )
        return text.as_string(), Path(name).suffix or "txt", Path(name).stem


class POSEWRIGHT_OT_key_list(_FromLines):
    """Key a pose for every line of a text, such as "24: crouches". Lines without a frame begin at the current one"""

    bl_idname = "posewright.key_list"
    bl_label = "Key Poses from List"


class POSEWRIGHT_OT_key_file(_FromLines):
    """Key a pose for every line of a file: .txt, .csv or .jsonl"""

    bl_idname = "posewright.key_file"
    bl_label = "Key Poses from File"

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def draw(self, context: bpy.types.Context) -> None:
        """Beside the list of files."""
        draw_list_settings(self.layout, context.window_manager.posewright_keys)


class POSEWRIGHT_OT_key_motion(bpy.types.Operator):
    """Key the motion of a person in a video or a folder of pictures"""

    bl_idname = "posewright.key_motion"
    bl_label = "Key from Video"

    filepath: bpy.props.StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})  # type: ignore[valid-type]
    directory: bpy.props.StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE"})  # type: ignore[valid-type]
    filter_glob: bpy.props.StringProperty(default=_VIDEOS, options={"HIDDEN"})  # type: ignore[valid-type]
    person: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Who", description='Which person: "the man on the left", "2"', options={"SKIP_SAVE"}
    )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        if self.filepath:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def draw(self, context: bpy.types.Context) -> None:
        """Beside the list of files."""
        self.layout.use_property_split = True
        self.layout.prop(self, "person", placeholder="the largest person")
        self.layout.prop(context.window_manager.posewright_keys, "every")

    def execute(self, context: bpy.types.Context) -> set[str]:
        return _run(self, context, self._begin)

    def _begin(self, context: bpy.types.Context) -> keying.Work:
        from ...rigs.wire import TrackRequest
        from .jobs import ask_track

        path = Path(bpy.path.abspath(self.filepath or self.directory))
        if not path.exists() or not (self.filepath or self.directory):
            raise CannotAsk(f"{path} is not there.", "Choose a video, or a folder of pictures.")
        settings = context.window_manager.posewright_keys
        render, first = context.scene.render, context.scene.frame_current
        rate = render.fps / render.fps_base
        who = (self.person or context.window_manager.posewright.person).strip() or None
        request = TrackRequest(str(path), person=who, every=settings.every)
        # feet of a motion are held by the service, which has seen them rest
        return keying.begin(
            context,
            lambda client, it: ask_track(client, it, request, first, rate),
            settings.style(path.stem),
            plant=False,
        )


class POSEWRIGHT_OT_adopt_keys(bpy.types.Operator):
    """Let the character play the keys that were made"""

    bl_idname = "posewright.adopt_keys"
    bl_label = "Key Poses"
    bl_options = {"UNDO", "INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> set[str]:
        if keying.current is None:
            return CANCELLED
        try:
            keying.adopt_written(keying.current)
        except ServiceError as error:
            keying.current.batch.error = error
            keying.drop(keying.current, keying.FAILED, error.message)
            return CANCELLED
        return FINISHED


class POSEWRIGHT_OT_cancel_keys(bpy.types.Operator):
    """Stop making keys; the scene stays as it is"""

    bl_idname = "posewright.cancel_keys"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> set[str]:
        return FINISHED if keying.cancel() else CANCELLED


def _run(
    operator: bpy.types.Operator,
    context: bpy.types.Context,
    begin: Callable[[bpy.types.Context], keying.Work],
) -> set[str]:
    """Begin a batch, or say in the panel why not."""
    keying.refused = None
    try:
        work = begin(context)
    except ServiceError as error:
        keying.refused = error
        tell(operator, error)
        return CANCELLED
    return _report(operator, work)


def _report(operator: bpy.types.Operator, work: keying.Work) -> set[str]:
    """With a window the panel tells; in background mode the batch has ended by now."""
    if not bpy.app.background:
        return FINISHED
    if work.batch.error is not None:
        tell(operator, work.batch.error)
        return CANCELLED
    operator.report({"INFO"}, work.note)
    return FINISHED if work.batch.state == "done" else CANCELLED


class POSEWRIGHT_PT_keys(Section, bpy.types.Panel):
    """Many poses at once."""

    bl_idname = "POSEWRIGHT_PT_keys"
    bl_label = "Batch Keyframing"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.window_manager.posewright_keys
        work = keying.current
        busy = work is not None and work.batch.busy
        if work is not None and busy:
            row = layout.split(factor=_BUSY_SHARE)
            row.progress(factor=min(max(work.batch.part, 0.0), 1.0), text=work.batch.stage)
            row.operator("posewright.cancel_keys")
        column = layout.column()
        column.enabled = not busy
        draw_sources(column, settings)
        column.separator()
        draw_key_settings(column, settings)
        error = keying.refused or (work.batch.error if work is not None else None)
        if error is not None:
            say(layout, context, error.message, icon="ERROR", alert=True)
            say(layout, context, error.hint)
        elif work is not None and work.note:
            say(layout, context, work.note, icon="INFO")


def draw_sources(layout: Any, settings: Any) -> None:
    """Where the poses come from, each with its own settings and its button."""
    row = layout.row(align=True)
    row.prop_search(settings, "text", bpy.data, "texts", text="")
    chosen = bool(settings.text)
    row.operator("posewright.edit_key_text", text="" if chosen else "New List", icon="TEXT" if chosen else "ADD")
    draw_list_settings(layout, settings)
    row = layout.row(align=True)
    row.operator("posewright.key_list", text="Key List", icon="KEY_HLT")
    row.operator("posewright.key_file", text="From File…", icon="FILE_FOLDER")
    layout.separator()
    layout.operator("posewright.key_motion", text="Key a Video…", icon="FILE_MOVIE")


def draw_list_settings(layout: Any, settings: Any) -> None:
    """What lines of a list mean."""
    column = layout.column(align=True)
    column.use_property_split = True
    column.prop(settings, "step")
    column.prop(settings, "going_on")


def draw_key_settings(layout: Any, settings: Any) -> None:
    """How the keys are made, whatever the poses come from."""
    column = layout.column(align=True)
    column.use_property_split = True
    for name in ("interpolation", "existing", "new_action", "plant"):
        column.prop(settings, name)


def attach() -> None:
    bpy.types.WindowManager.posewright_keys = bpy.props.PointerProperty(type=PosewrightKeySettings)


def detach() -> None:
    keying.shut_down()
    del bpy.types.WindowManager.posewright_keys


CLASSES: Final = (
    PosewrightKeySettings,
    POSEWRIGHT_OT_key_list,
    POSEWRIGHT_OT_key_file,
    POSEWRIGHT_OT_key_motion,
    POSEWRIGHT_OT_adopt_keys,
    POSEWRIGHT_OT_cancel_keys,
    POSEWRIGHT_PT_keys,
)
