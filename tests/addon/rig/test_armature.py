"""addon/rig/armature.py in Blender: the oracle is plain forward kinematics of the free body."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from mathutils import Euler, Quaternion  # noqa: E402
from posewright_ext.addon.rig import armature  # noqa: E402
from posewright_ext.addon.rig.bodydata import load_body  # noqa: E402
from posewright_ext.addon.rig.keyframes import animated_paths  # noqa: E402
from posewright_ext.addon.rig.retarget import rotvec_to_matrix  # noqa: E402
from posewright_ext.rigs.skeleton import JOINTS  # noqa: E402
from posewright_ext.rigs.wire import Pose  # noqa: E402
from rig_makers import (  # noqa: E402
    expected_heads,
    kinematics,
    meshcapade_like,
    meshcapade_name,
    mpi_like,
    random_pose,
    world_heads,
)

MODES = ("QUATERNION", "AXIS_ANGLE", "XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")


def _same(a: Pose, b: Pose, tolerance=2e-6):
    turns = np.abs(rotvec_to_matrix(a.rotvecs) - rotvec_to_matrix(b.rotvecs)).max()
    return turns < tolerance and np.abs(a.transl - b.transl).max() < tolerance


def test_bones_of_our_body_are_where_forward_kinematics_says(body, rng):
    for _ in range(5):
        pose = random_pose(rng)
        armature.apply_pose(bpy.context, body, pose)
        assert np.abs(world_heads(body) - expected_heads(pose)).max() < 1e-5


def test_bones_of_an_mpi_armature_are_where_forward_kinematics_says(addon, rng):
    rig, pose = mpi_like(), random_pose(rng)
    armature.apply_pose(bpy.context, rig, pose)
    assert np.abs(world_heads(rig) - expected_heads(pose)).max() < 1e-5
    assert armature.rig_map(rig).name == "smplx_mpi"
    quat = rig.pose.bones["left_elbow"].matrix_basis.to_quaternion()
    # on these armatures theta is the bone's rotation as it is
    assert np.allclose(
        np.array(quat.to_matrix()), rotvec_to_matrix(pose.rotvecs[JOINTS.index("left_elbow")]), atol=1e-6
    )


def test_bones_of_a_meshcapade_armature_are_where_forward_kinematics_says(addon, rng):
    rig, pose = meshcapade_like(), random_pose(rng)
    armature.apply_pose(bpy.context, rig, pose)
    assert np.abs(world_heads(rig, meshcapade_name) - expected_heads(pose)).max() < 1e-4
    assert armature.rig_map(rig).name == "smplx_meshcapade"


@pytest.mark.parametrize("make", [mpi_like, meshcapade_like])
def test_reading_gives_back_what_was_applied(addon, rng, make):
    rig, pose = make(), random_pose(rng)
    armature.apply_pose(bpy.context, rig, pose)
    assert _same(armature.read_pose(rig), pose)


@pytest.mark.parametrize("mode", MODES)
def test_every_rotation_mode_is_written_and_read_and_kept(body, rng, mode):
    pose = random_pose(rng)
    for bone in body.pose.bones:
        bone.rotation_mode = mode
    armature.apply_pose(bpy.context, body, pose)
    assert {bone.rotation_mode for bone in body.pose.bones} == {mode}
    assert np.abs(world_heads(body) - expected_heads(pose)).max() < 1e-5
    assert _same(armature.read_pose(body), pose)


def test_a_root_bone_is_left_alone_and_its_axis_conversion_undone(addon, rng):
    rig, pose = mpi_like(), random_pose(rng)
    root = rig.pose.bones["root"]
    root.rotation_mode = "QUATERNION"
    root.rotation_quaternion = Euler((-np.pi / 2, 0, 0)).to_quaternion()
    before = root.rotation_quaternion.copy()
    armature.apply_pose(bpy.context, rig, pose)
    assert root.rotation_quaternion == before
    assert np.abs(world_heads(rig) - expected_heads(pose)).max() < 1e-5
    assert _same(armature.read_pose(rig), pose)


def test_a_root_bone_that_turns_and_moves_the_body_still_does(addon, rng):
    rig, pose = mpi_like(), random_pose(rng)
    root = rig.pose.bones["root"]
    root.rotation_mode = "QUATERNION"
    root.rotation_quaternion = Quaternion((0, 1, 0), 1.0)  # bone Y is up there
    root.location = (0, 0, -2.0)
    armature.apply_pose(bpy.context, rig, pose)
    turn = np.array(root.matrix @ root.bone.matrix_local.inverted())
    bpy.context.view_layer.update()
    turn = np.array(root.matrix @ root.bone.matrix_local.inverted())
    want = expected_heads(pose) @ turn[:3, :3].T + turn[:3, 3]
    assert np.abs(world_heads(rig) - want).max() < 1e-5


def test_the_pose_lands_where_the_object_stands(body, rng):
    body.location, body.rotation_euler = (3.0, -2.0, 1.0), (0.0, 0.0, 1.0)
    pose = random_pose(rng)
    armature.apply_pose(bpy.context, body, pose)
    turn = np.array(Euler((0.0, 0.0, 1.0)).to_matrix())
    assert np.abs(world_heads(body) - (expected_heads(pose) @ turn.T + [3.0, -2.0, 1.0])).max() < 1e-5


def test_fully_locked_bones_stay_and_are_named(body, rng):
    elbow, pelvis = body.pose.bones["left_elbow"], body.pose.bones["pelvis"]
    elbow.lock_rotation = (True, True, True)
    pelvis.lock_location = (True, True, True)
    held = armature.apply_pose(bpy.context, body, random_pose(rng))
    assert tuple(elbow.rotation_quaternion) == (1, 0, 0, 0)
    assert tuple(pelvis.location) == (0, 0, 0)
    assert set(held) == {"left_elbow", "pelvis"}
    assert armature.locked_joints(body) == ("left_elbow",)


@pytest.mark.parametrize("mode", ["XYZ", "ZXY", "QUATERNION", "AXIS_ANGLE"])
def test_one_locked_axis_keeps_its_angle(body, rng, mode):
    knee = body.pose.bones["left_knee"]
    knee.rotation_mode = mode
    knee.lock_rotations_4d = False  # Blender's default is True
    knee.lock_rotation = (False, True, False)
    held = armature.apply_pose(bpy.context, body, random_pose(rng))
    order = mode if len(mode) == 3 else "XYZ"
    assert abs(knee.matrix_basis.to_quaternion().to_euler(order).y) < 1e-5
    assert "left_knee" in held


def test_locks_of_four_components_keep_those(body, rng):
    knee = body.pose.bones["left_knee"]
    knee.lock_rotations_4d, knee.lock_rotation, knee.lock_rotation_w = True, (True, False, False), False
    armature.apply_pose(bpy.context, body, random_pose(rng))
    assert abs(knee.rotation_quaternion.x) < 1e-7
    assert knee.rotation_quaternion.magnitude == pytest.approx(1.0)
    assert knee.rotation_quaternion.angle > 0.01


def test_nothing_is_keyed_without_auto_key(body, rng):
    armature.apply_pose(bpy.context, body, random_pose(rng))
    assert body.animation_data is None or body.animation_data.action is None


@pytest.fixture
def auto_key(body):
    """Switches auto-key on; the preference is "only insert available"."""
    tools, edit = bpy.context.scene.tool_settings, bpy.context.preferences.edit
    before = edit.use_keyframe_insert_available

    def switch(*, available):
        tools.use_keyframe_insert_auto = True
        edit.use_keyframe_insert_available = available

    yield switch
    tools.use_keyframe_insert_auto = False
    edit.use_keyframe_insert_available = before


def test_auto_key_makes_no_curves_when_the_preference_says_so(body, rng, auto_key):
    auto_key(available=True)
    armature.apply_pose(bpy.context, body, random_pose(rng))
    assert animated_paths(body) == set()
    body.pose.bones["head"].keyframe_insert("rotation_quaternion")
    armature.apply_pose(bpy.context, body, random_pose(rng))
    assert animated_paths(body) == {'pose.bones["head"].rotation_quaternion'}


def test_auto_key_keys_the_channel_of_the_mode(body, rng, auto_key):
    auto_key(available=False)
    body.pose.bones["head"].rotation_mode = "XYZ"
    armature.apply_pose(bpy.context, body, random_pose(rng))
    paths = animated_paths(body)
    assert 'pose.bones["head"].rotation_euler' in paths
    assert 'pose.bones["neck"].rotation_quaternion' in paths
    assert 'pose.bones["pelvis"].location' in paths
    assert not any(path.endswith(".location") and "pelvis" not in path for path in paths)


def test_the_armature_meant_is_the_active_one_or_the_active_mesh_or_the_only_one(body):
    mesh = body.children[0]
    bpy.context.view_layer.objects.active = mesh
    assert armature.find_armature(bpy.context) == body
    bpy.context.view_layer.objects.active = None
    assert armature.find_armature(bpy.context) == body
    other = mpi_like()
    bpy.context.view_layer.objects.active = None
    assert armature.find_armature(bpy.context) is None
    bpy.context.view_layer.objects.active = other
    assert armature.find_armature(bpy.context) == other


def test_a_target_survives_renaming_and_undo_but_not_deletion(body):
    bpy.ops.ed.undo_push(message="before")
    target = armature.Target.of(body)
    body.name = "Hero"
    bpy.ops.ed.undo_push(message="renamed")
    assert target.resolve().name == "Hero"
    bpy.ops.ed.undo()
    assert target.resolve().name == "Posewright Body"
    bpy.data.objects.remove(target.resolve())
    with pytest.raises(armature.CannotPose, match="no longer in this file"):
        target.resolve()


def test_armatures_that_cannot_be_posed_say_why(body):
    data = bpy.data.armatures.new("Other")
    other = bpy.data.objects.new("Other", data)
    bpy.context.scene.collection.objects.link(other)
    assert "SMPL-X bones" in armature.why_not(other)
    bpy.context.view_layer.objects.active = body
    bpy.ops.object.mode_set(mode="EDIT")
    assert "Edit Mode" in armature.why_not(body)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert armature.why_not(body) == ""


def test_the_oracle_is_the_rest_pose_at_rest():
    body = load_body()
    assert np.allclose(kinematics(body.joints, Pose(np.zeros((55, 3)))), body.joints)
