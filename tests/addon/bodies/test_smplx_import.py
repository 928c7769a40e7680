"""Import of SMPL-X model files. The oracle is the `smplx` package: Blender's mesh must be its mesh."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from posewright_ext.addon.bodies.shape_keys import coordinates  # noqa: E402
from posewright_ext.addon.rig import armature  # noqa: E402
from posewright_ext.addon.rig.bodydata import load_body, load_joint_weights, load_shapes  # noqa: E402
from posewright_ext.addon.rig.keyframes import animated_paths  # noqa: E402
from posewright_ext.rigs.skeleton import JOINTS, PARENTS  # noqa: E402
from posewright_ext.rigs.wire import Pose  # noqa: E402
from rig_makers import random_pose  # noqa: E402
from smplx_makers import package_vertices, smplx_arrays, write_model  # noqa: E402

SAME = 1e-5  # m; Blender computes in single precision


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("model") / "SMPLX_NEUTRAL.npz")


@pytest.fixture
def imported(addon, model_file):
    """Imports the model and gives back the armature and its mesh."""

    def do(path=model_file, **options):
        assert bpy.ops.posewright.import_smplx(filepath=str(path), **options) == {"FINISHED"}
        rig = bpy.context.object
        return rig, rig.children[0]

    return do


def turned(points):
    """SMPL-X axes -> Blender's."""
    x, y, z = np.asarray(points).T
    return np.stack([x, -z, y], axis=1)


def seen(mesh):
    """(V, 3) the mesh as it is drawn, world."""
    graph = bpy.context.evaluated_depsgraph_get()
    evaluated = mesh.evaluated_get(graph)
    return np.array([evaluated.matrix_world @ v.co for v in evaluated.data.vertices])


def lift(path):
    return -float(np.load(path)["v_template"][:, 1].min())


def pose_in_place(rig, rng, size=0.5):
    """A random pose with the pelvis where it is at rest; its rotvecs (55, 3)."""
    pose = Pose(random_pose(rng, size).rotvecs, load_body().stand)
    armature.apply_pose(bpy.context, rig, pose)
    return pose.rotvecs


def set_keys(mesh, prefix, values):
    for k, value in enumerate(values):
        mesh.data.shape_keys.key_blocks[f"{prefix}{k:03d}"].value = value


@pytest.mark.parametrize("bones", ["SMPLX", "LIMBS"])
@pytest.mark.parametrize("corrected", [False, True])
def test_the_mesh_is_the_one_of_the_smplx_package(imported, tmp_path, rng, bones, corrected):
    changes = {} if corrected else {"posedirs": np.zeros((440, 3, 486))}
    path = write_model(tmp_path / "SMPLX_MALE.npz", **changes)
    rig, mesh = imported(path, bones=bones, correctives=corrected)
    betas, expression = rng.uniform(-4, 4, 10), rng.uniform(-2, 2, 10)
    set_keys(mesh, "Shape", betas)
    set_keys(mesh, "Exp", expression)
    bpy.ops.posewright.fit_bones()
    rotvecs = pose_in_place(rig, rng)
    if corrected:
        bpy.ops.posewright.set_correctives()
    vertices, joints = package_vertices(path, rotvecs, betas, expression)
    standing, _ = package_vertices(path, np.zeros((55, 3)), betas, expression)
    up = [0, 0, -standing[:, 1].min()]
    assert np.abs(seen(mesh) - (turned(vertices) + up)).max() < SAME
    heads = np.array([rig.matrix_world @ rig.pose.bones[name].head for name in JOINTS])
    assert np.abs(heads - (turned(joints) + up)).max() < SAME


def test_without_fitted_bones_the_mesh_is_another_one(imported, model_file, rng):
    """The check above can fail: a large body on the bones of the mean one is wrong by centimetres."""
    rig, mesh = imported(correctives=True)
    betas = rng.uniform(-4, 4, 10)
    set_keys(mesh, "Shape", betas)
    rotvecs = pose_in_place(rig, rng)
    bpy.ops.posewright.set_correctives()
    vertices, _ = package_vertices(model_file, rotvecs, betas, np.zeros(10))
    assert np.abs(seen(mesh) - (turned(vertices) + [0, 0, lift(model_file)])).max() > 0.01


