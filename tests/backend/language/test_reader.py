"""What prompts mean: sides, negation, both and other, numbers, contacts, overriding, named places, unread words."""

from __future__ import annotations

import pytest

from backend.language.reader import read
from backend.language.reading import Reading
from backend.posecodes import Posecode, mirrored, read_program
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact, Reach
from backend.posecodes.direction import Direction
from backend.posecodes.gaze import Gaze
from backend.posecodes.ground import Support
from backend.posecodes.turn import Turn


def toward(reading: Reading, segment: str) -> tuple[float, float, float]:
    """(left, up, front) of a segment; a whole limb stands for its upper segment."""
    whole = segment.replace("upper_arm", "arm").replace("thigh", "leg")
    found = [c for c in reading.program if isinstance(c, Direction) and c.segment in (segment, whole)]
    assert found, (segment, [c.said() for c in reading.program])
    return found[-1].toward


def of(reading: Reading, kind: type[Posecode]) -> list[Posecode]:
    return [c for c in reading.program if isinstance(c, kind)]


SAME = [  # a prompt, lines that must be among its explicit statements
    ("head turned right", "head turned right 45"),
    ("turn the head to the left by 60 degrees", "head turned left 60"),
    ("left elbow bent 70 degrees", "left elbow bent 70"),
    ("right elbow bent at a right angle", "right elbow bent 90"),
    ("left hand on the right hip", "left palm touches right hip"),
    ("hands on the knees", "left palm touches left knee; right palm touches right knee"),
    ("touching the left ear", "left fingertips touches left ear"),
    ("touching the left ear with the right hand", "right fingertips touches left ear"),
    ("right hand on the left shoulder", "right palm touches left shoulder"),
    ("both hands on the right knee", "left palm touches right knee; right palm touches left hand back"),
    ("chin resting on the left fist", "left fist touches chin"),
    ("torso twisted to the left", "torso turned left 38"),
    ("feet shoulder width apart", "left ankle 0.36 from right ankle"),
    ("both hands clenched into fists at the sides", "left hand fist; right hand fist"),
    ("right fist on the ground", "right fist on ground; right hand fist"),
    ("left palm facing up", "left palm faces up"),
    ("looking at the left hand", "look at left hand"),
    ("right arm raised and bent 90 degrees", "right elbow bent 90; right upper arm points up 0.12 out"),
    ("left arm out to the left", "left arm points left"),
    ("left knee raised as high as the hip", "left thigh points front; left shin points down"),
    ("on all fours with the right arm stretched forward", "right arm points front"),
    ("left hand on the back of the neck", "left palm touches neck back"),
    ("right hand on the back of the left thigh", "right palm touches left thigh"),
    ("each hand on the opposite shoulder", "left palm touches right shoulder; right palm touches left shoulder"),
    ("left foot held by the left hand behind the body", "left knee bent 125; left fingertips touches left foot top"),
    ("left hand higher than the right hand", "left wrist at least 0.18 above right wrist"),
    ("left arm across the chest", "left palm touches right chest"),
    ("the left hand on the chest, the right one on the back", "right hand back touches lower back"),
    ("wrists crossed above the head", "left forearm touches right forearm"),
    ("left knee touching the right elbow", "left knee touches right elbow"),
    ("the head is turned to the right", "head turned right 45"),
    ("the head is bowed and slightly turned to the left", "head bowed front 38; head turned left 22.5"),
    ("the head is turned to the right and tilted to the left", "head turned right 45; head tilted left 25"),
    ("the left hand is on the right knee", "left palm touches right knee"),
    ("hands on the hips and the feet apart", "left ankle 0.5 from right ankle"),
    ("lunging with the left leg in front", "left shin points down; left foot, right toes on ground"),
    ("standing on the right leg, left leg lifted to the side", "left leg points 0.8 out down"),
    ("the left arm is stretched straight back", "left arm points back; left elbow straight"),
    ("left hand beside the head", "left forearm points up 0.35 in 0.1 front"),
    ("left thigh parallel to the ground, shin vertical", "left thigh points front; left shin points down"),
    ("head tilted to the left shoulder", "head tilted left 25"),
    ("head bowed, chin to the chest", "head bowed front 42"),
    ("left shoulder raised", "left shoulder 0.05 above neck"),
    ("rounded shoulders", "torso bowed front 28"),
    ("left leg crossed behind the right", "left ankle 0.16 behind right ankle"),
    ("the right leg is bent backwards", "right knee bent 100"),
    ("on all fours, left arm and right leg extended", "left arm points front; right knee straight"),
    ("sitting on a chair, left leg extended forward", "left leg points front 0.42 down; left knee straight"),
    ("lying on the back with the left leg raised straight up", "left leg points up; left knee straight"),
    ("left hand on the hip, elbow pointing back", "left palm touches left hip"),
    ("standing on tiptoe", "left toes on ground; right toes on ground"),
]


