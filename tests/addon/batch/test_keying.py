"""addon/batch: keying, jobs, operators and key_writing. Lists and motions become keys, whole or not at all."""

import time

import numpy as np
import pytest
from fake_service import result
from posewright_ext.rigs.wire import Pose, TrackResult

bpy = pytest.importorskip("bpy")


def elbow_bent(angle):
    rotvecs = np.zeros((55, 3))
    rotvecs[18] = [0.0, -angle, 0.0]
    return Pose(rotvecs, [0.0, 0.9, 0.0])


@pytest.fixture
def settings(body):
    settings = bpy.context.window_manager.posewright_keys
    settings.plant = False
    return settings


@pytest.fixture
def poses(fake):
    """The service answers with these, one after the other."""
    angles = (0.2, 0.8, 1.4)
    fake.behave(answers=[result(elbow_bent(a)) for a in angles], answer=result(elbow_bent(0.2)))
    return angles


def key_text(words, name="keys"):
    text = bpy.data.texts.get(name) or bpy.data.texts.new(name)
    text.clear()
    text.write(words)
    return bpy.ops.posewright.key_list(text=name)


def test_a_first_list_can_be_keyed_as_it_is(fake, body, settings):
    from posewright_ext.addon.batch.key_list import Timing, read_key_list

    assert bpy.ops.posewright.edit_key_text() == {"FINISHED"}
    first = bpy.data.texts[settings.text]
    assert [key.frame for key in read_key_list(first.as_string(), Timing(1, 12, 24.0), "txt")] == [1, 24, 36, 48]
    assert bpy.ops.posewright.edit_key_text() == {"FINISHED"} and len(bpy.data.texts) == 1, "it was made again"
    first.clear()
    settings.text = ""


def test_why_nothing_is_keyed_stands_in_the_panel_until_something_is(fake, body, settings, poses):
    from posewright_ext.addon.batch import keying

    with pytest.raises(RuntimeError, match="No list is chosen"):
        bpy.ops.posewright.key_list()
    assert keying.refused is not None and "New List" in keying.refused.hint
    assert key_text(LIST) == {"FINISHED"} and keying.refused is None


LIST = "1: standing\n10: sitting\n+10: lying"


def curves(body):
    bag = body.animation_data.action.layers[0].strips[0].channelbag(body.animation_data.action_slot)
    return {(c.data_path, c.array_index): c for c in bag.fcurves}


def angle_at(body, frame):
    bpy.context.scene.frame_set(frame)
    return body.pose.bones["left_elbow"].rotation_quaternion.angle


def test_a_list_becomes_keys_that_play(fake, body, settings, poses):
    assert key_text(LIST) == {"FINISHED"}
    assert [angle_at(body, f) for f in (1, 10, 20)] == pytest.approx(poses, abs=1e-4)
    assert 0.25 < angle_at(body, 5) < 0.75
    (asked,) = fake.seen()
    assert [r["prompt"] for r in asked["requests"]] == ["standing", "sitting", "lying"]
    assert {r["intent"] for r in asked["requests"]} == {"new"}


def test_keys_are_generated_and_held_when_they_are_to(fake, body, settings, poses):
    settings.interpolation = "CONSTANT"
    key_text(LIST)
    points = [p for c in curves(body).values() for p in c.keyframe_points]
    assert {p.type for p in points} == {"GENERATED"} and {p.interpolation for p in points} == {"CONSTANT"}
    assert angle_at(body, 9) == pytest.approx(poses[0], abs=1e-4)


def test_a_batch_is_one_undo_step(fake, body, settings, poses):
    name = body.name
    bpy.ops.ed.undo_push(message="before")
    text = bpy.data.texts.new("keys")
    text.write(LIST)
    bpy.ops.ed.undo_push(message="text")
    bpy.ops.posewright.key_list("EXEC_DEFAULT", True, text="keys")
    assert bpy.data.objects[name].animation_data.action is not None
    bpy.ops.ed.undo()
    data = bpy.data.objects[name].animation_data
    assert data is None or data.action is None
    assert "keys" in bpy.data.texts


def own_key(body, frame, value):
    bone = body.pose.bones["head"]
    bone.rotation_quaternion = value
    bone.keyframe_insert("rotation_quaternion", frame=frame)