def test_keys_have_the_field_names_and_room_for_large_bodies(imported):
    _, mesh = imported(shapes=300, expressions=100, correctives=True)
    keys = mesh.data.shape_keys.key_blocks
    assert keys.keys() == [
        "Basis",
        *(f"Shape{k:03d}" for k in range(300)),
        *(f"Exp{k:03d}" for k in range(100)),
        *(f"Pose{k:03d}" for k in range(486)),
    ]
    keys["Shape001"].value = -4.5  # Blender cuts off what is outside of the range
    assert keys["Shape001"].value == pytest.approx(-4.5)
    assert {(key.slider_min, key.slider_max) for key in keys[1:]} == {(-5.0, 5.0)}


def test_the_first_files_have_ten_of_shape_and_ten_of_expression(imported, tmp_path, rng):
    arrays = smplx_arrays(np.random.default_rng(3), directions=20)
    path = tmp_path / "SMPLX_FEMALE.npz"
    np.savez(path, **arrays)
    rig, mesh = imported(path, shapes=300, expressions=100, correctives=True)
    assert len(mesh.data.shape_keys.key_blocks) == 1 + 10 + 10 + 486
    expression = rng.uniform(-2, 2, 10)
    set_keys(mesh, "Exp", expression)
    bpy.ops.posewright.fit_bones(on_ground=False)
    rotvecs = pose_in_place(rig, rng)
    bpy.ops.posewright.set_correctives()
    vertices, _ = package_vertices(path, rotvecs, np.zeros(10), expression)
    assert np.abs(seen(mesh) - (turned(vertices) + [0, 0, lift(path)])).max() < SAME


def test_an_import_is_one_undo_step_at_the_cursor_and_can_be_posed(addon, model_file):
    bpy.context.scene.cursor.location = (1, 2, 3)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.posewright.import_smplx("EXEC_DEFAULT", True, filepath=str(model_file))
    rig = bpy.context.object
    assert tuple(rig.location) == (1, 2, 3) and rig.name == "SMPLX_NEUTRAL"
    assert armature.rig_map(rig).name == "smplx_mpi" and armature.why_not(rig) == ""
    assert seen(rig.children[0])[:, 2].min() == pytest.approx(3, abs=SAME)  # it stands there
    bpy.ops.ed.undo()
    assert not bpy.data.objects


def test_with_smplx_axes_theta_is_the_bones_own_rotation(imported, rng):
    rig, _ = imported()
    rotvecs = pose_in_place(rig, rng)
    for joint, name in enumerate(JOINTS):
        axis, angle = rig.pose.bones[name].rotation_quaternion.to_axis_angle()
        # the same up to whole turns
        wanted = np.array(
            armature.Quaternion(rotvecs[joint] / np.linalg.norm(rotvecs[joint]), np.linalg.norm(rotvecs[joint]))
        )
        assert abs(np.dot(np.array(armature.Quaternion(axis, angle)), wanted)) == pytest.approx(1, abs=1e-6)
    assert [bone.parent.name for bone in rig.data.bones if bone.name == "pelvis"] == ["root"]


def test_the_uv_map_is_the_files(imported, model_file):
    _, mesh = imported()
    data = np.load(model_file)
    uv = np.array([loop.uv for loop in mesh.data.uv_layers[0].data])
    assert np.allclose(uv, data["vt"][data["ft"]].reshape(-1, 2), atol=1e-6)


# ------------------------------------------------------------------------------------------------- fitting
def test_bones_of_our_own_body_follow_its_shape(body, rng):
    mesh = body.children[0]
    betas = rng.uniform(-2, 2, 10)
    set_keys(mesh, "Shape", betas)
    bpy.ops.posewright.fit_bones()
    data = load_body()
    shaped = data.vertices + load_shapes() @ betas
    heads = np.array([body.data.bones[name].head_local for name in JOINTS])
    wanted = turned(load_joint_weights() @ shaped) - [0, 0, shaped[:, 1].min()]
    assert np.abs(heads - wanted).max() < SAME
    assert abs(seen(mesh)[:, 2].min()) < SAME


