"""People are told apart by what they do and wear, by a click, and by all kinds of order; the rest is asked."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from backend.errors import BadInput
from backend.vision.choose import choose
from backend.vision.colours import name_of, oklab
from backend.vision.detector import Found, find_people
from backend.vision.images import Picture
from backend.vision.traits import traits_of
from backend.vision.who import EVERYBODY, wanted
from rigs.skeleton import INDEX

from .scenes import SIZE, Scene, scene

STANDS, SITS = "standing with both arms raised", "sitting on a chair"


def dressed(of: Scene, shirt: tuple[int, int, int], trousers: tuple[int, int, int]) -> np.ndarray:
    """The pixels of a scene with the trunk and the thighs of the body in other colours."""
    out = of.pixels.astype(float)
    y, x = np.mgrid[: out.shape[0], : out.shape[1]]
    here = np.stack([x + 0.5, y + 0.5], axis=-1)
    background = np.abs(out - np.median(out[:40], axis=(0, 1))).sum(axis=-1) < 12
    for a, b, wide, colour in (
        ("neck", "pelvis", 0.6, shirt), ("left_hip", "left_knee", 0.35, trousers),
        ("right_hip", "right_knee", 0.35, trousers),
    ):  # fmt: skip
        p, q = of.points[INDEX[a]], of.points[INDEX[b]]
        size = float(np.linalg.norm(of.points[INDEX["neck"]] - of.points[INDEX["pelvis"]]))
        share = np.clip(((here - p) @ (q - p)) / max((q - p) @ (q - p), 1e-6), 0.0, 1.0)
        near = np.linalg.norm(p + share[..., None] * (q - p) - here, axis=-1) < wide * size / 2
        shade = out.mean(axis=-1, keepdims=True) / 190.0
        out = np.where((near & ~background)[..., None], shade * np.array(colour), out)
    return np.clip(out, 0, 255).astype(np.uint8)


@cache
def group() -> tuple[Picture, list[Found], Found, Found]:
    """Somebody in a red shirt and black trousers who raises the arms; beside, somebody in blue and green who sits."""
    one, two = dressed(scene(STANDS, 10.0), (210, 30, 40), (30, 30, 34)), dressed(
        scene(SITS, 40.0), (40, 80, 200), (40, 140, 60)
    )  # fmt: skip
    picture = Picture(np.concatenate([one, two], axis=1))
    people = find_people(picture)
    assert len(people) == 2
    left, right = sorted(people, key=lambda f: f.box[0])
    return picture, people, left, right


@pytest.mark.parametrize(
    ("who", "place"),
    [
        ("the one sitting", 1), ("the person who is standing", 0), ("the one with the arms raised", 0),
        ("the woman in the red shirt", 0), ("the one in blue", 1), ("blue shirt", 1), ("green trousers", 1),
        ("the man wearing black pants", 0), ("the seated person in the blue top", 1),
        ("the last from the left", 1), ("120,200", 0), ("640, 300", 1),
    ],
)  # fmt: skip
def test_deeds_clothes_and_clicks_choose(who: str, place: int) -> None:
    picture, people, *ordered = group()
    assert choose(people, who, picture)[0] is ordered[place]


@pytest.mark.parametrize("who", ["the man", "the child", "the one in yellow", "the one lying down", "the hero", "3,3"])
def test_what_cannot_be_told_is_asked_with_who_is_where(who: str) -> None:
    picture, people, left, right = group()
    with pytest.raises(BadInput) as caught:
        choose(people, who, picture)
    assert "2 people" in caught.value.message and caught.value.hint and caught.value.code == "which_person"
    if who == "the man":
        numbers = f"{people.index(left)} (standing, red top, black bottom), {people.index(right)} (sitting, blue top"
        assert "model of vision and language" in caught.value.message and numbers in caught.value.message


def test_a_man_by_his_place_is_taken_and_the_doubt_is_told() -> None:
    picture, people, left, _ = group()
    found, told = choose(people, "the man on the left", picture)
    assert found is left and "counted everybody" in told


def test_the_only_person_is_taken_even_when_it_looks_otherwise() -> None:
    picture = Picture(scene(SITS, 40.0).pixels)
    people = find_people(picture)
    assert choose(people, "the one standing", picture)[1] and not choose(people, "the one sitting", picture)[1]


@pytest.mark.parametrize(
    ("prompt", "posture"),
    [("squatting", "squatting"), ("kneeling", "kneeling"), ("lying on the back", "lying"), ("walking", "standing"),
     ("sitting on the floor, legs stretched forward", "sitting")],
)  # fmt: skip
def test_postures_are_seen_at_a_glance(prompt: str, posture: str) -> None:
    picture = Picture(scene(prompt, 40.0).pixels)
    assert posture in traits_of(find_people(picture), picture)[0].postures


def test_who_is_off_the_ground_jumps() -> None:
    one = scene("standing", 10.0).pixels
    two = np.roll(scene("standing", 20.0).pixels, -30, axis=0)
    two[-30:] = two[-31:-30]
    low = np.pad(one, ((60, 0), (0, 0), (0, 0)), mode="edge")
    high = np.pad(two, ((0, 60), (0, 0), (0, 0)), mode="edge")
    picture = Picture(np.concatenate([low, high, low], axis=1))
    people = find_people(picture)
    found = choose(people, "the one jumping", picture)[0]
    assert SIZE[0] < found.box[0] + found.box[2] / 2 < 2 * SIZE[0]


@pytest.mark.parametrize(
    ("rgb", "name"),
    [((180, 20, 30), "red"), ((30, 40, 90), "blue"), ((240, 240, 235), "white"), ((60, 120, 60), "green"),
     ((25, 25, 28), "black"), ((250, 150, 180), "pink"), ((150, 150, 150), "grey"), ((230, 210, 60), "yellow")],
)  # fmt: skip
def test_colours_have_their_everyday_names(rgb: tuple[int, int, int], name: str) -> None:
    assert name_of(oklab(np.array(rgb))) == name


def test_sides_of_limbs_are_no_places() -> None:
    assert wanted("the one with the left arm raised") == wanted("the one with her left hand up")
    assert not wanted("the one with the left arm raised").place
    assert wanted("the tallest in the red shirt").clothes == (("red", "top"),)


@pytest.mark.parametrize("who", ["all", "everybody", "both of them", "all three", "both"])
def test_everybody_has_many_names(who: str) -> None:
    assert EVERYBODY.match(who) and not EVERYBODY.match(f"{who} arms up")