@pytest.mark.parametrize(("existing", "kept"), [("KEEP", {1, 5, 10, 20, 40}), ("REPLACE", {1, 10, 20, 40})])
def test_existing_keys_are_kept_or_replaced(fake, body, settings, poses, existing, kept):
    own_key(body, 5, (0.9, 0.1, 0, 0))
    own_key(body, 40, (0.8, 0.2, 0, 0))
    before = body.animation_data.action.name
    settings.new_action, settings.existing = False, existing
    key_text(LIST)
    assert body.animation_data.action.name == before and len(bpy.data.actions) == 1
    curve = curves(body)['pose.bones["head"].rotation_quaternion', 0]
    assert {round(p.co[0]) for p in curve.keyframe_points} == kept
    hand_made = next(p for p in curve.keyframe_points if round(p.co[0]) == 40)
    assert hand_made.type == "KEYFRAME"


def test_a_new_action_leaves_the_old_one_in_the_file(fake, body, settings, poses):
    own_key(body, 5, (0.9, 0.1, 0, 0))
    before = body.animation_data.action
    key_text(LIST)
    assert body.animation_data.action != before and before.name in bpy.data.actions


def test_another_user_of_the_action_follows_along(fake, body, settings, poses):
    own_key(body, 5, (0.9, 0.1, 0, 0))
    other = bpy.data.objects.new("other", None)
    other.animation_data_create().action = body.animation_data.action
    settings.new_action = False
    key_text(LIST)
    assert other.animation_data.action == body.animation_data.action


def test_what_could_not_be_posed_is_said_and_the_rest_is_keyed(fake, body, settings):
    from posewright_ext.addon.batch import keying

    nothing = result(elbow_bent(0), reply="I found no pose in these words.", poses=0)
    failure = {"id": "", "error": {"code": "x", "message": "too long", "hint": "shorten it"}}
    fake.behave(answers=[result(elbow_bent(0.5)), nothing, failure])
    assert key_text("1: a\n5: grokking\n9: b") == {"FINISHED"}
    note = keying.current.note
    assert note.startswith("1 keys") and 'Frame 5, "grokking"' in note and "too long (shorten it)" in note
    assert {round(p.co[0]) for c in curves(body).values() for p in c.keyframe_points} == {1}


def test_nothing_posed_changes_nothing(fake, body, settings):
    fake.behave(answers=[result(elbow_bent(0), reply="No pose.", poses=0)])
    with pytest.raises(RuntimeError, match="None of the lines"):
        key_text("1: a")
    assert body.animation_data is None and len(bpy.data.actions) == 0


def test_lines_that_go_on_start_from_the_pose_before(fake, body, settings, poses):
    settings.going_on = True
    fake.behave(answer=result(elbow_bent(0.6)))
    key_text("1: standing\n9: raise the left arm")
    first, second = (seen["requests"][0] for seen in fake.seen())
    assert first["intent"] == "new" and "intent" not in second
    assert np.allclose(second["start"]["rotvecs"][18], [0, -0.6, 0])


@pytest.mark.parametrize(
    ("words", "said"), [("", "has no poses"), ("5: a\n5: b", "both on frame 5"), ("5:", "no words")]
)
def test_a_bad_list_names_its_line_and_asks_nothing(fake, body, settings, words, said):
    with pytest.raises(RuntimeError, match=said):
        key_text(words)
    assert not fake.seen()


def test_a_text_that_is_not_there_is_said(fake, body, settings):
    with pytest.raises(RuntimeError, match="no text 'x'"):
        bpy.ops.posewright.key_list(text="x")
    with pytest.raises(RuntimeError, match="No list is chosen"):
        bpy.ops.posewright.key_list()


def test_a_file_is_read_by_its_kind(fake, body, settings, poses, tmp_path):
    path = tmp_path / "walk.csv"
    path.write_text("frame,prompt\n1,standing\n8,sitting\n12,lying\n")
    assert bpy.ops.posewright.key_list(filepath=str(path)) == {"FINISHED"}
    assert body.animation_data.action.name == "walk"


@pytest.mark.parametrize("mode", ["XYZ", "ZXY", "AXIS_ANGLE", "QUATERNION"])
def test_every_rotation_mode_is_keyed_in_its_own_channel(fake, body, settings, poses, mode):
    from posewright_ext.addon.rig.rotation_modes import read_quat

    body.pose.bones["left_elbow"].rotation_mode = mode
    key_text(LIST)
    for frame, angle in zip((1, 10, 20), poses, strict=True):
        bpy.context.scene.frame_set(frame)
        assert read_quat(body.pose.bones["left_elbow"]).angle == pytest.approx(angle, abs=1e-4)


def test_locked_bones_get_no_keys(fake, body, settings, poses):
    body.pose.bones["left_elbow"].lock_rotation = (True, True, True)
    key_text(LIST)
    assert not any("left_elbow" in path for path, _ in curves(body))


