"""Posing from pictures: choose, drop or paste one, or take the render, the viewport or the camera's background."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import bpy

from ..engines.panel import draw_missing_tier
from ..posing import session
from ..posing.asking import CannotAsk
from ..service.client import ServiceError
from ..ui.reporting import CANCELLED, FINISHED, report_blocking, tell
from ..ui.sidebar import Section
from ..ui.wrapping import say

if TYPE_CHECKING:
    from ...rigs.wire import Image

_DISPLAYS: Final = (("THUMBNAIL", "Thumbnails", "Pictures are seen before one is chosen", 3),)
"""Number 3 is Blender's own for thumbnails in a file browser."""
SOURCES: Final = (
    ("FILE", "File", "A picture on disk"),
    ("DATABLOCK", "Image", "An image of this Blender file"),
    ("RENDER", "Render", "The last render"),
    ("VIEWPORT", "Viewport", "What the 3D viewport shows"),
    ("CAMERA", "Camera Background", "The background image of the scene's camera"),
    ("CLIPBOARD", "Clipboard", "A picture that was copied in another program"),
)


class POSEWRIGHT_OT_pose_picture(bpy.types.Operator):
    """Pose the character like a person in a picture. Words in the text field say who is meant or what to change"""

    bl_idname = "posewright.pose_picture"
    bl_label = "Pose from Picture"
    bl_options = {"REGISTER"}  # as for words, the one undo step is made by posewright.apply_result

    source: bpy.props.EnumProperty(name="Picture", items=SOURCES, options={"SKIP_SAVE"})  # type: ignore[valid-type]
    filepath: bpy.props.StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})  # type: ignore[valid-type]
    image: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Image", description="Name of the image, for Image as source", options={"SKIP_SAVE"}
    )
    prompt: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Words", description="Instead of the text in the panel", options={"SKIP_SAVE"}
    )
    person: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Who", description='Which person: "the man on the left", "2", "in red"', options={"SKIP_SAVE"}
    )
    filter_image: bpy.props.BoolProperty(default=True, options={"HIDDEN"})  # type: ignore[valid-type]
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})  # type: ignore[valid-type]
    display_type: bpy.props.EnumProperty(items=_DISPLAYS, default="THUMBNAIL", options={"HIDDEN", "SKIP_SAVE"})  # type: ignore[valid-type]

    def draw(self, _context: bpy.types.Context) -> None:
        """Beside the list of files."""
        self.layout.use_property_split = True
        self.layout.prop(self, "person", placeholder="the largest person")
        self.layout.prop(self, "prompt", text="But", placeholder="sitting, mirrored …")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        if self.source != "FILE" or self.filepath:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from .pictures import NoPicture

        state = context.window_manager.posewright
        try:
            picture, name = self._picture(context)
        except NoPicture as error:
            session.refuse(CannotAsk(str(error)))
            self.report({"ERROR" if bpy.app.background else "WARNING"}, str(error))
            return CANCELLED
        given = self.properties.is_property_set
        words = self.prompt if given("prompt") else state.prompt if state.with_picture else ""
        person = (self.person if given("person") else state.person).strip()
        wish = replace(state.wish(), words=words.strip(), picture=picture, picture_name=name, person=person or None)
        try:
            job = session.ask(context, wish)
        except ServiceError as error:
            tell(self, error)
            return CANCELLED
        return report_blocking(self, job) if bpy.app.background and job is not None else FINISHED

    def _picture(self, context: bpy.types.Context) -> tuple[Image, str]:
        from . import pictures

        if self.source == "FILE":
            return pictures.from_file(self.filepath)
        if self.source == "RENDER":
            return pictures.from_render(context.scene)
        if self.source == "VIEWPORT":
            return pictures.from_viewport(context)
        if self.source == "CAMERA":
            return pictures.from_camera(context)
        if self.source == "CLIPBOARD":
            return pictures.from_clipboard(context)
        image = bpy.data.images.get(self.image)
        if image is None:
            raise pictures.NoPicture(f"This file has no image {self.image!r}. Choose one that it has.")
        return pictures.from_datablock(image, context.scene)


class POSEWRIGHT_FH_picture(bpy.types.FileHandler):
    """A picture dropped into the 3D viewport poses the character."""

    bl_idname = "POSEWRIGHT_FH_picture"
    bl_label = "Pose from Picture"
    bl_import_operator = "posewright.pose_picture"
    bl_file_extensions = ".png;.jpg;.jpeg;.webp;.bmp;.tif;.tiff;.gif;.heic;.avif"

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"


class POSEWRIGHT_PT_pictures(Section, bpy.types.Panel):
    """Where pictures come from."""

    bl_idname = "POSEWRIGHT_PT_pictures"
    bl_label = "Pictures"

    def draw(self, context: bpy.types.Context) -> None:
        layout, state = self.layout, context.window_manager.posewright
        draw_missing_tier(layout, context, "photo")
        layout.prop(state, "person", placeholder="the largest person")
        layout.prop(state, "with_picture")
        column = layout.column(align=True)
        for source, text, icon in _BUTTONS:
            column.operator("posewright.pose_picture", text=text, icon=icon).source = source
        row = layout.row(align=True)
        row.prop_search(state, "image", bpy.data, "images", text="")
        button: Any = row.operator("posewright.pose_picture", text="", icon="POSE_HLT")
        button.source, button.image = "DATABLOCK", state.image
        say(layout, context, "Or drop a picture into the viewport.", icon="INFO")


_BUTTONS: Final = (
    ("FILE", "Choose a Picture…", "FILEBROWSER"),
    ("CLIPBOARD", "Paste", "PASTEDOWN"),
    ("RENDER", "Current Render", "RENDER_STILL"),
    ("VIEWPORT", "Current Viewport", "VIEW3D"),
    ("CAMERA", "Camera Background", "CAMERA_DATA"),
)

CLASSES: Final = (POSEWRIGHT_OT_pose_picture, POSEWRIGHT_FH_picture, POSEWRIGHT_PT_pictures)
