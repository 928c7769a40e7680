"""addon/bodies/ground.py: whatever stands above the character, its lowest visible point comes to the floor."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from mathutils import Euler  # noqa: E402
from posewright_ext.addon.bodies import ground  # noqa: E402
from posewright_ext.addon.rig import armature  # noqa: E402
from rig_makers import meshcapade_like, mpi_like, random_pose  # noqa: E402

CLOSE = 1e-4  # m


def lowest(rig, along=(0, 0, 1), start=(0, 0, 0)):
    """Of the mesh as it is drawn, or of the bones."""
    bpy.context.view_layer.update()
    return float(((ground.seen_points(bpy.context, rig) - np.array(start)) @ np.array(along)).min())


def _move(rig):
    rig.location, rig.rotation_euler = (3, -2, 1.5), (0.4, -0.3, 2.0)


def _scale(rig):
    rig.scale = [1.7 * s for s in rig.scale]


def _parent(rig):
    """Under an empty that is scaled differently along its axes, and turned: the character is sheared."""
    empty = bpy.data.objects.new("Above", None)
    bpy.context.scene.collection.objects.link(empty)
    empty.scale, empty.rotation_euler, empty.location = (2.0, 0.5, 1.3), (0.2, 0.5, -0.4), (0.0, 1.0, -2.0)
    rig.parent = empty
    rig.rotation_euler.z += 0.7


@pytest.mark.parametrize("place", [lambda rig: None, _move, _scale, _parent])
def test_the_lowest_point_is_on_the_worlds_floor(body, rng, place):
    place(body)
    armature.apply_pose(bpy.context, body, random_pose(rng))
    assert abs(lowest(body)) > 0.01
    world = np.array(body.matrix_world)
    assert bpy.ops.posewright.snap_to_ground() == {"FINISHED"}
    assert abs(lowest(body)) < CLOSE
    assert np.array_equal(world, np.array(body.matrix_world))  # the object stays
    assert bpy.ops.posewright.snap_to_ground() == {"FINISHED"}
    assert abs(lowest(body)) < CLOSE  # once more changes nothing


@pytest.mark.parametrize("place", [_move, _scale, _parent])
def test_the_floor_of_a_tilted_object_is_its_own(body, rng, place):
    place(body)
    armature.apply_pose(bpy.context, body, random_pose(rng))
    bpy.ops.posewright.snap_to_ground(ground="ARMATURE")
    bpy.context.view_layer.update()
    points = ground.seen_points(bpy.context, body)
    own = np.c_[points, np.ones(len(points))] @ np.array(body.matrix_world.inverted()).T
    assert abs(own[:, 2].min()) < CLOSE  # the plane z = 0 of the object


@pytest.mark.parametrize("make", [mpi_like, meshcapade_like])
def test_bones_do_where_there_is_no_mesh_and_the_root_bone_stays(addon, rng, make):
    rig = make()
    root = rig.pose.bones["root"]
    root.rotation_mode = "XYZ"
    root.rotation_euler, root.location = Euler((-np.pi / 2, 0, 0.3)), (0.1, 0.2, 0.3)
    kept = root.matrix_basis.copy()
    armature.apply_pose(bpy.context, rig, random_pose(rng))
    bpy.ops.posewright.snap_to_ground()
    assert abs(lowest(rig)) < CLOSE
    assert root.matrix_basis == kept


def test_only_the_height_changes(body, rng):
    armature.apply_pose(bpy.context, body, random_pose(rng))
    before = armature.read_pose(body)
    bpy.ops.posewright.snap_to_ground()
    after = armature.read_pose(body)
    assert np.allclose(before.rotvecs, after.rotvecs) and np.allclose(before.transl[[0, 2]], after.transl[[0, 2]])


def test_a_shoe_that_follows_the_bones_counts_and_a_hidden_mesh_does_not(body):
    cube = bpy.data.meshes.new("Shoe")
    cube.from_pydata([(0, 0, -0.5), (0, 0, 0), (1, 0, 0)], [], [(0, 1, 2)])
    shoe = bpy.data.objects.new("Shoe", cube)
    bpy.context.scene.collection.objects.link(shoe)
    shoe.modifiers.new("Armature", "ARMATURE").object = body
    shoe.vertex_groups.new(name="left_ankle").add([0, 1, 2], 1.0, "REPLACE")
    assert ground.snap_to_ground(bpy.context, body) == pytest.approx(0.5, abs=CLOSE)
    shoe.hide_set(True)
    assert ground.snap_to_ground(bpy.context, body) == pytest.approx(-0.5, abs=CLOSE)


def test_a_locked_pelvis_stays_and_it_is_said(body):
    pelvis = body.pose.bones["pelvis"]
    pelvis.location = (0.1, 0.2, 0.3)
    pelvis.lock_location = (True, True, True)
    with pytest.raises(RuntimeError, match='location of "pelvis" is locked'):
        bpy.ops.posewright.snap_to_ground()
    assert np.allclose(pelvis.location, (0.1, 0.2, 0.3))


def test_it_is_one_undo_step_and_keyed_with_auto_key(body):
    tools = bpy.context.scene.tool_settings
    body.pose.bones["pelvis"].location.y += 1.0
    bpy.ops.ed.undo_push(message="raised")
    tools.use_keyframe_insert_auto = True
    try:
        bpy.ops.posewright.snap_to_ground("EXEC_DEFAULT", True)
    finally:
        tools.use_keyframe_insert_auto = False
    from posewright_ext.addon.rig.keyframes import animated_paths

    assert 'pose.bones["pelvis"].location' in animated_paths(body)
    bpy.ops.ed.undo()
    body = bpy.data.objects["Posewright Body"]
    assert not animated_paths(body) and lowest(body) == pytest.approx(1.0, abs=CLOSE)


def test_nobody_to_ground_is_said(addon):
    assert bpy.ops.posewright.snap_to_ground() == {"CANCELLED"}
