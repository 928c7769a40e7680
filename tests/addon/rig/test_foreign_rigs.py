"""Armatures of other SMPL-X add-ons, placed in every way: bones must be where plain kinematics of theta puts them."""

from dataclasses import dataclass

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from mathutils import Quaternion  # noqa: E402
from posewright_ext.addon.rig import armature  # noqa: E402
from posewright_ext.addon.rig.bodydata import load_body  # noqa: E402
from posewright_ext.addon.rig.keyframes import animated_paths  # noqa: E402
from posewright_ext.addon.rig.retarget import rotvec_to_matrix  # noqa: E402
from posewright_ext.rigs.skeleton import GROUPS, JOINTS  # noqa: E402
from posewright_ext.rigs.wire import Pose  # noqa: E402
from rig_makers import (  # noqa: E402
    kinematics,
    meshcapade_like,
    meshcapade_name,
    mpi_like,
    random_pose,
    world_heads,
)

CLOSE = 1e-4  # m, times the size of the character; single precision in centimetres


@dataclass(frozen=True)
class Family:
    """A family of armatures. to_data: metres, Y-up (N, 3) -> its data; rename: joint -> bone."""

    make: object
    to_data: object
    rename: object


FAMILIES = {
    "mpi": Family(mpi_like, lambda p: np.stack([p[:, 0], -p[:, 2], p[:, 1]], axis=1), lambda joint: joint),
    "meshcapade": Family(meshcapade_like, lambda p: 100.0 * p, meshcapade_name),
}


@pytest.fixture(params=list(FAMILIES))
def family(request, addon):
    return FAMILIES[request.param]


def expected(family, rig, pose, size=1.0):
    """(55, 3) world: the wire body's joints in this pose, as large as the character, where the object puts them."""
    bpy.context.view_layer.update()
    data = family.to_data(size * kinematics(load_body().joints, pose))
    world = np.array(rig.matrix_world)
    return data @ world[:3, :3].T + world[:3, 3]


def as_is(_rig):
    pass


def moved_and_turned(rig):
    rig.location = (3.0, -1.0, 0.5)
    rig.rotation_euler.rotate(Quaternion((0.3, 0.5, -0.8), 2.1).to_euler())


def scaled(rig):
    rig.scale = [2.5 * s for s in rig.scale]


def squeezed(rig):
    rig.scale = [a * b for a, b in zip(rig.scale, (0.5, 2.0, 1.2), strict=True)]


def under_a_sheared_parent(rig):
    empty = bpy.data.objects.new("Above", None)
    bpy.context.scene.collection.objects.link(empty)
    empty.scale, empty.rotation_euler, empty.location = (2.0, 0.5, 1.3), (0.2, 0.5, -0.4), (0.0, 1.0, -2.0)
    rig.parent = empty
    rig.rotation_euler.z += 0.7


@pytest.mark.parametrize("place", [as_is, moved_and_turned, scaled, squeezed, under_a_sheared_parent])
def test_bones_are_where_kinematics_says_wherever_the_object_is(family, rng, place):
    rig, pose = family.make(), random_pose(rng)
    place(rig)
    armature.apply_pose(bpy.context, rig, pose)
    assert np.abs(world_heads(rig, family.rename) - expected(family, rig, pose)).max() < 3 * CLOSE
    again = armature.read_pose(rig)
    assert np.allclose(rotvec_to_matrix(again.rotvecs), rotvec_to_matrix(pose.rotvecs), atol=1e-5)
    assert np.allclose(again.transl, pose.transl, atol=1e-5)


@pytest.mark.parametrize("size", [0.5, 1.3, 20.0])
def test_a_child_and_a_giant_take_steps_of_their_own_size(family, rng, size):
    rig, pose = family.make(size=size), random_pose(rng)
    armature.apply_pose(bpy.context, rig, pose)
    assert np.abs(world_heads(rig, family.rename) - expected(family, rig, pose, size)).max() < CLOSE * max(size, 1)


