"""The whole way of a job in background mode, with a scripted service in a real process; and the board on its own."""

import threading
import time

import numpy as np
import pytest
from fake_service import result
from posewright_ext.rigs.wire import Pose


@pytest.fixture
def bpy(fake):
    return pytest.importorskip("bpy")


def _elbow(armature):
    return tuple(armature.pose.bones["left_elbow"].rotation_quaternion)


def _bent():
    rotvecs = np.zeros((55, 3))
    rotvecs[18] = [0.0, -1.0, 0.0]
    return Pose(rotvecs, [0.0, 0.9, 0.0])


def _job(bpy, **request):
    from posewright_ext.addon import session

    return session.make_job(bpy.context, "sit", change_current=False, **request)


def test_words_become_a_pose(bpy, fake, body):
    fake.answer(_bent())
    assert bpy.ops.posewright.pose(prompt="bend the left elbow") == {"FINISHED"}
    assert _elbow(body) != (1, 0, 0, 0)
    assert fake.seen()[0]["requests"][0]["prompt"] == "bend the left elbow"


@pytest.mark.parametrize("call", [(), ("EXEC_DEFAULT", True)])
def test_a_pose_is_exactly_one_undo_step(bpy, fake, body, call):
    fake.answer(_bent())
    name = body.name
    for step in (1.0, 2.0):
        body.location.x = step
        bpy.ops.ed.undo_push(message=f"step {step}")
    bpy.ops.posewright.pose(*call, prompt="bend the left elbow")
    after = _elbow(body)
    bpy.ops.ed.undo()
    assert _elbow(bpy.data.objects[name]) == (1, 0, 0, 0) and bpy.data.objects[name].location.x == 2.0
    bpy.ops.ed.redo()
    assert _elbow(bpy.data.objects[name]) == after
    bpy.ops.ed.undo()
    bpy.ops.ed.undo()
    assert bpy.data.objects[name].location.x == 1.0


def test_the_apply_operator_is_one_undo_step_and_needs_no_service(bpy, fake, body):
    from posewright_ext.addon import session

    fake.answer(_bent())
    bpy.ops.posewright.pose(prompt="bend")
    job = session.board.latest
    session.service.stop()
    body.pose.bones["left_elbow"].rotation_quaternion = (1, 0, 0, 0)
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.posewright.apply_result("EXEC_DEFAULT", True, job_id=job.id) == {"FINISHED"}
    assert _elbow(body) != (1, 0, 0, 0)
    bpy.ops.ed.undo()
    assert _elbow(bpy.data.objects["Posewright Body"]) == (1, 0, 0, 0)
    assert session.service.state == "stopped"


def test_the_current_pose_and_locks_go_along_only_when_asked(bpy, fake, body):
    body.pose.bones["head"].lock_rotation = (True, True, True)
    bpy.ops.posewright.pose(prompt="sit")
    bpy.ops.posewright.pose(prompt="more", change_current=True)
    first, second = (seen["requests"][0] for seen in fake.seen())
    assert "start" not in first and "locks" not in first
    assert len(second["start"]["rotvecs"]) == 55 and second["locks"] == ["head"]


@pytest.mark.parametrize(
    ("prompt", "said"), [("", "no words"), ("   ", "no words"), ("x" * 100_000, "100,000 characters; at most 20,000")]
)
def test_words_that_cannot_be_sent_are_refused_in_words(bpy, fake, body, prompt, said):
    from posewright_ext.addon import session

    with pytest.raises(RuntimeError, match=said):
        bpy.ops.posewright.pose(prompt=prompt)
    assert said in session.notice.message
    assert session.service.state == "stopped"


def test_nothing_to_pose_is_said(bpy, fake):
    with pytest.raises(RuntimeError, match="Add Body"):
        bpy.ops.posewright.pose(prompt="sit")


def test_an_answer_without_a_pose_changes_nothing(bpy, fake, body):
    fake.behave(answer=result(_bent(), reply="Which arm?", poses=False))
    assert bpy.ops.posewright.pose(prompt="raise it") == {"FINISHED"}
    assert _elbow(body) == (1, 0, 0, 0)


def test_an_armature_deleted_meanwhile_changes_nothing_and_the_pose_is_kept(bpy, fake, body):
    from posewright_ext.addon import session

    fake.answer(_bent())
    job = _job(bpy)
    bpy.data.objects.remove(body)
    session.board.run(job)
    session.finish(bpy.context, job)
    assert "no longer in this file" in job.note and not job.applied
    bpy.ops.posewright.add_body()
    assert bpy.ops.posewright.apply_result(job_id=job.id, to_active=True) == {"FINISHED"}
    assert _elbow(bpy.context.object) != (1, 0, 0, 0)


def test_another_file_with_a_namesake_is_left_alone(bpy, fake, body):
    from posewright_ext.addon import session

    fake.answer(_bent())
    job = _job(bpy)
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.posewright.add_body()
    session.board.run(job)
    session.finish(bpy.context, job)
    assert bpy.context.object.name == "Posewright Body"
    assert _elbow(bpy.context.object) == (1, 0, 0, 0)
    assert not job.applied


