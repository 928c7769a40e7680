"""Several characters in one scene: duplicates, linked files and overrides, and one pose for all that are selected."""

import numpy as np
import pytest
from posewright_ext.rigs.wire import Pose
from rig_makers import meshcapade_like, mpi_like

bpy = pytest.importorskip("bpy")

from posewright_ext.addon.rig import armature  # noqa: E402


def bent():
    rotvecs = np.zeros((55, 3))
    rotvecs[18] = [0.0, -1.0, 0.0]
    return Pose(rotvecs, [0.0, 0.9, 0.0])


def elbow(rig):
    return rig.pose.bones["left_elbow"].matrix_basis.to_quaternion().angle


def channels(rig):
    """Everything that a pose could have changed."""
    return [(tuple(bone.location), *bone.matrix_basis.to_quaternion()) for bone in rig.pose.bones]


def select(*objects):
    for other in bpy.context.scene.objects:
        other.select_set(other in objects)
    bpy.context.view_layer.objects.active = objects[0]


def add_body():
    bpy.ops.posewright.add_body()
    return bpy.context.object


@pytest.fixture
def crowd(fake):
    """Three of our bodies and one of each other family, 1 m apart."""
    rigs = [add_body(), add_body(), add_body(), mpi_like(), meshcapade_like()]
    for k, rig in enumerate(rigs):
        rig.location.x = float(k)
    fake.answer(bent(), reply="Bent.")
    return rigs


# ------------------------------------------------------------------------------------------------- all selected
def test_only_the_active_character_is_posed_unless_all_are_asked_for(crowd):
    select(*crowd)
    bpy.ops.posewright.pose(prompt="bend")
    assert [elbow(rig) > 0.9 for rig in crowd] == [True, False, False, False, False]


def test_all_selected_get_the_pose_each_in_its_place_in_one_undo_step(crowd):
    select(crowd[0], crowd[1], crowd[3], crowd[4])
    names = [rig.name for rig in crowd]
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.posewright.pose("EXEC_DEFAULT", True, prompt="bend", all_selected=True)
    assert [elbow(rig) > 0.9 for rig in crowd] == [True, True, False, True, True]
    assert [rig.location.x for rig in crowd] == [0.0, 1.0, 2.0, 3.0, 4.0]
    bpy.context.view_layer.update()
    heads = [rig.matrix_world @ rig.pose.bones["left_wrist"].head for rig in crowd]
    assert np.allclose([h.x - k for k, h in enumerate(heads) if k != 2], heads[0].x, atol=1e-4)
    bpy.ops.ed.undo()
    assert [elbow(bpy.data.objects[name]) for name in names] == pytest.approx([0.0] * 5)


def test_a_mesh_stands_for_its_armature_and_is_counted_once(crowd):
    select(crowd[0], crowd[1], crowd[1].children[0])
    assert armature.selected_armatures(bpy.context) == [crowd[0], crowd[1]]


def test_one_that_cannot_be_posed_keeps_nobody_else_from_it_and_is_named(crowd):
    from posewright_ext.addon.posing import session

    select(*crowd[:3])
    bpy.ops.posewright.pose(prompt="bend", all_selected=True)
    job = session.board.latest
    assert job.note == "Posed Posewright Body, Posewright Body.001, Posewright Body.002." and job.left_out == ""
    _without_t_pose(crowd[1])
    before = channels(crowd[1])
    select(crowd[0], *crowd[1:3])
    fake_pose = channels(crowd[2])
    assert bpy.ops.posewright.apply_result(job_id=job.id, mirror=True, all_selected=True) == {"FINISHED"}
    assert '"Posewright Body.001" cannot be posed' in job.left_out
    assert channels(crowd[1]) == before and channels(crowd[2]) != fake_pose


def _without_t_pose(rig):
    """Lay the rest pose on its side, which no T-pose is."""
    select(rig)
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in rig.data.edit_bones:
        bone.head.y, bone.head.z = bone.head.z * 0.7 + bone.head.y * 0.7, bone.head.z * 0.7 - bone.head.y * 0.7
        bone.tail = bone.head + bone.vector
    bpy.ops.object.mode_set(mode="OBJECT")


def test_the_redo_panel_offers_it_and_the_conversation_of_each_goes_on_from_there(crowd, fake):
    select(crowd[0], crowd[1])
    bpy.ops.posewright.pose(prompt="bend", all_selected=True)
    select(crowd[1])
    bpy.ops.posewright.pose(prompt="more")
    assert np.allclose(fake.seen()[-1]["requests"][0]["start"]["rotvecs"][18], [0, -1, 0], atol=1e-5)


# ------------------------------------------------------------------------------------------------- duplicates
@pytest.mark.parametrize("linked", [True, False])
def test_a_duplicate_is_a_character_of_its_own(fake, body, linked):
    fake.answer(bent())
    select(body, body.children[0])
    bpy.ops.object.duplicate(linked=linked)
    copy = next(o for o in bpy.context.selected_objects if o.type == "ARMATURE")
    assert (copy.data == body.data) == linked
    select(copy)
    before = channels(body)
    bpy.ops.posewright.pose(prompt="bend")
    assert elbow(copy) > 0.9 and channels(body) == before
    select(copy.children[0])  # and its mesh stands for it, not for the one it was copied from
    assert armature.find_armature(bpy.context) == copy