@pytest.mark.parametrize(("prompt", "lines"), SAME)
def test_says_what_is_meant(prompt: str, lines: str) -> None:
    reading = read(prompt)
    for code in read_program(lines):
        assert code in reading.explicit, [c.said() for c in reading.explicit]
    assert not reading.unread


@pytest.mark.parametrize(("prompt", "lines"), SAME)
def test_the_other_side_is_the_mirror_image(prompt: str, lines: str) -> None:
    swapped = " ".join(
        {"left": "right", "right": "left"}.get(w, w) for w in prompt.replace("right angle", "90 degree angle").split()
    )
    if swapped != prompt and "both" not in prompt:
        reading = read(swapped)
        for code in mirrored(read_program(lines)):
            assert code in reading.explicit, [c.said() for c in reading.explicit]


ARMS = [  # prompt, left arm (left, up, front), right arm; None: at ease or unsaid
    ("left arm raised", (0.1, 1, 0), None),
    ("arms out to the sides", (1, 0, 0), (-1, 0, 0)),
    ("both arms stretched forward", (0, 0, 1), (0, 0, 1)),
    ("arms raised in a V", (0.5, 0.85, 0), (-0.5, 0.85, 0)),
    ("left arm up right arm down", (0.1, 1, 0), (-0.16, -1, 0)),
    ("left arm raised, the other arm stretched out to the side", (0.1, 1, 0), (-1, 0, 0)),
    ("not raising the arms", (0.16, -1, 0), (-0.16, -1, 0)),
    ("right arm raised 45 degrees to the side", None, (-0.7, -0.7, 0)),
    ("left arm extended forward at shoulder height", (0, 0, 1), None),
    ("arms overhead, looking down", (0.12, 1, 0), (-0.12, 1, 0)),
    ("arms out looking down", (1, 0, 0), (-1, 0, 0)),
    ("left arm points up and to the left", (0.78, 0.62, 0), None),
    ("arms straight out in front", (0, 0, 1), (0, 0, 1)),
    ("arms in a low V", (0.57, -0.82, 0), (-0.57, -0.82, 0)),
    ("arms reaching back behind the body", (0, -0.57, -0.82), (0, -0.57, -0.82)),
    ("left elbow slightly bent, arm in front", (0, 0, 1), None),
    ("left arm out in front of the body, elbow bent upward", (0, 0, 1), None),
    ("arms not crossed, hanging down", (0.16, -1, 0), (-0.16, -1, 0)),
    ("both arms held away from the body", (0.6, -0.8, 0), (-0.6, -0.8, 0)),
]


@pytest.mark.parametrize(("prompt", "left", "right"), ARMS)
def test_arms(prompt: str, left: tuple | None, right: tuple | None) -> None:
    reading = read(prompt)
    for side, goal in (("left", left), ("right", right)):
        if goal is not None:
            assert toward(reading, f"{side}_upper_arm") == pytest.approx(goal, abs=0.15)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(
    "prompt",
    [
        "kicking with the {s} leg",
        "{s} leg kick",
        "throwing a ball with the {s} hand",
        "waving with the {s} hand",
        "lying on the {s} side",
        "kneeling on the {s} knee",
        "tree pose on the {s} leg",
        "lunge with the {s} leg in front",
        "side plank on the {s} hand",
        "holding a cup in the {s} hand",
        "stepping forward with the {s} foot",
    ],
)
def test_a_named_pose_takes_the_side_that_is_said(prompt: str, side: str) -> None:
    here, there = read(prompt.format(s=side)), read(prompt.format(s="right" if side == "left" else "left"))
    assert here.named == there.named and here.named
    assert set(here.program) == set(mirrored(there.program))
    assert not here.unread


def test_a_kick_with_the_left_leg_lifts_the_left() -> None:
    assert toward(read("kicking with the left leg"), "left_thigh")[2] > 0.8
    assert toward(read("kicking with the right leg"), "right_thigh")[2] > 0.8


def test_one_and_the_other() -> None:
    reading = read("one hand on the hip, the other raised")
    (contact,) = of(reading, Contact)
    assert contact == Contact("right_palm", "right_hip")
    assert toward(reading, "left_upper_arm")[1] > 0.9
    assert any("right" in note for note in reading.notes)


def test_words_override_a_named_pose_by_limb() -> None:
    reading = read("tree pose but with the arms spread out to the sides")
    assert reading.named == ("tree pose",)
    assert toward(reading, "left_upper_arm") == (1, 0, 0)
    assert toward(reading, "left_thigh")[0] > 0.5
    assert not [c for c in of(reading, Contact) if "palm" in c.a]  # type: ignore[attr-defined]


