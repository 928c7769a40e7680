"""An edit moves what it names in the direction it says, by about as much, and leaves the rest."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from backend.language import edits
from backend.language.edit_trunk import hanging
from backend.language.edits import read_edit
from backend.language.measures import Measures
from backend.posecodes import read_program
from backend.posecodes.vocabulary import SIDES

from .posing import LINES, edited, mirrored, moved, posed

_GROUPS = ("left_arm", "right_arm", "left_leg", "right_leg", "head", "torso", "root", "hands")
_STILL = 2.0  # deg


def _elevation(m: Measures, side: str) -> float:
    return float(np.degrees(np.arcsin(m.direction(f"{side}_upper_arm")[1])))


@pytest.mark.parametrize(
    ("start", "prompt", "free"),
    [
        ("standing", "raise the left arm", {"left_arm"}),
        ("standing", "lift the right arm a little", {"right_arm"}),
        ("t_pose", "bend the left elbow 90 degrees", {"left_arm"}),
        ("sitting", "cross the arms", {"left_arm", "right_arm"}),
        ("standing", "turn the head to the right", {"head"}),
        ("hands_on_hips", "move the left hand to the chest", {"left_arm"}),
        ("kneeling", "look down", {"head"}),
        ("standing", "twist the torso to the left", {"torso"}),
        ("standing", "lean forward a bit", {"torso", "left_arm", "right_arm"}),
        ("hands_on_hips", "lean forward a bit", {"torso"}),
        ("standing", "raise the left knee", {"left_leg"}),
        ("squat", "stand up a bit", {"left_leg", "right_leg", "root"}),
        ("lunge", "bend the front knee more", {"left_leg", "right_leg", "root"}),
        ("standing", "make a fist with the right hand", {"hands"}),
        ("all_fours", "look up", {"head"}),
        ("t_pose", "bring the arms forward", {"left_arm", "right_arm"}),
        ("t_pose", "palms up", {"left_arm", "right_arm"}),
        ("standing", "raise the right heel", {"right_leg"}),
        ("standing", "swing the right leg back", {"right_leg"}),
        ("standing", "point at the ground with the left hand", {"left_arm", "hands"}),
        ("standing", "push the hips to the left", {"root", "left_leg", "right_leg", "torso"}),
        ("standing", "left foot forward", {"root", "left_leg", "right_leg"}),
        ("standing", "cross the arms behind the back", {"left_arm", "right_arm"}),
    ],
)
def test_what_is_not_mentioned_stays(start: str, prompt: str, free: set[str]) -> None:
    before = posed(start)
    _, after = edited(before, prompt)
    still = [g for g in _GROUPS if g not in free]
    assert moved(before, after, *still) < _STILL
    assert moved(before, after, *free) > 5.0


@pytest.mark.parametrize("side", SIDES)
def test_raise_and_lower_go_up_and_down(side: str) -> None:
    start = posed("t_pose")
    levels = [
        _elevation(Measures(edited(start, f"{verb} the {side} arm a bit")[1]), side) for verb in ("raise", "lower")
    ]
    assert levels[0] > _elevation(Measures(start), side) + 15
    assert levels[1] < _elevation(Measures(start), side) - 15


def test_amounts_order_the_change() -> None:
    start = posed("standing")
    prompts = ("bend the right elbow a bit more", "bend the right elbow more", "bend the right elbow a lot more")
    bends = [Measures(edited(start, p)[1]).flexion("right_elbow") for p in prompts]
    assert bends == sorted(bends)
    assert bends[2] - bends[0] > 30


def test_figures_are_kept() -> None:
    start = posed("standing")
    assert Measures(edited(start, "bend the left elbow 90 degrees")[1]).flexion("left_elbow") == pytest.approx(
        90, abs=4
    )
    turned = Measures(edited(start, "turn the head left by 20 degrees")[1]).turn("head", "turned")
    assert turned == pytest.approx(20, abs=4)
    up = (
        Measures(edited(start, "move the right hand up by 20 cm")[1]).place("right_wrist")[1]
        - Measures(start).place("right_wrist")[1]
    )
    assert up == pytest.approx(0.20, abs=0.03)


def test_less_goes_the_other_way() -> None:
    start = posed("right_hand_wave")
    less = Measures(edited(start, "bend the right elbow less")[1]).flexion("right_elbow")
    assert less < Measures(start).flexion("right_elbow") - 15


def test_shoulder_height_is_where_the_hands_go() -> None:
    m = Measures(edited(posed("arms_up"), "lower the arms to shoulder height")[1])
    for side in SIDES:
        assert abs(m.offset(f"{side}_wrist", f"{side}_shoulder")[1]) < 0.08


def test_a_hand_put_on_a_place_touches_it() -> None:
    m = Measures(edited(posed("standing"), "put the left hand on the hip")[1])
    assert m.gap("left_palm", "left_hip") < 0.03


def test_feet_that_stand_keep_their_places() -> None:
    start = posed("lunge")
    before, after = Measures(start), Measures(edited(start, "bend the front knee more")[1])
    assert after.flexion("right_knee") > before.flexion("right_knee") + 15
    for region in ("right_foot_sole", "right_heel", "left_foot_sole"):
        assert np.allclose(before.place(region), after.place(region), atol=0.03)


def test_standing_up_a_bit_is_between_squatting_and_standing() -> None:
    start = posed("squat")
    a_bit, fully = (Measures(edited(start, p)[1]).flexion("left_knee") for p in ("stand up a bit", "stand up"))
    assert Measures(start).flexion("left_knee") - 10 > a_bit > fully + 10


def test_mirroring_swaps_the_sides_exactly() -> None:
    pose = posed("lunge")
    edit, after = edited(pose, "mirror it")
    assert edit.mirror
    assert moved(mirrored(pose), after, "all") < 1e-3


def test_a_mirrored_prompt_gives_the_mirrored_pose() -> None:
    pose = posed("standing")
    _, left = edited(pose, "raise the left arm a bit and turn the head right")
    _, right = edited(mirrored(pose), "raise the right arm a bit and turn the head left")
    assert moved(mirrored(left), right, "all") < 1.0


def test_switched_hands_do_what_the_other_did() -> None:
    pose = posed("right_hand_wave")
    _, after = edited(pose, "switch hands")
    assert Measures(after).flexion("left_elbow") == pytest.approx(Measures(pose).flexion("right_elbow"), abs=4)
    assert moved(pose, after, "legs", "root", "torso", "head") < _STILL


def test_more_energetic_is_a_larger_stride() -> None:
    pose = posed("lunge")
    _, after = edited(pose, "make it more energetic")
    stride = [np.linalg.norm(Measures(p).offset("left_ankle", "right_ankle")) for p in (pose, after)]
    assert stride[1] > stride[0] + 0.02


def test_sadness_lowers_the_head() -> None:
    pose = posed("standing")
    before, after = (Measures(p).gaze()[1] for p in (pose, edited(pose, "look sad")[1]))
    assert after < before - 0.2
    sad = edited(pose, "look sad")[1]
    assert moved(pose, sad, "legs") < _STILL
    assert all(hanging(Measures(sad), side) for side in SIDES)  # by their weight, though the chest bows


def test_the_whole_body_turns() -> None:
    pose = posed("standing")
    edit, after = edited(pose, "turn the whole body to the left by 90 degrees")
    assert edit.turn == 90
    assert Measures(after).yaw == pytest.approx(Measures(pose).yaw + 90, abs=1)


def test_front_and_back_are_found_on_the_body() -> None:
    for pose, side in ((posed("lunge"), "right"), (mirrored(posed("lunge")), "left")):
        _, after = edited(pose, "straighten the front knee a bit")
        assert Measures(after).flexion(f"{side}_knee") < Measures(pose).flexion(f"{side}_knee") - 8


def test_several_instructions_add_up() -> None:
    pose = posed("standing")
    _, after = edited(pose, "Raise the left arm, bend the right elbow by 60 degrees and look up.")
    a, b = Measures(pose), Measures(after)
    assert _elevation(b, "left") > _elevation(a, "left") + 30
    assert b.flexion("right_elbow") > a.flexion("right_elbow") + 40
    assert b.gaze()[1] > a.gaze()[1] + 0.3


def test_what_must_be_kept_is_out_of_scope() -> None:
    edit = read_edit("look sad, keep the torso still", posed("standing"))
    assert edit is not None
    assert edit.scope is not None
    assert not {"spine1", "spine2", "spine3"} & edit.scope


def test_words_that_were_not_understood_are_reported() -> None:
    edit = read_edit("raise the left arm, frobnicate the gizmo", posed("standing"))
    assert edit is not None
    assert edit.unread == ("frobnicate the gizmo",)
    assert "frobnicate" in edit.reply


def test_an_open_side_is_said() -> None:
    edit = read_edit("raise the arm a bit", posed("standing"))
    assert edit is not None
    assert "right one" in edit.reply


@pytest.mark.parametrize("prompt", ["make it sadder", "look more tired", "sad", "be a bit more confident"])
def test_moods_are_read_with_or_without_a_verb(prompt: str) -> None:
    edit = read_edit(prompt, posed("standing"))
    assert edit is not None
    assert edit.scope is not None
    assert {"neck", "head"} <= edit.scope
    assert not {"left_hip", "right_knee", "pelvis"} & edit.scope


def _reading(lines: str, named: str = "") -> SimpleNamespace:
    """What the reader would make of a clause."""
    program = read_program(lines)
    return SimpleNamespace(program=program, explicit=() if named else program, named=(named,) if named else ())


def test_a_named_pose_is_no_edit_but_an_order_keeps_arms_and_head(monkeypatch: pytest.MonkeyPatch) -> None:
    seated = _reading(f"{LINES['sitting']}; both palms touches same knee; look down", "sitting")
    monkeypatch.setattr(edits, "_read", lambda text: seated)
    pose = posed("left_arm_up")
    assert read_edit("sitting on a chair", pose) is None
    for prompt in ("same but sitting", "sit down", "keep everything, but sitting on a chair"):
        _, after = edited(pose, prompt)
        assert moved(pose, after, "arms", "head", "hands") < _STILL
        assert Measures(after).flexion("left_knee") > 60


def test_a_statement_about_a_limb_is_an_edit_of_that_limb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edits, "_read", lambda text: _reading("left arm points up"))
    pose = posed("right_hand_wave")
    _, after = edited(pose, "left arm raised")
    assert moved(pose, after, "right_arm", "legs", "root", "torso", "head") < _STILL
    assert Measures(after).direction("left_upper_arm")[1] > 0.9


def test_a_named_gesture_of_the_arms_keeps_the_legs(monkeypatch: pytest.MonkeyPatch) -> None:
    gesture = _reading("right upper arm points out; right forearm points up; right hand open", "waving")
    monkeypatch.setattr(edits, "_read", lambda text: gesture)
    pose = posed("kneeling")
    _, after = edited(pose, "wave")
    assert moved(pose, after, "left_arm", "legs", "root", "torso", "head") < _STILL
    assert Measures(after).direction("right_forearm")[1] > 0.8


def test_nothing_read_is_no_edit() -> None:
    assert read_edit("quarterly interest rates", posed("standing")) is None


def test_raised_arms_swing_forward_at_their_height() -> None:
    m = Measures(edited(posed("t_pose"), "bring the arms forward")[1])
    for side in SIDES:
        assert m.direction(f"{side}_upper_arm")[2] > 0.9


def test_weight_goes_over_the_leg_that_is_named() -> None:
    m = Measures(edited(posed("standing"), "shift the weight onto the left leg")[1])
    assert abs(m.offset("com", "left_ankle")[0]) < 0.08
    assert m.direction("torso")[1] > 0.97


def test_rolling_over_turns_a_lying_body() -> None:
    _, lying = edited(posed("standing"), "lie down")
    _, rolled = edited(lying, "roll over")
    assert Measures(lying).facing("pelvis")[1] > 0.8
    assert Measures(rolled).facing("pelvis")[1] < -0.8


def test_the_other_hand_is_the_free_one() -> None:
    _, waving = edited(posed("standing"), "raise the right arm")
    _, after = edited(waving, "put the other hand on the hip")
    assert moved(waving, after, "right_arm") < _STILL
    assert moved(waving, after, "left_arm") > 20


def test_several_directions_each_have_their_figure() -> None:
    start = posed("standing")
    _, after = edited(start, "move the left hand 20 cm up, 15 cm forward and 10 cm to the left")
    step = Measures(after).offset("left_wrist", "pelvis") - Measures(start).offset("left_wrist", "pelvis")
    assert np.allclose(step, [0.10, 0.20, 0.15], atol=0.03)
    _, after = edited(start, "lean 20 degrees forward and 10 degrees to the left")
    left, up, front = Measures(after).direction("torso")
    assert np.degrees(np.arctan2(front, up)) == pytest.approx(18, abs=5)
    assert np.degrees(np.arcsin(left)) == pytest.approx(10, abs=5)


@pytest.mark.parametrize(
    ("prompt", "joint"),
    [
        ("raise the left arm and bend the elbow", "left_elbow"),
        ("raise the left arm and bend it", "left_elbow"),
        ("move the left foot forward and bend the knee", "left_knee"),
    ],
)
def test_a_part_without_a_side_is_that_of_the_limb_before(prompt: str, joint: str) -> None:
    start = posed("standing")
    _, after = edited(start, prompt)
    assert Measures(after).flexion(joint) > Measures(start).flexion(joint) + 20
    assert moved(start, after, "right_arm") < _STILL


def test_an_arm_that_is_raised_keeps_its_elbow_and_wrist() -> None:
    start = posed("right_hand_wave")
    _, after = edited(start, "lower the right arm by 30 degrees")
    assert moved(start, after, "right_elbow", "right_wrist", "left_arm") < 1e-9
    before, after_ = Measures(start), Measures(after)
    assert _elevation(before, "right") - _elevation(after_, "right") == pytest.approx(30, abs=5)


def test_arms_that_hang_go_on_hanging_when_the_trunk_leans() -> None:
    start = posed("standing")
    for prompt in ("lean forward", "lean to the left", "lean back", "bend forward 70 degrees"):
        m = Measures(edited(start, prompt)[1])
        for side in SIDES if "left" not in prompt else ("left",):  # the right arm lies on the body
            assert m.direction(f"{side}_upper_arm")[1] < -0.93
    raised = Measures(edited(start, "lean forward and raise the left arm forward by 80 degrees")[1])
    assert raised.direction("left_upper_arm")[1] > -0.3


def test_arms_that_do_something_go_along_with_the_trunk() -> None:
    start = posed("hands_on_hips")
    _, after = edited(start, "lean forward")
    assert moved(start, after, "arms") < 1e-9


def test_more_dynamic_from_standing_is_a_stride() -> None:
    start = posed("standing")
    a_bit, fully = (edited(start, f"make it {w}")[1] for w in ("a bit more dynamic", "more dynamic"))
    strides = [float(np.linalg.norm(Measures(p).offset("left_ankle", "right_ankle"))) for p in (start, a_bit, fully)]
    assert strides[0] + 0.05 < strides[1] < strides[2]
    assert Measures(fully).flexion("left_elbow") > 40
    assert abs(Measures(fully).lowest) < 0.02


@pytest.mark.parametrize("sign", [1, -1])
def test_hips_go_down_and_up_by_centimetres(sign: int) -> None:
    start = posed("squat")
    _, after = edited(start, f"{'raise' if sign > 0 else 'lower'} the hips by 10 cm")
    a, b = Measures(start), Measures(after)
    assert b.place("pelvis")[1] - a.place("pelvis")[1] == pytest.approx(sign * 0.10, abs=0.03)
    for region in ("left_heel", "right_heel"):
        assert np.allclose(a.place(region), b.place(region), atol=0.03)
    assert moved(start, after, "torso", "arms", "head") < 1e-9


def test_a_leg_swings_by_degrees_and_its_shin_goes_along() -> None:
    start = posed("tree")
    _, after = edited(start, "swing the left leg 20 degrees forward")
    assert moved(start, after, "left_knee", "left_ankle", "right_leg") < 1e-9
    assert moved(start, after, "left_hip") == pytest.approx(20, abs=8)


def test_a_swung_leg_is_not_kept_by_the_bend_of_another() -> None:
    start = posed("standing")
    for prompt in (
        "swing the left leg 30 degrees forward and bend the right knee by 30 degrees",
        "bend the right knee by 30 degrees and swing the left leg 30 degrees forward",
    ):
        m = Measures(edited(start, prompt)[1])
        assert np.degrees(np.arctan2(m.direction("left_thigh")[2], -m.direction("left_thigh")[1])) > 22
        assert m.flexion("right_knee") == pytest.approx(31, abs=8)


def test_feet_that_stand_turn_with_the_body() -> None:
    start = posed("standing")
    edit, after = edited(start, "bend both knees by 30 degrees and turn the whole body 90 degrees to the left")
    assert edit.turn == 90
    assert Measures(after).yaw == pytest.approx(Measures(start).yaw + 90, abs=3)
    assert Measures(after).flexion("left_knee") == pytest.approx(31, abs=8)


def test_a_foot_turns_its_toes_and_is_pointed() -> None:
    start = posed("standing")
    out = Measures(edited(start, "turn the left foot out by 30 degrees")[1]).facing("left_foot")
    assert np.degrees(np.arctan2(out[0], out[2])) == pytest.approx(24, abs=8)
    lifted = edited(start, "raise the left knee")[1]
    pointed = Measures(edited(lifted, "point the toes of the left foot")[1])
    assert pointed.facing("left_foot")[1] < Measures(lifted).facing("left_foot")[1] - 0.2


def test_a_knee_that_bends_leaves_the_trunk_upright() -> None:
    start = posed("lunge")
    _, after = edited(start, "bend the front knee more and turn the head left by 30 degrees")
    assert Measures(after).direction("torso") @ Measures(start).direction("torso") > 0.985


def test_degrees_more_are_added_to_what_is_there() -> None:
    start = posed("right_hand_wave")
    before = Measures(start).flexion("right_elbow")
    for prompt in ("right elbow 20 degrees more bent", "bend the right elbow 20 degrees more"):
        assert Measures(edited(start, prompt)[1]).flexion("right_elbow") == pytest.approx(before + 20, abs=5)
