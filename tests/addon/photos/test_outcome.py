"""What follows a photo in Blender: the overlay, the person that is asked for, everybody at once, weak limbs."""

import base64

import bpy
import numpy as np
import pytest
from fake_service import result
from posewright_ext.rigs.wire import ImageFile, Pose

PNG = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg=="
    )
).decode()
ASKED = {"id": "", "error": {"code": "which_person", "message": "2 people fit", "hint": "say the number"}}


def _bent(amount: float) -> Pose:
    rotvecs = np.zeros((55, 3))
    rotvecs[18, 1] = amount
    return Pose(rotvecs)


def _seen(*poses: Pose, limbs: dict | None = None) -> dict:
    """An answer to a photo with a person for each pose, from left to right."""
    answer = result(poses[0])
    entry = {**answer["poses"][0], "camera": {"fx": 1.0}, "confidence": 0.83, "limbs": limbs or {}}
    answer["poses"] = [
        {**entry, "pose": pose.to_dict(), "person": [100.0 * i, 0.0, 50.0, 90.0]} for i, pose in enumerate(poses)
    ]
    return answer


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(base64.b64decode(PNG))
    return str(path)


def _pose_picture(photo, **options):
    return bpy.ops.posewright.pose_picture(source="FILE", filepath=photo, **options)


def test_a_posed_picture_has_its_overlay_which_can_be_seen_large(fake, body, photo):
    from posewright_ext.addon.posing import session

    fake.behave(answer=_seen(_bent(0.5)), overlay={"picture": PNG, "people": []})
    _pose_picture(photo)
    job = session.board.latest
    assert job.overlay == base64.b64decode(PNG) and job.people == 0
    sent = fake.seen("POST", "/v1/overlays")[0]
    assert sent["image"]["path"] == photo and len(sent["poses"]) == 1
    for _ in range(2):  # the second takes the place of the first
        assert bpy.ops.posewright.show_overlay(job_id=job.id) == {"FINISHED"}
    shown = [image for image in bpy.data.images if image.name.startswith("Posewright Overlay")]
    assert [tuple(image.size) for image in shown] == [(2, 2)] and shown[0].packed_file is not None


def test_a_click_on_a_number_says_who_is_meant(fake, body, photo):
    from posewright_ext.addon.posing import session

    fake.behave(answer=ASKED, overlay={"picture": PNG, "people": [[0, 0, 9, 9], [9, 0, 9, 9]]})
    with pytest.raises(RuntimeError, match="2 people fit"):
        _pose_picture(photo, person="the woman")
    job = session.board.latest
    assert job.people == 2 and job.overlay and fake.seen("POST", "/v1/overlays")[0]["poses"] == []
    fake.behave(answer=_seen(_bent(0.5)))
    assert bpy.ops.posewright.pose_person(job_id=job.id, number=1) == {"FINISHED"}
    request = fake.seen()[-1]["requests"][0]
    assert request["person"] == 1 and request["image"]["path"] == photo
    assert bpy.context.window_manager.posewright.person == "1"


def test_without_an_overlay_the_pose_is_there_all_the_same(fake, body, photo):
    from posewright_ext.addon.posing import session

    fake.behave(answer=_seen(_bent(0.5)))
    _pose_picture(photo)
    assert session.board.latest.applied and session.board.latest.overlay == b""


def _characters(*places: float) -> list:
    """Bodies at these places along x, all selected."""
    made = []
    for x in places:
        bpy.ops.posewright.add_body()
        bpy.context.object.location.x = x
        made.append(bpy.context.object)
    bpy.context.view_layer.update()
    for each in made:
        each.select_set(True)
    return made


def _elbow(armature) -> float:
    from posewright_ext.addon.rig.armature import read_pose

    return float(read_pose(armature).rotvecs[18, 1])


def test_everybody_goes_to_the_selected_characters_from_left_to_right(fake, addon, photo):
    from posewright_ext.addon.posing import session

    right, left = _characters(2.0, -2.0)
    fake.behave(answer=_seen(_bent(0.25), _bent(0.75)))
    _pose_picture(photo, person="all")
    assert _elbow(left) == pytest.approx(0.25, abs=1e-4) and _elbow(right) == pytest.approx(0.75, abs=1e-4)
    note = session.board.latest.note
    assert note == f"Posed from left to right: {left.name}, {right.name}."


def test_more_people_than_characters_are_said(fake, addon, photo):
    from posewright_ext.addon.posing import session

    (only,) = _characters(0.0)
    fake.behave(answer=_seen(_bent(0.25), _bent(0.75), _bent(1.0)))
    _pose_picture(photo, person="all")
    assert _elbow(only) == pytest.approx(0.25, abs=1e-4)
    assert "2 more people are in the picture: select 3 characters" in session.board.latest.note


def test_more_characters_than_people_are_left_alone_and_said(fake, addon, photo):
    from posewright_ext.addon.posing import session

    a, b, c = _characters(-2.0, 0.0, 2.0)
    fake.behave(answer=_seen(_bent(0.25), _bent(0.75)))
    _pose_picture(photo, person="all")
    assert _elbow(c) == pytest.approx(0.0, abs=1e-6) and f"Not posed, for the picture has 2 people: {c.name}" in (
        session.board.latest.note
    )
    assert _elbow(a) != _elbow(b)


def test_weak_limbs_are_named(fake, body, photo):
    from fake_layout import Layout
    from posewright_ext.addon.photos import outcome_panel
    from posewright_ext.addon.posing import session

    fake.behave(answer=_seen(_bent(0.5), limbs={"left arm": 0.34, "right arm": 0.9, "left leg": 0.55}))
    _pose_picture(photo)
    layout = Layout()
    outcome_panel.draw_confidence(layout, bpy.context, session.board.latest)
    told = " ".join(layout.page.texts)
    assert "83 %" in told and "left arm 34 %, left leg 55 %" in told and "right arm" not in told


def test_a_number_in_the_field_is_a_number_for_the_service(fake, body, photo):
    fake.behave(answer=_seen(_bent(0.5)))
    _pose_picture(photo, person="2")
    _pose_picture(photo, person="in red")
    assert [seen["requests"][0]["person"] for seen in fake.seen()] == [2, "in red"]


def test_people_panel_has_a_button_for_each_number(fake, body, photo):
    from fake_layout import Layout
    from posewright_ext.addon.photos import outcome_panel
    from posewright_ext.addon.posing import session
    from posewright_ext.addon.service.jobs import Job
    from posewright_ext.rigs.wire import PoseRequest

    job = Job(PoseRequest(image=ImageFile(photo)), None, session.preferences.launch_plan(), people=3)
    layout = Layout()
    outcome_panel.draw_who(layout, bpy.context, job)
    assert [b.number for name, _, b in layout.page.operators if name == "pose_person"] == [0, 1, 2]
    assert "person" in layout.page.fields


def test_somebody_else_can_be_chosen_afterwards(fake, body, photo):
    from posewright_ext.addon.posing import session

    fake.behave(answer=_seen(_bent(0.5)), overlay={"picture": PNG, "people": [[0, 0, 9, 9], [9, 0, 9, 9]]})
    _pose_picture(photo)
    job = session.board.latest
    job.people = 0
    assert bpy.ops.posewright.number_people(job_id=job.id) == {"FINISHED"}
    assert job.people == 2 and job.applied and fake.seen("POST", "/v1/overlays")[-1]["poses"] == []
