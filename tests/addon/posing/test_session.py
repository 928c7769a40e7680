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


def _bent(hip=0.0):
    rotvecs = np.zeros((55, 3))
    rotvecs[18] = [0.0, -1.0, 0.0]
    rotvecs[1] = [hip, 0.0, 0.0]
    return Pose(rotvecs, [0.0, 0.9, 0.0])


def _job(bpy, **request):
    from posewright_ext.addon.posing import session

    return session.make_job(bpy.context, session.Wish("sit", **request), session.talks, running=False)


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
    from posewright_ext.addon.posing import session

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


def test_the_reply_is_told_while_it_is_written(bpy, fake, body):
    from posewright_ext.addon.posing import session

    fake.behave(answer=result(_bent()), delay=0.6, writing="It is")
    job = _job(bpy)
    told = []
    report = session.board._report
    session.board._report = lambda job, **changes: (told.append(changes.get("writing")), report(job, **changes))
    try:
        session.board.run(job)
    finally:
        del session.board._report
    assert "It is" in told and job.state == "done"


def test_pose_locks_and_conversation_go_along(bpy, fake, body):
    body.pose.bones["head"].lock_rotation = (True, True, True)
    fake.answer(_bent(), reply="Bent.")
    bpy.ops.posewright.pose(prompt="sit")
    bpy.ops.posewright.pose(prompt="more")
    bpy.ops.posewright.pose(prompt="jump", mode="new")
    first, second, third = (seen["requests"][0] for seen in fake.seen())
    assert len(first["start"]["rotvecs"]) == 55 and first["locks"] == ["head"] and "turns" not in first
    assert [(t["role"], t["text"]) for t in second["turns"]] == [("user", "sit"), ("assistant", "Bent.")]
    assert np.allclose(second["turns"][1]["pose"]["rotvecs"][18], [0, -1, 0])
    assert np.allclose(second["start"]["rotvecs"][18], [0, -1, 0], atol=1e-6)
    assert third["intent"] == "new" and "turns" not in third


def test_words_for_a_body_in_its_rest_pose_are_a_new_pose(bpy, fake, body):
    fake.answer(_bent())
    bpy.ops.posewright.pose(prompt="waving")
    bpy.ops.posewright.pose(prompt="waving higher")
    first, second = (seen["requests"][0] for seen in fake.seen())
    assert first["intent"] == "new" and "intent" not in second


def test_a_conversation_can_be_begun_anew_and_belongs_to_one_character(bpy, fake, body):
    bpy.ops.posewright.pose(prompt="sit")
    bpy.ops.posewright.new_conversation()
    bpy.ops.posewright.pose(prompt="stand")
    bpy.ops.posewright.add_body()
    bpy.ops.posewright.pose(prompt="kneel")
    assert all("turns" not in seen["requests"][0] for seen in fake.seen())


def test_only_what_may_move_is_asked_for_and_written(bpy, fake, body):
    fake.answer(_bent(hip=-1.0))
    bpy.ops.posewright.pose(prompt="bend", scope="UPPER")
    assert "arms" in fake.seen()[0]["requests"][0]["scope"] and "legs" not in fake.seen()[0]["requests"][0]["scope"]
    assert _elbow(body) != (1, 0, 0, 0)
    assert tuple(body.pose.bones["left_hip"].rotation_quaternion) == (1, 0, 0, 0)  # whatever the service sends


def test_selected_bones_need_a_selection(bpy, fake, body):
    bpy.ops.object.mode_set(mode="POSE")
    bpy.ops.pose.select_all(action="DESELECT")
    with pytest.raises(RuntimeError, match="none is selected"):
        bpy.ops.posewright.pose(prompt="bend", scope="SELECTED")
    bpy.ops.pose.select_all(action="SELECT")
    bpy.ops.posewright.pose(prompt="bend", scope="SELECTED")
    assert len(fake.seen()[0]["requests"][0]["scope"]) == 55


@pytest.mark.parametrize(
    ("options", "moved"),
    [
        ({}, {"left_elbow": 1.0, "left_hip": 1.0}),
        ({"factor": 0.5}, {"left_elbow": 0.5, "left_hip": 0.5}),
        ({"factor": 0.0}, {"left_elbow": 0.0, "left_hip": 0.0}),
        ({"mirror": True}, {"right_elbow": 1.0, "left_elbow": 0.0, "right_hip": 1.0}),
        ({"parts": {"left_leg"}}, {"left_elbow": 0.0, "left_hip": 1.0}),
    ],
)
def test_the_redo_panel_blends_mirrors_and_limits_the_kept_result(bpy, fake, body, options, moved):
    from posewright_ext.addon.posing import session

    fake.answer(_bent(hip=-1.0))
    bpy.ops.posewright.pose(prompt="bend")
    for bone in body.pose.bones:
        bone.rotation_quaternion = (1, 0, 0, 0)
    asked = len(fake.seen())
    job = session.board.latest
    assert bpy.ops.posewright.apply_result("EXEC_DEFAULT", True, job_id=job.id, **options) == {"FINISHED"}
    angles = {name: body.pose.bones[name].rotation_quaternion.angle for name in moved}
    assert angles == pytest.approx(moved, abs=1e-4)
    assert len(fake.seen()) == asked  # no second inference


