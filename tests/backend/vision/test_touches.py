"""Names of parts that touch: votes over samples, plurals, sides, and what is no part of a body."""

from __future__ import annotations

import pytest

from backend.vision.touches import Told, assignments, frequent, meant, touching_regions, unknown


def ends(told: Told) -> set[frozenset[frozenset[str]]]:
    return {frozenset(frozenset({c.a, c.b}) for c in codes) for codes in assignments(told)}


def test_pairs_of_half_of_the_samples_count_by_any_name() -> None:
    samples = [[("Hand", "butt"), ("hand", "ground")], [("butt", "hand"), ("foot", "leg")], [("hand", "seat")], []]
    assert frequent(samples) == [Told("butt", "hand", 0.5)]
    assert frequent([[("the Left Hand", "Chest")]]) == [Told("chest", "left hand")]


def test_a_plural_means_both_sides() -> None:
    (told,) = frequent([[("hands", "hips")], [("hand", "hips")], [("hand", "hip")], [("Hands", "hip")]])
    assert told == Told("hand", "hip", 1.0, both=True)
    couples = ends(told)
    assert all(len(couple) == 2 for couple in couples)
    assert frozenset({frozenset({"left_hand", "left_hip"}), frozenset({"right_hand", "right_hip"})}) in couples
    assert frozenset({frozenset({"left_hand", "right_hip"}), frozenset({"right_hand", "left_hip"})}) in couples


def test_hands_that_touch_each_other_are_one_touch() -> None:
    (told,) = frequent([[("hands", "hands")]])
    assert ends(told) == {frozenset({frozenset({"left_hand", "right_hand"})})}


def test_no_limb_touches_itself_and_every_side_is_tried() -> None:
    singles = {next(iter(e)) for e in ends(Told("arm", "hand")) if len(e) == 1}
    assert singles == {frozenset({"left_arm", "right_hand"}), frozenset({"right_arm", "left_hand"})}
    assert sum(len(codes) == 1 for codes in assignments(Told("hand", "knee"))) == 4


def test_a_side_that_was_said_is_kept() -> None:
    for codes in assignments(Told("head", "left hand")):
        assert [c.a if "hand" in c.a else c.b for c in codes] == ["left_hand"]


@pytest.mark.parametrize(
    ("name", "one"),
    [("waist (back)", "lower_back"), ("hair", "head"), ("lap", "left_thigh"), ("left belly", "belly")],
)
def test_everyday_names_are_known(name: str, one: str) -> None:
    assert one in meant(name)


def test_what_is_no_part_is_said_and_the_ground_is_not() -> None:
    assert unknown([[("hand", "tail"), ("foot", "ground")], [("Hands", "head")]]) == ["tail"]
    assert not frequent([[("hand", "tail"), ("foot", "ground")]])


def test_a_hand_touches_with_its_inside_first() -> None:
    first, *others = touching_regions("left_hand")
    assert first == ("left_palm", 0.0) and all(late > 0 for _, late in others)
    assert touching_regions("left_knee") == (("left_knee", 0.0),)