def test_a_taller_body_stands_on_the_ground_again_and_its_keys_do_what_they_did(body):
    mesh = body.children[0]
    keys = mesh.data.shape_keys.key_blocks
    before = [coordinates(key) - coordinates(key.relative_key) for key in keys]
    keys["Shape000"].value = 4.0
    assert seen(mesh)[:, 2].min() < -0.05  # through the floor
    bpy.ops.posewright.fit_bones()
    assert abs(seen(mesh)[:, 2].min()) < SAME
    armature.apply_pose(bpy.context, body, Pose(np.zeros((55, 3)), load_body().stand))
    assert abs(seen(mesh)[:, 2].min()) < SAME  # posed to stand, it stands
    after = [coordinates(key) - coordinates(key.relative_key) for key in keys]
    assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(after, before, strict=True))
    assert np.allclose([v.co for v in mesh.data.vertices], coordinates(keys[0]))


def test_fitting_keeps_axes_poses_and_mode_and_stretches_bones(body, rng):
    pose = random_pose(rng)
    armature.apply_pose(bpy.context, body, pose)
    bpy.ops.object.mode_set(mode="POSE")
    body.data.use_mirror_x = True  # Blender would move the other side's bones as well
    before = {b.name: (b.matrix_local.to_3x3().copy(), b.length) for b in body.data.bones}
    mesh = body.children[0]
    set_keys(mesh, "Shape", rng.uniform(-3, 3, 10))
    bpy.ops.posewright.fit_bones()
    assert body.mode == "POSE" and body.data.use_mirror_x
    assert all(np.allclose(b.matrix_local.to_3x3(), before[b.name][0], atol=1e-5) for b in body.data.bones)
    after = armature.read_pose(body)
    assert np.allclose(np.cos(after.rotvecs), np.cos(pose.rotvecs), atol=1e-4) or np.allclose(
        after.rotvecs, pose.rotvecs, atol=1e-4
    )
    thigh, heads = body.data.bones["left_hip"], body.data.bones
    assert thigh.length != pytest.approx(before["left_hip"][1], abs=1e-3)
    assert thigh.length == pytest.approx((heads["left_knee"].head_local - thigh.head_local).length, abs=1e-5)


def test_fitting_there_and_back_is_where_it_began(body):
    mesh = body.children[0]
    at = [np.array(b.head_local) for b in body.data.bones]
    mesh.data.shape_keys.key_blocks["Shape000"].value = 3
    bpy.ops.posewright.fit_bones()
    mesh.data.shape_keys.key_blocks["Shape000"].value = 0
    bpy.ops.posewright.fit_bones()
    assert np.abs(np.array([b.head_local for b in body.data.bones]) - at).max() < SAME


def test_fitting_and_correctives_do_not_mix(imported, rng):
    """Correctives move the skin of a pose; they must not move joints."""
    rig, _ = imported(correctives=True)
    at = np.array([b.head_local for b in rig.data.bones])
    pose_in_place(rig, rng)
    bpy.ops.posewright.set_correctives()
    bpy.ops.posewright.fit_bones()
    assert np.abs(np.array([b.head_local for b in rig.data.bones]) - at).max() < SAME


def test_a_body_without_keys_or_with_other_vertices_says_so(addon):
    bpy.ops.posewright.add_body(shape_keys=False)
    with pytest.raises(RuntimeError, match="no mesh with shape keys"):
        bpy.ops.posewright.fit_bones()
    bpy.ops.posewright.add_body()
    rig = bpy.context.object
    mesh = rig.children[0]
    bpy.context.view_layer.objects.active = mesh
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.subdivide()
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(RuntimeError, match="added or deleted"):
        bpy.ops.posewright.fit_bones()


def test_a_mesh_in_edit_mode_is_left_alone_and_it_is_said(body):
    mesh = body.children[0]
    at = [tuple(bone.head_local) for bone in body.data.bones]
    mesh.data.shape_keys.key_blocks["Shape000"].value = 4.0
    bpy.context.view_layer.objects.active = mesh
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="is in Edit Mode"):
        bpy.ops.posewright.fit_bones()
    assert mesh.mode == "EDIT" and [tuple(bone.head_local) for bone in body.data.bones] == at


# ------------------------------------------------------------------------------------------------- correctives
def test_correctives_of_the_body_alone_are_set_where_the_rest_is_missing(imported, rng):
    rig, mesh = imported(correctives=True)
    for k in range(207, 486):  # as in other add-ons' files
        mesh.shape_key_remove(mesh.data.shape_keys.key_blocks[f"Pose{k:03d}"])
    rotvecs = pose_in_place(rig, rng)
    bpy.ops.posewright.set_correctives()
    keys = mesh.data.shape_keys.key_blocks
    turn = np.array(
        armature.Quaternion(rotvecs[18] / np.linalg.norm(rotvecs[18]), np.linalg.norm(rotvecs[18])).to_matrix()
    )
    values = [keys[f"Pose{k:03d}"].value for k in range(9 * 17, 9 * 18)]  # of the left elbow
    assert np.allclose(values, (turn - np.eye(3)).ravel(), atol=1e-5)