@pytest.mark.parametrize("linked", [True, False])
def test_bones_of_a_duplicate_are_fitted_to_the_duplicates_shape(body, linked):
    select(body, body.children[0])
    bpy.ops.object.duplicate(linked=linked)
    copy = next(o for o in bpy.context.selected_objects if o.type == "ARMATURE")
    before = body.data.bones["head"].head_local.z
    select(copy)
    copy.children[0].data.shape_keys.key_blocks["Shape000"].value = 3.0
    bpy.ops.posewright.fit_bones()
    assert abs(copy.data.bones["head"].head_local.z - before) > 0.01
    # linked duplicates share bones and shape; full copies do not
    assert (abs(body.data.bones["head"].head_local.z - before) > 0.01) == linked


def test_a_job_for_one_of_two_leaves_its_namesake_alone(fake, body):
    """The copy is renamed to what the original was called while the job runs."""
    from posewright_ext.addon.posing import session

    fake.answer(bent())
    job = session.make_job(bpy.context, session.Wish("bend"), session.talks, running=False)
    other = add_body()
    body.name, other.name = "Hero", "Posewright Body"
    session.board.run(job)
    session.finish(bpy.context, job)
    assert elbow(body) > 0.9 and elbow(other) == pytest.approx(0.0)


# ------------------------------------------------------------------------------------------------- other files
@pytest.fixture
def library(addon, tmp_path):
    """A file with one body in a collection "Hero"; the scene is empty again."""
    collection = bpy.data.collections.new("Hero")
    bpy.context.scene.collection.children.link(collection)
    layer = bpy.context.view_layer
    layer.active_layer_collection = layer.layer_collection.children["Hero"]
    bpy.ops.posewright.add_body()
    path = str(tmp_path / "hero.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)
    bpy.ops.wm.read_homefile(use_empty=True)
    return path


def link(path):
    """The collection shown by an empty, as Blender's Link does it."""
    with bpy.data.libraries.load(path, link=True) as (_, wanted):
        wanted.collections = ["Hero"]
    empty = bpy.data.objects.new("Hero", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", wanted.collections[0]
    bpy.context.scene.collection.objects.link(empty)
    select(empty)
    return empty


def test_a_linked_character_says_why_not_and_stays(fake, library):
    empty = link(library)
    linked = armature.find_armature(bpy.context)
    assert linked in list(empty.instance_collection.all_objects)
    assert "is linked from another file. Make a library override" in armature.why_not(linked)
    before = channels(linked)
    with pytest.raises(RuntimeError, match="library override"):
        bpy.ops.posewright.pose(prompt="bend")
    for operator in (bpy.ops.posewright.snap_to_ground, bpy.ops.posewright.fit_bones):
        with pytest.raises(RuntimeError, match="linked from another file"):
            operator()
    assert channels(linked) == before and not fake.seen()


@pytest.mark.parametrize("fully_editable", [True, False])
def test_an_override_is_posed_and_its_pose_survives_saving(fake, library, tmp_path, fully_editable):
    fake.answer(bent())
    empty = link(library)
    scene, layer = bpy.context.scene, bpy.context.view_layer
    empty.instance_collection.override_hierarchy_create(scene, layer, do_fully_editable=fully_editable)
    rig = next(o for o in scene.objects if o.type == "ARMATURE")
    assert rig.override_library is not None and armature.why_not(rig) == ""
    linked = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o.library is not None)
    select(rig)
    bpy.ops.posewright.pose(prompt="bend")
    assert elbow(rig) > 0.9 and elbow(linked) == pytest.approx(0.0)
    path = str(tmp_path / "shot.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    again = next(o for o in bpy.context.scene.objects if o.type == "ARMATURE")
    assert elbow(again) > 0.9


def test_bones_of_an_override_cannot_be_fitted_and_it_says_where_to(fake, library):
    empty = link(library)
    empty.instance_collection.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    rig = next(o for o in bpy.context.scene.objects if o.type == "ARMATURE")
    select(rig)
    before = [tuple(bone.head_local) for bone in rig.data.bones]
    with pytest.raises(RuntimeError, match="linked from another file, where they must be changed"):
        bpy.ops.posewright.fit_bones()
    assert [tuple(bone.head_local) for bone in rig.data.bones] == before


def test_a_local_armature_with_linked_bones_is_posed(fake, library):
    """Object local, armature data linked: the pose belongs to the object."""
    fake.answer(bent())
    with bpy.data.libraries.load(library, link=True) as (there, wanted):
        wanted.armatures = list(there.armatures)
    rig = bpy.data.objects.new("Local", wanted.armatures[0])
    bpy.context.scene.collection.objects.link(rig)
    select(rig)
    bpy.ops.posewright.pose(prompt="bend")
    assert elbow(rig) > 0.9


def test_a_target_made_linked_meanwhile_is_not_mistaken_for_a_namesake(fake, library):
    """The file has a linked and an overridden object of one name; a job for the linked one changes neither."""
    empty = link(library)
    linked = armature.find_armature(bpy.context)
    target = armature.Target.of(linked)
    empty.instance_collection.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    assert any(o.name == linked.name for o in bpy.context.scene.objects)
    with pytest.raises(armature.CannotPose, match="not in this scene"):
        target.resolve()
