"""Bodies: adding ours, SMPL-X model files, bones that follow the shape, pose correctives, the ground."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import bpy

from ..ui.reporting import CANCELLED, FINISHED
from ..ui.sidebar import Section

LAYOUTS: Final = (
    ("SMPLX", "SMPL-X Axes", "As the SMPL-X add-on makes them, with a root bone: a pose's numbers are the bones' own"),
    ("LIMBS", "Along the Limbs", "From joint to joint, rolled so that limbs bend about X: easy to pose by hand"),
)
GROUNDS: Final = (
    ("WORLD", "World", "The floor is z = 0 of the world"),
    ("ARMATURE", "Object", "The floor goes through the armature object's origin, across its up axis"),
)
_SLIDERS: Final = 10  # of the shape; the mesh's own list of keys has the rest
NOBODY: Final = "There is no character. Select an armature with SMPL-X bones."


class POSEWRIGHT_OT_add_body(bpy.types.Operator):
    """Add a character with SMPL-X bones at the 3D cursor"""

    bl_idname = "posewright.add_body"
    bl_label = "Add Body"
    bl_options = {"REGISTER", "UNDO"}

    shape_keys: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Shape Keys", description="Ten keys for the shape of the body: height, weight and so on", default=True
    )
    beside: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Make Room",
        description="Where something stands at the 3D cursor, put the body beside it instead of into it",
        options={"SKIP_SAVE"},
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..rig.bodydata import NoBody
        from .free_body import add_body

        try:
            add_body(context, shape_keys=self.shape_keys, beside=self.beside)
        except NoBody as error:
            self.report({"ERROR"}, str(error))
            return CANCELLED
        return FINISHED

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """A click: the body steps aside where the cube of a new file or another body stands, which `execute` leaves to
        scripts; the first one of a scene is also brought into view, it is small from where Blender starts.
        """
        if not self.properties.is_property_set("beside"):
            self.beside = True
        first = not any(o.type == "ARMATURE" for o in context.scene.objects)
        done = self.execute(context)
        if done == FINISHED and first:
            frame_selected(context)
        return done


def frame_selected(context: bpy.types.Context) -> None:
    """Let the 3D view that the user is in show what is selected; nothing happens outside a 3D view."""
    area = context.area
    if area is None or area.type != "VIEW_3D":
        return
    region = next(region for region in area.regions if region.type == "WINDOW")
    with context.temp_override(region=region):
        bpy.ops.view3d.view_selected()


class POSEWRIGHT_OT_import_smplx(bpy.types.Operator):
    """Add an SMPL-X body from a model file of yours, SMPLX_*.npz: armature, mesh and shape keys"""

    bl_idname = "posewright.import_smplx"
    bl_label = "Import SMPL-X Model"
    bl_options = {"REGISTER", "UNDO"}

    filepath: bpy.props.StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})  # type: ignore[valid-type]
    filter_glob: bpy.props.StringProperty(default="*.npz;*.pkl", options={"HIDDEN"})  # type: ignore[valid-type]
    shapes: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Shape Keys", description="How many keys for the shape of the body", default=10, min=0, max=300
    )
    expressions: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Face Keys", description="How many keys for the expression of the face", default=10, min=0, max=100
    )
    correctives: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Pose Correctives",
        description="Another 486 keys, which mend bent joints; set them with Set Pose Correctives after posing",
    )
    bones: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Bones", description="How the bones lie", items=LAYOUTS
    )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from .smplx_file import BadModelFile, read_smplx
        from .smplx_import import add_model

        path = Path(bpy.path.abspath(self.filepath))
        try:
            model = read_smplx(path, shapes=self.shapes, expressions=self.expressions, correctives=self.correctives)
        except BadModelFile as error:
            self.report({"ERROR"}, f"{error.message}. Next: {error.hint}.")
            return CANCELLED
        except OSError as error:
            self.report({"ERROR"}, f"{path} cannot be read: {error.strerror or error}.")
            return CANCELLED
        armature = add_model(context, model, limbs=self.bones == "LIMBS")
        self.report({"INFO"}, f'Added "{armature.name}"')
        return FINISHED


class _OnCharacter(bpy.types.Operator):
    """Something done to the character that the user means; `do` returns what to say."""

    bl_options = {"REGISTER", "UNDO"}

    def do(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..rig.armature import CannotPose, find_armature

        armature = find_armature(context)
        if armature is None:
            self.report({"WARNING"}, NOBODY)
            return CANCELLED
        try:
            said = self.do(context, armature)
        except (CannotPose, FileNotFoundError) as error:
            self.report({"ERROR"}, str(error))
            return CANCELLED
        self.report({"INFO"}, said)
        return FINISHED


class POSEWRIGHT_OT_fit_bones(_OnCharacter):
    """Move the bones to the joints of the body as its shape keys make it. Poses and keys stay as they are"""

    bl_idname = "posewright.fit_bones"
    bl_label = "Fit Bones to Shape"

    on_ground: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Stand on Ground",
        description="Raise or lower mesh and bones, so that a longer or shorter body stands where it stood",
        default=True,
    )

    def do(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        from .fitting import fit_bones

        return f"Bones moved by up to {fit_bones(context, armature, on_ground=self.on_ground):.3f}"


class POSEWRIGHT_OT_set_correctives(_OnCharacter):
    """Set the pose correctives to the pose as it is now. After another pose, set them again"""

    bl_idname = "posewright.set_correctives"
    bl_label = "Set Pose Correctives"

    def do(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        from .correctives import set_correctives

        return f"{set_correctives(context, armature)} pose correctives set"


class POSEWRIGHT_OT_snap_to_ground(_OnCharacter):
    """Move the hips up or down until the lowest point of the character is on the floor"""

    bl_idname = "posewright.snap_to_ground"
    bl_label = "Snap to Ground"

    ground: bpy.props.EnumProperty(name="Floor", description="Where the floor is", items=GROUNDS)  # type: ignore[valid-type]

    def do(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        from .ground import snap_to_ground

        return f"Moved by {snap_to_ground(context, armature, self.ground):+.3f}"


class POSEWRIGHT_PT_character(Section, bpy.types.Panel):
    """What is done to the body itself rather than to its pose."""

    bl_idname = "POSEWRIGHT_PT_character"
    bl_label = "Character"

    def draw(self, context: bpy.types.Context) -> None:
        from ..rig.armature import find_armature  # loads numpy, see `posing.session`

        armature = find_armature(context)
        if armature is not None:
            self.layout.operator("posewright.snap_to_ground", icon="TRIA_DOWN_BAR")
            draw_shape(self.layout, armature)
        self.layout.operator("posewright.import_smplx", text="Import SMPL-X Model…", icon="IMPORT")


def draw_shape(layout: Any, armature: bpy.types.Object) -> None:
    """The sliders of the body's shape, and the buttons for what has to follow them; only what the body has."""
    from .fitting import deformed_meshes
    from .shape_keys import CORRECTIVE, SHAPE, label_of, numbered

    meshes = deformed_meshes(armature)
    shaped = next((mesh for mesh in meshes if numbered(mesh, SHAPE)), None)
    if shaped is not None:
        column = layout.column(align=True)
        column.label(text="Shape")
        for number, key in sorted(numbered(shaped, SHAPE).items())[:_SLIDERS]:
            column.prop(key, "value", text=label_of(shaped, number), slider=True)
        column.operator("posewright.fit_bones", icon="BONE_DATA")
    if any(numbered(mesh, CORRECTIVE) for mesh in meshes):
        layout.operator("posewright.set_correctives", icon="SHAPEKEY_DATA")


def _in_import_menu(self: Any, _context: bpy.types.Context) -> None:
    self.layout.operator("posewright.import_smplx", text="SMPL-X Model (.npz)")


def _in_add_menu(self: Any, _context: bpy.types.Context) -> None:
    self.layout.separator()
    self.layout.operator("posewright.add_body", text="Posewright Body", icon="OUTLINER_OB_ARMATURE")
    self.layout.operator("posewright.import_smplx", text="SMPL-X Model (.npz)…", icon="IMPORT")


def attach() -> None:
    bpy.types.TOPBAR_MT_file_import.append(_in_import_menu)
    bpy.types.VIEW3D_MT_armature_add.append(_in_add_menu)


def detach() -> None:
    bpy.types.TOPBAR_MT_file_import.remove(_in_import_menu)
    bpy.types.VIEW3D_MT_armature_add.remove(_in_add_menu)


CLASSES: Final = (
    POSEWRIGHT_OT_add_body,
    POSEWRIGHT_OT_import_smplx,
    POSEWRIGHT_OT_fit_bones,
    POSEWRIGHT_OT_set_correctives,
    POSEWRIGHT_OT_snap_to_ground,
    POSEWRIGHT_PT_character,
)