def test_correctives_widen_the_range_of_keys_from_other_addons(imported, rng):
    rig, mesh = imported(correctives=True)
    key = mesh.data.shape_keys.key_blocks["Pose153"]
    key.slider_min, key.slider_max = 0.0, 1.0
    pose = Pose(np.eye(55)[:, [18]] * [0, -2.5, 0], load_body().stand)
    armature.apply_pose(bpy.context, rig, pose)
    bpy.ops.posewright.set_correctives()
    assert key.value == pytest.approx(np.cos(2.5) - 1, abs=1e-5)


def test_correctives_are_keyed_with_auto_key_and_play(imported, rng):
    rig, mesh = imported(correctives=True)
    tools, scene, edit = bpy.context.scene.tool_settings, bpy.context.scene, bpy.context.preferences.edit
    before, edit.use_keyframe_insert_available = edit.use_keyframe_insert_available, False
    tools.use_keyframe_insert_auto = True
    try:
        for frame in (1, 5):
            scene.frame_set(frame)
            pose_in_place(rig, rng)
            bpy.ops.posewright.set_correctives()
    finally:
        tools.use_keyframe_insert_auto, edit.use_keyframe_insert_available = False, before
    key = mesh.data.shape_keys.key_blocks["Pose100"]
    late = key.value
    scene.frame_set(1)
    assert key.value != pytest.approx(late)
    scene.frame_set(5)
    assert key.value == pytest.approx(late, abs=1e-6)
    assert mesh.data.shape_keys.animation_data.action_slot is not None


def test_a_body_without_correctives_says_so(body):
    with pytest.raises(RuntimeError, match="has no pose correctives"):
        bpy.ops.posewright.set_correctives()


def test_the_parents_of_the_oracle_are_ours():
    assert tuple(smplx_arrays(np.random.default_rng(0))["kintree_table"][0, 1:]) == PARENTS[1:]


def test_the_menus_have_us_and_lose_us(addon):
    for name in ("TOPBAR_MT_file_import", "VIEW3D_MT_armature_add"):
        drawers = getattr(bpy.types, name)._dyn_ui_initialize()
        assert [d for d in drawers if d.__module__.endswith("bodies.operators")]
    addon.unregister()
    try:
        for name in ("TOPBAR_MT_file_import", "VIEW3D_MT_armature_add"):
            drawers = getattr(bpy.types, name)._dyn_ui_initialize()
            assert not [d for d in drawers if d.__module__.endswith("bodies.operators")]
    finally:
        addon.register()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_bytes(b"no"), "not an archive of arrays.*Next: choose the SMPLX_NEUTRAL.npz"),
        (lambda path: np.savez(path, kintree_table=np.zeros((2, 24))), "is not SMPL-X but SMPL"),
        (lambda path: None, "cannot be read: No such file"),
        (lambda path: path.mkdir(), "cannot be read: Is a directory"),
    ],
)
def test_a_bad_file_adds_nothing_and_is_said(addon, tmp_path, make, said):
    path = tmp_path / "model.npz"
    make(path)
    with pytest.raises(RuntimeError, match=said):
        bpy.ops.posewright.import_smplx(filepath=str(path))
    assert not bpy.data.objects and not bpy.data.meshes


def test_correctives_get_no_curves_when_the_preference_says_so(imported, rng):
    rig, mesh = imported(correctives=True)
    tools, edit = bpy.context.scene.tool_settings, bpy.context.preferences.edit
    before = edit.use_keyframe_insert_available
    tools.use_keyframe_insert_auto = edit.use_keyframe_insert_available = True
    keys = mesh.data.shape_keys
    keys.key_blocks["Pose007"].keyframe_insert("value")
    try:
        pose_in_place(rig, rng)
        bpy.ops.posewright.set_correctives()
    finally:
        tools.use_keyframe_insert_auto, edit.use_keyframe_insert_available = False, before
    assert animated_paths(keys) == {'key_blocks["Pose007"].value'}
    assert keys.key_blocks["Pose008"].value != 0.0