def test_quaternions_never_take_the_long_way():
    from posewright_ext.addon.batch.key_writing import continued

    rng = np.random.default_rng(1)
    quats = rng.normal(size=(50, 4))
    quats /= np.linalg.norm(quats, axis=1, keepdims=True)
    run = continued(quats, np.array([1.0, 0, 0, 0]))
    assert (np.einsum("ti,ti->t", run[1:], run[:-1]) >= 0).all() and run[0] @ [1, 0, 0, 0] >= 0
    assert np.allclose(np.abs(np.einsum("ti,ti->t", run, quats)), 1.0)


def track(count=6):
    times = np.arange(count) / 12.0
    rotvecs = np.zeros((count, 55, 3))
    rotvecs[:, 18, 1] = -np.linspace(0.1, 1.1, count)
    transl = np.tile([0.0, 0.9, 0.0], (count, 1)) + np.linspace(0, 1, count)[:, None] * [0, 0, 1]
    ones = np.ones(count)
    return TrackResult("", 12.0, times, rotvecs, transl, ones, ones.astype(bool), np.zeros((count, 4), bool),
                       np.zeros((55, 3)), {}, "Followed.", 0.1)  # fmt: skip


def test_a_video_becomes_keys_at_its_own_speed(fake, body, settings, tmp_path):
    path = tmp_path / "walk.mp4"
    path.write_bytes(b"video")
    fake.behave(answers=[track().to_dict()])
    bpy.context.scene.render.fps = 24
    assert bpy.ops.posewright.key_motion(filepath=str(path), person="2") == {"FINISHED"}
    (asked,) = fake.seen()
    assert asked["track"]["source"] == str(path) and asked["track"]["person"] == "2"
    frames = {round(p.co[0]) for c in curves(body).values() for p in c.keyframe_points}
    assert frames == {1, 3, 5, 7, 9, 11}  # 12 Hz in a scene of 24
    assert angle_at(body, 11) == pytest.approx(1.1, abs=1e-4)


def test_a_video_that_is_not_there_is_said(fake, body, settings):
    with pytest.raises(RuntimeError, match="is not there"):
        bpy.ops.posewright.key_motion(filepath="/nowhere/walk.mp4")


def running(fake, body, monkeypatch, words=LIST):
    """A batch at work as in a window: a worker thread, and ticks by hand."""
    from posewright_ext.addon.batch import keying
    from posewright_ext.addon.batch.jobs import ask_prompts
    from posewright_ext.addon.batch.key_list import Timing, read_key_list
    from posewright_ext.addon.batch.key_writing import KeyStyle
    from posewright_ext.addon.posing import session
    from posewright_ext.rigs.wire import PoseRequest

    keys = read_key_list(words, Timing())
    requests = [PoseRequest(prompt=k.prompt) for k in keys]
    monkeypatch.setattr(bpy.app.timers, "register", lambda *a, **k: None, raising=False)
    begin = lambda client, it: ask_prompts(client, it, [k.frame for k in keys], requests, going_on=False)  # noqa: E731
    monkeypatch.setattr(keying, "bpy", _Windowed(bpy))
    work = keying.begin(bpy.context, begin, KeyStyle(), plant=False)
    assert session.service is not None
    return keying, work


class _Windowed:
    """bpy that says it has a window and whose timers are rung by the test."""

    def __init__(self, real):
        self.app = _App()
        self._real = real

    def __getattr__(self, name):
        return getattr(self._real, name)


class _App:
    background = False

    class timers:
        register = staticmethod(lambda *_a, **_k: None)
        is_registered = staticmethod(lambda *_a: False)


def wait_for(keying, *states):
    until = time.monotonic() + 20
    while keying.current.batch.state not in states:
        assert time.monotonic() < until, keying.current.batch.state
        time.sleep(0.01)


def test_the_work_is_done_in_slices_and_the_scene_is_untouched_until_the_end(fake, body, settings, poses, monkeypatch):
    keying, work = running(fake, body, monkeypatch)
    wait_for(keying, "ready")
    slices = 0
    while work.batch.state == "ready":
        keying._advance(work, 0.0)  # one curve a slice
        slices += 1
        if work.batch.state == "ready":
            assert body.animation_data is None
    assert work.batch.state == "done" and slices > 50
    assert angle_at(body, 20) == pytest.approx(poses[2], abs=1e-4)


def test_cancelling_in_the_middle_leaves_the_scene_as_it_was(fake, body, settings, poses, monkeypatch):
    keying, work = running(fake, body, monkeypatch)
    wait_for(keying, "ready")
    for _ in range(20):
        keying._advance(work, 0.0)
    assert len(bpy.data.actions) == 1
    assert bpy.ops.posewright.cancel_keys() == {"FINISHED"}
    assert body.animation_data is None and len(bpy.data.actions) == 0 and "Nothing was changed" in work.note