def test_keys_from_us_are_marked_as_generated(bpy, fake, body):
    tools = bpy.context.scene.tool_settings
    tools.use_keyframe_insert_auto = True
    try:
        fake.answer(_bent())
        bpy.ops.posewright.pose(prompt="bend")
    finally:
        tools.use_keyframe_insert_auto = False
    bag = body.animation_data.action.layers[0].strips[0].channelbag(body.animation_data.action_slot)
    keys = [key for curve in bag.fcurves for key in curve.keyframe_points]
    assert keys and all(key.type == "GENERATED" for key in keys)


@pytest.mark.parametrize(("name", "located", "turned"), [("Location", True, False), ("Rotation", False, True)])
def test_the_active_keying_set_is_obeyed(bpy, fake, body, name, located, turned):
    scene = bpy.context.scene
    tools = scene.tool_settings
    scene.keying_sets_all.active = next(k for k in scene.keying_sets_all if k.bl_idname == name)
    tools.use_keyframe_insert_auto = tools.use_keyframe_insert_keyingset = True
    try:
        fake.answer(_bent())
        bpy.ops.posewright.pose(prompt="bend")
    finally:
        tools.use_keyframe_insert_auto = tools.use_keyframe_insert_keyingset = False
    bag = body.animation_data.action.layers[0].strips[0].channelbag(body.animation_data.action_slot)
    paths = {curve.data_path for curve in bag.fcurves}
    assert any(p.endswith("location") for p in paths) == located
    assert any(p.endswith("rotation_quaternion") for p in paths) == turned


@pytest.mark.parametrize(
    ("prompt", "said"), [("", "no words"), ("   ", "no words"), ("x" * 100_000, "100,000 characters; at most 20,000")]
)
def test_words_that_cannot_be_sent_are_refused_in_words(bpy, fake, body, prompt, said):
    from posewright_ext.addon.posing import session

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
    from posewright_ext.addon.posing import session

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
    from posewright_ext.addon.posing import session

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
    from posewright_ext.addon.posing import session

    fake.answer(_bent())
    job = _job(bpy)
    body.name = "Hero"
    session.board.run(job)
    session.finish(bpy.context, job)
    assert job.note == 'Posed "Hero".' and _elbow(body) != (1, 0, 0, 0)


def test_an_armature_whose_adding_was_undone_is_not_brought_back(bpy, fake):
    from posewright_ext.addon.posing import session

    bpy.ops.ed.undo_push(message="empty")
    bpy.ops.posewright.add_body("EXEC_DEFAULT", True)
    job = _job(bpy)
    bpy.ops.ed.undo()
    session.board.run(job)
    session.finish(bpy.context, job)
    assert "nothing was changed" in job.note and not bpy.data.objects


def test_a_service_killed_in_mid_request_is_said_and_the_next_pose_starts_it_again(bpy, fake, body):
    from posewright_ext.addon.posing import session

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
    from posewright_ext.addon import ROOT
    from posewright_ext.addon.posing import session

    bpy.context.preferences.addons[ROOT].preferences.auto_start = False
    with pytest.raises(RuntimeError, match="Press Start"):
        bpy.ops.posewright.pose(prompt="sit")
    bpy.ops.posewright.start_backend()
    assert session.service.state == "running"
    assert bpy.ops.posewright.pose(prompt="sit") == {"FINISHED"}
    bpy.ops.posewright.stop_backend()
    assert session.service.state == "stopped" and session.service.pid is None


def test_a_cancelled_job_frees_the_panel_at_once_and_tells_the_service(bpy, fake, body):
    from posewright_ext.addon.posing import session

    fake.behave(answer=result(_bent()), delay=30)
    job = _job(bpy)
    session.board.start(job)
    _until(lambda: fake.seen())
    assert session.cancel() and job.state == "cancelled" and session.board.busy is None
    _until(lambda: fake.seen("DELETE", "/v1/jobs/j"))
    session.board.drain()
    assert job.state == "cancelled" and _elbow(body) == (1, 0, 0, 0)


def test_a_threaded_job_is_applied_by_the_tick_through_the_operator(bpy, fake, body):
    from posewright_ext.addon.posing import session

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
    from posewright_ext.addon.posing import session

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


def test_alternatives_are_drawn_and_can_be_clicked_through(bpy, fake, body):
    from posewright_ext.addon.posing import session

    fake.answer(_bent(), poses=3, picture=b"png")
    bpy.ops.posewright.pose(prompt="bend", count=3)
    job = session.board.latest
    assert fake.seen()[0]["requests"][0]["n"] == 3
    assert job.pictures == (b"png",) * 3 and job.pictured
    assert bpy.ops.posewright.apply_result(job_id=job.id, choice=2) == {"FINISHED"}
    assert job.choice == 2


def test_poses_do_not_depend_on_their_pictures(bpy, fake, body):
    from posewright_ext.addon.posing import session

    fake.answer(_bent(), poses=2)  # the service answers the request for pictures with nonsense
    assert bpy.ops.posewright.pose(prompt="bend", count=2) == {"FINISHED"}
    assert session.board.latest.applied and session.board.latest.pictures == () and session.board.latest.pictured


def test_another_alternative_is_what_the_conversation_goes_on_from(bpy, fake, body):
    from posewright_ext.addon.posing import session

    fake.answer(_bent(), poses=2, picture=b"png")
    bpy.ops.posewright.pose(prompt="bend", count=2)
    bpy.ops.posewright.apply_result(job_id=session.board.latest.id, choice=1, mirror=True)
    bpy.ops.posewright.pose(prompt="more")
    turns = fake.seen()[-1]["requests"][0]["turns"]
    assert np.allclose(turns[1]["pose"]["rotvecs"][19], [0, 1, 0], atol=1e-6)  # the right elbow now