def test_an_armature_renamed_meanwhile_is_still_the_one_meant(bpy, fake, body):
    from posewright_ext.addon import session

    fake.answer(_bent())
    job = _job(bpy)
    body.name = "Hero"
    session.board.run(job)
    session.finish(bpy.context, job)
    assert job.note == 'Posed "Hero".' and _elbow(body) != (1, 0, 0, 0)


def test_an_armature_whose_adding_was_undone_is_not_brought_back(bpy, fake):
    from posewright_ext.addon import session

    bpy.ops.ed.undo_push(message="empty")
    bpy.ops.posewright.add_body("EXEC_DEFAULT", True)
    job = _job(bpy)
    bpy.ops.ed.undo()
    session.board.run(job)
    session.finish(bpy.context, job)
    assert "nothing was changed" in job.note and not bpy.data.objects


def test_a_service_killed_in_mid_request_is_said_and_the_next_pose_starts_it_again(bpy, fake, body):
    from posewright_ext.addon import session

    fake.behave(die=True)
    with pytest.raises(RuntimeError, match="stopped unexpectedly"):
        bpy.ops.posewright.pose(prompt="sit")
    assert session.service.state == "failed"
    fake.answer(_bent())
    assert bpy.ops.posewright.pose(prompt="sit") == {"FINISHED"}
    assert session.service.state == "running" and _elbow(body) != (1, 0, 0, 0)


def test_a_failure_of_the_request_is_said_with_its_hint(bpy, fake, body):
    failure = {"id": "", "error": {"code": "bad_input", "message": "two heads asked", "hint": "ask for one"}}
    fake.behave(answer=failure)
    with pytest.raises(RuntimeError, match=r"Two heads asked\. Ask for one\."):
        bpy.ops.posewright.pose(prompt="two heads")


def test_nonsense_from_the_service_is_an_error_that_names_the_fault(bpy, fake, body):
    fake.behave(garbage=True)
    with pytest.raises(RuntimeError, match="not what it should be"):
        bpy.ops.posewright.pose(prompt="sit")


@pytest.mark.parametrize(("theirs", "side"), [(0, "update the backend"), (99, "update the add-on")])
def test_another_protocol_says_which_side_to_update(bpy, fake, body, theirs, side):
    fake.behave(protocol=theirs)
    with pytest.raises(RuntimeError, match=side):
        bpy.ops.posewright.pose(prompt="sit")


def test_without_auto_start_pose_says_so_and_start_starts(bpy, fake, body):
    from posewright_ext.addon import ROOT, session

    bpy.context.preferences.addons[ROOT].preferences.auto_start = False
    with pytest.raises(RuntimeError, match="Press Start"):
        bpy.ops.posewright.pose(prompt="sit")
    bpy.ops.posewright.start_backend()
    assert session.service.state == "running"
    assert bpy.ops.posewright.pose(prompt="sit") == {"FINISHED"}
    bpy.ops.posewright.stop_backend()
    assert session.service.state == "stopped" and session.service.pid is None


def test_a_cancelled_job_frees_the_panel_at_once_and_tells_the_service(bpy, fake, body):
    from posewright_ext.addon import session

    fake.behave(answer=result(_bent()), delay=30)
    job = _job(bpy)
    session.board.start(job)
    _until(lambda: fake.seen())
    assert session.cancel() and job.state == "cancelled" and session.board.busy is None
    _until(lambda: fake.seen("DELETE", "/v1/jobs/j"))
    session.board.drain()
    assert job.state == "cancelled" and _elbow(body) == (1, 0, 0, 0)


def test_a_threaded_job_is_applied_by_the_tick_through_the_operator(bpy, fake, body):
    from posewright_ext.addon import session

    fake.answer(_bent())
    bpy.ops.ed.undo_push(message="before")
    session.board.start(_job(bpy))
    deadline = time.monotonic() + 10
    # timers never fire in background mode, so the test is the clock
    while session._tick() is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _elbow(body) != (1, 0, 0, 0)
    bpy.ops.ed.undo()
    assert _elbow(bpy.data.objects["Posewright Body"]) == (1, 0, 0, 0)


def test_unregistering_ends_service_timer_and_threads(bpy, fake, body):
    from posewright_ext.addon import session

    bpy.ops.posewright.pose(prompt="sit")
    pid = session.service.pid
    assert pid is not None
    session.shut_down()
    assert session.service.pid is None and not bpy.app.timers.is_registered(session._tick)
    assert not [t for t in threading.enumerate() if t.name.startswith("posewright")]


def _until(check, seconds=10):
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_example_adds_a_body_when_there_is_none(bpy, fake):
    fake.answer(_bent())
    assert bpy.ops.posewright.try_example(words="sit") == {"FINISHED"}
    assert _elbow(bpy.context.object) != (1, 0, 0, 0)
    assert bpy.context.window_manager.posewright.prompt == "sit"
    assert len(fake.seen()) == 1