def test_hands_on_the_knees_keep_the_legs() -> None:
    reading = read("sitting on a chair, hands on the knees")
    assert toward(reading, "left_thigh")[2] > 0.8
    assert Support(("seat",), 0.45) in reading.program
    assert Contact("left_palm", "left_knee") in reading.program


def test_several_named_poses_settle_different_limbs() -> None:
    reading = read("sitting on a chair with arms crossed and head bowed")
    assert set(reading.named) == {"sit on chair", "arms crossed"}
    assert any(isinstance(c, Turn) and c.part == "head" and c.degrees > 20 for c in reading.program)
    both = read("walking while talking on the phone")
    assert set(both.named) == {"walk", "telephone"}


def test_a_negated_pose_is_left_out() -> None:
    assert "wave" not in read("standing, not waving").named
    assert "jump" not in read("walking without jumping").named


def test_thumbs_up_with_both_hands() -> None:
    sides = {c.side for c in read("thumbs up with both hands").program if c.kind == "hand"}  # type: ignore[attr-defined]
    assert sides == {"left", "right"}


def test_degrees_of_intensity() -> None:
    bends = [
        next(c.degrees for c in read(f"left elbow {how} bent").program if isinstance(c, Angle))
        for how in ("slightly", "", "fully")
    ]
    assert bends[0] < bends[1] < bends[2]


def test_the_other_hand_waves() -> None:
    reading = read("left hand on the hip, the other hand waving")
    assert toward(reading, "right_forearm")[1] > 0.5
    assert Contact("left_palm", "left_hip") in reading.program


@pytest.mark.parametrize(
    ("prompt", "held"),
    [
        ("hands behind the head, elbows out", {"head_back"}),
        ("hands clasped behind the head, elbows out", {"head_back", "left_hand_back"}),
    ],
)
def test_elbows_leave_the_hands_where_a_named_pose_has_them(prompt: str, held: set[str]) -> None:
    reading = read(prompt)
    contacts = of(reading, Contact)
    assert {c.a for c in contacts} == {"left_fingertips", "right_fingertips"}  # type: ignore[attr-defined]
    assert {c.b for c in contacts} == held  # type: ignore[attr-defined]
    assert toward(reading, "left_upper_arm") == (1, 0, 0)


@pytest.mark.parametrize(
    "prompt",
    [
        "on the tips of the toes, looking up",
        "up on tiptoes, arms overhead",
        "arms crossed, up on tiptoe",
        "standing on the balls of the feet, left hand raised",
    ],
)
def test_tiptoe_holds_beside_other_clauses(prompt: str) -> None:
    reading = read(prompt)
    assert {p for c in of(reading, Support) for p in c.parts} == {"left_toes", "right_toes"}  # type: ignore[attr-defined]
    assert not reading.unread


@pytest.mark.parametrize(
    ("prompt", "named", "front"),
    [
        ("handstand but with the legs split front and back", "handstand", "right"),
        ("headstand, legs split, left leg in front", "headstand", "left"),
        ("handstand, left leg forward and right leg back", "handstand", "left"),
    ],
)
def test_legs_split_in_the_air_leave_the_body_as_it_is(prompt: str, named: str, front: str) -> None:
    reading = read(prompt)
    rear = "left" if front == "right" else "right"
    assert reading.named == (named,)
    assert toward(reading, f"{front}_leg")[2] > 0.5 > -0.5 > toward(reading, f"{rear}_leg")[2]


def test_the_splits_alone_are_the_pose() -> None:
    assert read("legs split front and back").named == ("splits",)


@pytest.mark.parametrize("prompt", ["bending over forward", "torso bent forward 90 degrees", "bent over at the waist"])
def test_who_bends_over_still_stands(prompt: str) -> None:
    reading = read(prompt)
    assert {p for c in of(reading, Support) for p in c.parts} >= {"left_foot", "right_foot"}  # type: ignore[attr-defined]
    assert toward(reading, "left_thigh")[1] < -0.9


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("left leg stretched backward", "quad stretch"),
        ("left leg extended to the side with the toes touching the floor", "standing forward fold"),
        ("lying on the left side with the knees pulled up", "pull-up"),
        ("lying on the back with the left leg raised", "legs up the wall"),
        ("left hand on the back", "lie on back"),
        ("looking back over the left shoulder", "back stance"),
        ("the right leg in front", "karate front stance punch"),
        ("a man walks across the square", "fire log pose"),
        ("about to jump, arms swung back", "sitting on a swing"),
        ("left leg swung forward", "leg swing"),
    ],
)
def test_body_language_is_no_name(prompt: str, name: str) -> None:
    assert name not in read(prompt).named