def test_cancelling_while_the_service_works_stops_it(fake, body, settings, monkeypatch):
    fake.behave(answers=[result(elbow_bent(0.2))] * 3, delay=30)
    keying, _ = running(fake, body, monkeypatch)
    until = time.monotonic() + 20
    while not fake.seen():
        assert time.monotonic() < until
        time.sleep(0.02)
    keying.cancel()
    wait_for(keying, "cancelled")
    assert fake.seen("DELETE", "/v1/jobs/j") == [None] and body.animation_data is None


def test_a_file_opened_in_the_middle_ends_the_work_politely(fake, body, settings, poses, monkeypatch):
    keying, work = running(fake, body, monkeypatch)
    wait_for(keying, "ready")
    keying._advance(work, 0.0)
    bpy.ops.wm.read_homefile(use_empty=True)
    for _ in range(400):
        keying._advance(work, 0.0)
        if work.batch.state != "ready":
            break
    assert work.batch.state in ("cancelled", "failed") and not bpy.data.actions
    assert "nothing was changed" in work.note or "no longer" in work.note


def _delete(body):
    bpy.data.objects.remove(body)


def _leave_the_scene(body):
    bpy.context.window.scene = bpy.data.scenes.new("Other")


def _enter_edit_mode(body):
    bpy.ops.object.mode_set(mode="EDIT")


@pytest.mark.parametrize("event", [_delete, _leave_the_scene, _enter_edit_mode])
def test_an_armature_gone_or_busy_in_the_middle_gets_no_keys_and_it_is_said(fake, body, settings, monkeypatch, event):
    keying, work = running(fake, body, monkeypatch)
    wait_for(keying, "ready")
    keying._advance(work, 0.0)
    event(body)
    for _ in range(400):
        keying._advance(work, 0.0)
        if work.batch.state != "ready":
            break
    assert work.batch.state in ("cancelled", "failed") and not bpy.data.actions
    assert "nothing was changed" in work.note or "Edit Mode" in work.note


def test_an_armature_renamed_in_the_middle_still_gets_the_keys(fake, body, settings, monkeypatch):
    keying, work = running(fake, body, monkeypatch)
    wait_for(keying, "ready")
    keying._advance(work, 0.0)
    body.name = "Hero"
    for _ in range(4000):
        keying._advance(work, 0.0)
        if work.batch.state != "ready":
            break
    assert work.batch.state == "done" and body.animation_data.action is not None


def test_only_one_batch_at_a_time(fake, body, settings, monkeypatch):
    from posewright_ext.addon.posing.asking import CannotAsk

    fake.behave(answers=[result(elbow_bent(0.2))] * 3, delay=30)
    keying, _ = running(fake, body, monkeypatch)
    with pytest.raises(CannotAsk, match="already"):
        running(fake, body, monkeypatch)
    keying.cancel()
    wait_for(keying, "cancelled")


def crouched(angle):
    rotvecs = np.zeros((55, 3))
    for hip, knee, ankle in ((1, 4, 7), (2, 5, 8)):
        rotvecs[hip, 0], rotvecs[knee, 0], rotvecs[ankle, 0] = -angle, 2 * angle, -angle
    return rotvecs


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ"])
def test_feet_do_not_glide_between_poses_that_both_stand(fake, body, settings, mode):
    """Standing, then a crouch: on every frame the balls of the feet stay within a centimetre of their spot."""
    from posewright_ext.addon.batch.planting import joint_places
    from posewright_ext.addon.rig.bodydata import load_body

    data = load_body()
    poses = []
    for angle in (0.0, 0.7):
        rotvecs = crouched(angle)
        feet = joint_places(data.joints, rotvecs[None], data.stand[None])[0, 10:12, 1].min()
        level = joint_places(data.joints, np.zeros((1, 55, 3)), data.stand[None])[0, 10:12, 1].min()
        poses.append(Pose(rotvecs, data.stand + [0, level - feet, 0]))
    for bone in body.pose.bones:
        bone.rotation_mode = mode
    worst = {}
    for plant in (False, True):
        settings.plant = plant
        fake.behave(answers=[result(p) for p in poses])
        key_text("1: standing\n25: crouching")
        places = []
        for frame in range(1, 26):
            bpy.context.scene.frame_set(frame)
            bpy.context.view_layer.update()
            places.append([body.matrix_world @ body.pose.bones[f"{s}_foot"].head for s in ("left", "right")])
        places = np.array(places)
        worst[plant] = np.linalg.norm(places - places[0], axis=-1).max()
    assert worst[True] < 0.01 < 0.03 < worst[False], worst
