"""What happens to the scene while a job runs: the pose goes to the armature that was meant, or nothing changes.

Jobs run in their thread here and end through the timer's function, as in a window.
"""

import time

import numpy as np
import pytest
from fake_service import result
from posewright_ext.rigs.wire import Pose

bpy = pytest.importorskip("bpy")

NAME = "Posewright Body"


def bent():
    rotvecs = np.zeros((55, 3))
    rotvecs[18] = [0.0, -1.0, 0.0]
    return Pose(rotvecs, [0.0, 0.9, 0.0])


def poses():
    """Every channel of every armature in the file, whatever its scene."""
    return {
        rig.name: [(tuple(bone.location), *bone.matrix_basis.to_quaternion()) for bone in rig.pose.bones]
        for rig in bpy.data.objects
        if rig.type == "ARMATURE"
    }


@pytest.fixture
def job(fake):
    """A job for a body that has been added in an undo step of its own, started in its thread and not yet at its end."""
    from posewright_ext.addon.posing import session

    bpy.ops.ed.undo_push(message="empty")
    bpy.ops.posewright.add_body("EXEC_DEFAULT", True)
    fake.behave(answer=result(bent()), delay=0.3)
    started = session.make_job(bpy.context, session.Wish("bend"), session.talks, running=False)
    session.board.start(started)
    return started


def wait():
    """The timer, until nothing is going on."""
    from posewright_ext.addon.posing import session

    deadline = time.monotonic() + 15
    while session._tick() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def delete():
    bpy.data.objects.remove(bpy.data.objects[NAME])


def delete_by_operator():
    bpy.ops.object.delete()


def take_out_of_the_scene():
    rig = bpy.data.objects[NAME]
    rig.use_fake_user = True
    bpy.context.scene.collection.objects.unlink(rig)


def another_scene():
    bpy.context.window.scene = bpy.data.scenes.new("Other")


def undo():
    bpy.ops.ed.undo()


def new_file():
    bpy.ops.wm.read_homefile(use_empty=True)


def new_file_with_a_namesake():
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.posewright.add_body()


def edit_mode():
    bpy.ops.object.mode_set(mode="EDIT")


def bones_renamed():
    bpy.data.objects[NAME].data.bones["left_knee"].name = "knee.L"


def bones_deleted():
    bpy.ops.object.mode_set(mode="EDIT")
    bones = bpy.data.objects[NAME].data.edit_bones
    bones.remove(bones["left_knee"])
    bpy.ops.object.mode_set(mode="OBJECT")


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (delete, "no longer in this file, so nothing was changed"),
        (delete_by_operator, "no longer in this file, so nothing was changed"),
        (take_out_of_the_scene, "not in this scene, so nothing was changed"),
        (another_scene, "not in this scene, so nothing was changed"),
        (undo, "no longer in this file, so nothing was changed"),
        (new_file, "no longer in this file, so nothing was changed"),
        (new_file_with_a_namesake, "no longer in this file, so nothing was changed"),
        (edit_mode, "is in Edit Mode. Leave Edit Mode"),
        (bones_renamed, "does not have SMPL-X bones"),
        (bones_deleted, "does not have SMPL-X bones"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_nothing_changes_and_it_is_said(job, event, said):
    event()
    before = poses()
    wait()
    assert job.state == "done" and not job.applied
    assert said in job.note
    assert poses() == before


def rename():
    bpy.data.objects[NAME].name = "Hero"


def rename_and_add_a_namesake():
    rename()
    bpy.ops.posewright.add_body()


def deselect():
    bpy.context.view_layer.objects.active = None


def undo_something_else():
    bpy.data.objects[NAME].location.x = 2.0
    bpy.ops.ed.undo_push(message="moved")
    bpy.ops.ed.undo()


def pose_mode():
    bpy.ops.object.mode_set(mode="POSE")


def there_and_back():
    own = bpy.context.window.scene
    other = bpy.data.scenes.new("Other")
    bpy.context.window.scene = other
    bpy.context.window.scene = own


@pytest.mark.parametrize(
    "event", [rename, rename_and_add_a_namesake, deselect, undo_something_else, pose_mode, there_and_back],
    ids=lambda value: value.__name__,
)  # fmt: skip
def test_the_armature_that_was_meant_gets_the_pose(job, event):
    uid = bpy.data.objects[NAME].session_uid
    event()
    others = {o.name: poses()[o.name] for o in bpy.data.objects if o.type == "ARMATURE" and o.session_uid != uid}
    wait()
    meant = next(o for o in bpy.data.objects if o.session_uid == uid)
    assert job.applied and meant.pose.bones["left_elbow"].matrix_basis.to_quaternion().angle > 0.9
    assert {name: poses()[name] for name in others} == others


def test_the_pose_of_a_character_that_is_gone_goes_to_another_one(job):
    delete()
    wait()
    bpy.ops.posewright.add_body()
    assert bpy.ops.posewright.apply_result(job_id=job.id, to_active=True) == {"FINISHED"}
    assert bpy.context.object.pose.bones["left_elbow"].matrix_basis.to_quaternion().angle > 0.9


def test_disabling_the_addon_in_mid_job_changes_nothing_and_leaves_nothing(job, addon):
    from posewright_ext.addon.posing import session

    before = poses()
    addon.unregister()
    try:
        time.sleep(0.5)
        assert poses() == before and session.service.pid is None
    finally:
        addon.register()