def test_knees_bend_over_feet_only_when_standing() -> None:
    standing, lying = read("knees bent"), read("lying on the back with the knees bent")
    assert of(standing, Support) and toward(standing, "left_thigh")[1] < 0
    assert toward(lying, "left_thigh")[1] >= 0


def test_leaning_by_degrees() -> None:
    left, up, front = toward(read("torso leaning forward 30 degrees"), "torso")
    assert (left, up, front) == pytest.approx((0, 0.866, 0.5), abs=0.01)


POINTS = {"lamp": (0.5, 1.4, 0.6), "door handle": (-0.3, 1.0, 0.5)}


def test_named_places() -> None:
    assert Gaze(place=POINTS["lamp"]) in read("looking at the lamp", points=POINTS).program
    assert Reach("left_fingertips", POINTS["lamp"]) in read("touch the lamp with the left hand", points=POINTS).program
    assert Reach("right_palm", POINTS["door handle"]) in read("right palm on the door handle", points=POINTS).program
    nearest = read("reach for the lamp", points=POINTS)
    assert Reach("left_fingertips", POINTS["lamp"]) in nearest.program and nearest.notes


def test_typing_errors_in_known_words() -> None:
    assert read("kickign a ball").named == read("kicking a ball").named
    assert Contact("left_palm", "left_hip") in read("left hand on the left hip, rigth arm down").program
    assert read("standng on one knee").unread in ((), ("standng",))


def test_unknown_words_are_named() -> None:
    reading = read("a woman grokking a frobnicator")
    assert reading.is_empty and reading.unread == ("grokking", "frobnicator")
    assert read("standing, left arm raised, grokking").unread == ("grokking",)


@pytest.mark.parametrize(
    "prompt", ["", "   ", "!!!", "🙂", "立っている人", "12345", "a", "left", "and and and", "x" * 5000, "left " * 3000]
)
def test_nonsense_is_no_fault(prompt: str) -> None:
    read(prompt)


def test_a_novel_is_cut_and_said() -> None:
    assert any("beginning" in note for note in read("left arm up. " * 3000).notes)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("a man proposing marriage", "propose marriage"),
        ("someone with a terrible headache", "headache"),
        ("a child hiding from a monster", "hide"),
        ("vrksasana", "tree pose"),
        ("seiza", "sit on heels"),
        ("downward-facing dog", "downward dog"),
        ("a bored teenager in class", "bored"),
        ("superman flying", "superman flying"),
        ("a soldier saluting", "salute"),
        ("bow pose", "bow pose"),
        ("bowing politely", "bow"),
        ("a woman meditating", "meditate"),
        ("hands behind the head", "hands behind head"),
    ],
)
def test_names(prompt: str, name: str) -> None:
    assert name in read(prompt).named


def test_a_bend_that_no_joint_reaches_is_cut_and_said():
    reading = read("bend the left elbow 300 degrees")
    assert any("300" in note for note in reading.notes)
    assert any(c.said() == "left elbow bent 150" for c in reading.program)
    assert not any("180" in note for note in read("turn around 180 degrees").notes)


def test_arms_of_a_named_pose_go_with_a_trunk_that_lies():
    """Crossed arms stay before the chest of somebody who lies, and do not point down through the ground."""
    arms = [c for c in read("lying on the back, arms crossed").program if c.said().startswith("left forearm points")]
    assert arms and all(c.said().endswith("(chest)") for c in arms)
    upright = [c for c in read("standing, arms crossed").program if c.said().startswith("left forearm points")]
    assert upright and not any(c.said().endswith("(chest)") for c in upright)


@pytest.mark.parametrize("prompt", ["saut de bras", "a traceur does a saut de bras"])
def test_a_native_name_of_a_pose_is_no_sentence_of_another_language(prompt: str) -> None:
    assert "cat hang" in read(prompt).named
    assert not read("il leve le bras gauche").named


@pytest.mark.parametrize(
    ("prompt", "named"),
    [("he takes the oath", "swearing an oath"), ("giving two thumbs up", "double thumbs up")],
)
def test_a_light_verb_says_nothing_beside_a_name(prompt: str, named: str) -> None:
    assert read(prompt).named == (named,)


def test_a_light_verb_alone_is_a_pose() -> None:
    assert read("a man gives").named


def test_two_parts_that_each_do_something_are_two_clauses() -> None:
    said = {c.said() for c in read("sitting on a chair with crossed legs and hands folded on the knee").explicit}
    assert "left palm touches left knee" in said