def test_theta_is_the_bones_own_rotation_on_both_with_absolute_hands(family, rng):
    """Their rest frames are the model's. Hands are absolute: no mean is taken off or added."""
    rig, pose = family.make(), random_pose(rng)
    armature.apply_pose(bpy.context, rig, pose)
    turns = rotvec_to_matrix(pose.rotvecs)
    for name in GROUPS["hands"] + GROUPS["arms"] + GROUPS["face"]:
        own = rig.pose.bones[family.rename(name)].matrix_basis.to_3x3()
        assert np.allclose(np.array(own), turns[JOINTS.index(name)], atol=1e-5)
    armature.apply_pose(bpy.context, rig, Pose(np.zeros((55, 3)), load_body().stand))
    fingers = [rig.pose.bones[name].matrix_basis for name in GROUPS["hands"]]
    assert all(np.allclose(np.array(matrix), np.eye(4), atol=1e-6) for matrix in fingers)


def _key_root(rig, quat):
    """The root bone as the AMASS import of those add-ons leaves it: turned and keyed."""
    root = rig.pose.bones["root"]
    root.rotation_mode = "QUATERNION"
    root.rotation_quaternion = quat
    for frame in (1, 10):
        root.keyframe_insert("rotation_quaternion", frame=frame)
    return root


def _root_curves(rig):
    action = rig.animation_data.action
    bag = action.layers[0].strips[0].channelbag(rig.animation_data.action_slot)
    return {
        (c.data_path, c.array_index): [tuple(k.co) for k in c.keyframe_points]
        for c in bag.fcurves
        if "root" in c.data_path
    }


@pytest.mark.parametrize("auto_key", [False, True])
def test_a_keyed_root_of_minus_90_degrees_is_kept_and_made_up_for(addon, rng, auto_key):
    family = FAMILIES["mpi"]
    rig, pose = family.make(), random_pose(rng)
    root = _key_root(rig, Quaternion((1, 0, 0), -np.pi / 2))
    scene, tools = bpy.context.scene, bpy.context.scene.tool_settings
    scene.frame_set(5)
    curves, tools.use_keyframe_insert_auto = _root_curves(rig), auto_key
    try:
        armature.apply_pose(bpy.context, rig, pose)
    finally:
        tools.use_keyframe_insert_auto = False
    assert _root_curves(rig) == curves
    assert np.abs(world_heads(rig) - expected(family, rig, pose)).max() < CLOSE
    keyed = {path for path in animated_paths(rig) if "root" not in path}
    assert bool(keyed) == auto_key
    if auto_key:  # and it plays
        scene.frame_set(1)
        scene.frame_set(5)
        assert np.abs(world_heads(rig) - expected(family, rig, pose)).max() < CLOSE
    assert root.rotation_quaternion.angle == pytest.approx(np.pi / 2, abs=1e-5)


def test_names_of_objects_play_no_part(family, rng):
    rig, pose = family.make(), random_pose(rng)
    rig.name = "Heroine.017"
    armature.apply_pose(bpy.context, rig, pose)
    assert np.abs(world_heads(rig, family.rename) - expected(family, rig, pose)).max() < CLOSE


@pytest.mark.parametrize("missing", ["jaw", "left_eye_smplhf"])
def test_face_bones_may_be_missing(family, rng, missing):
    rig = family.make()
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    rig.data.edit_bones.remove(rig.data.edit_bones[family.rename(missing)])
    bpy.ops.object.mode_set(mode="OBJECT")
    pose = random_pose(rng)
    armature.apply_pose(bpy.context, rig, pose)
    joints = [j for j in range(55) if JOINTS[j] != missing]
    bpy.context.view_layer.update()
    heads = np.array([rig.matrix_world @ rig.pose.bones[family.rename(JOINTS[j])].head for j in joints])
    assert np.abs(heads - expected(family, rig, pose)[joints]).max() < CLOSE
