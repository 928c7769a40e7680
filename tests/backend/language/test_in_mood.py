"""A mood changes any pose visibly and by degree; what was said, what touches and what bears stays."""

from __future__ import annotations

import numpy as np
import pytest

from backend.language.measures import Measures
from backend.language.modifiers import modifiers
from backend.language.reader import read
from backend.pipeline import Pipeline
from rigs.skeleton import N_BODY
from rigs.wire import PoseEntry, PoseRequest

_VISIBLE = 0.02  # m, mean over the body's joints, pelvis and feet included
PLAIN = ("walking", "running", "sitting on a chair", "kneeling", "waving")
MOODS = sorted(modifiers())


def _posed(prompt: str) -> PoseEntry:
    return Pipeline().pose(PoseRequest(prompt=prompt)).poses[0]


@pytest.fixture(scope="module")
def plain() -> dict[str, PoseEntry]:
    return {prompt: _posed(prompt) for prompt in PLAIN}


def _away(a: PoseEntry, b: PoseEntry) -> float:
    """Mean distance of the body's joints, m."""
    return float(np.linalg.norm(a.joints[:N_BODY] - b.joints[:N_BODY], axis=1).mean())


@pytest.mark.parametrize("mood", MOODS)
def test_a_mood_is_visible_in_a_walk_and_on_a_chair(mood: str, plain: dict[str, PoseEntry]) -> None:
    word = next(iter(modifiers()[mood].words))
    assert _away(_posed(f"walking, very {word}"), plain["walking"]) > _VISIBLE
    assert _away(_posed(f"sitting on a chair, very {word}"), plain["sitting on a chair"]) > 0.5 * _VISIBLE


@pytest.mark.parametrize("prompt", PLAIN)
@pytest.mark.parametrize("mood", ["tired", "proud", "drunk"])
def test_more_of_a_mood_changes_more(prompt: str, mood: str, plain: dict[str, PoseEntry]) -> None:
    away = [_away(_posed(f"{prompt}, {how} {mood}"), plain[prompt]) for how in ("slightly", "", "extremely")]
    assert away == sorted(away)
    assert away[-1] > _VISIBLE


def test_a_tired_trunk_sinks_and_a_proud_one_rises() -> None:
    bowed = {m: Measures(_posed(f"walking {m}").pose).turn("torso", "bowed") for m in ("tiredly", "proudly")}
    plainly = Measures(_posed("walking").pose).turn("torso", "bowed")
    assert bowed["proudly"] < plainly - 8 < plainly + 8 < bowed["tiredly"]


def test_what_was_said_stays() -> None:
    entry = _posed("an exhausted man, the left arm raised straight up, looking up")
    m = Measures(entry.pose)
    assert m.direction("left_upper_arm")[1] > 0.85
    assert m.gaze()[1] > 0.3
    assert not entry.unmet


def test_hands_stay_where_they_touch() -> None:
    entry = _posed("hands on hips, exhausted")
    assert not [s.text for s in entry.unmet if "palm" in s.text]


@pytest.mark.parametrize("mood", ["scared", "drunk", "sneaky"])
def test_feet_stay_on_the_ground(mood: str) -> None:
    m = Measures(_posed(f"standing with hands on hips, {mood}").pose)
    assert abs(m.lowest) < 0.03
    assert max(m.height(f"{s}_foot_sole", f"{s}_toes") for s in ("left", "right")) < 0.06


def test_a_mood_alone_is_the_pose_of_that_name_by_degree() -> None:
    assert read("sad").named == ("sad",) and not read("sad").moods
    assert read("very sad").named == ("sad",) and 0 < read("very sad").moods[0].strength < 1
    assert read("a bit sad").moods[0].strength < 0


def test_a_mood_without_a_pose_of_its_own_changes_standing() -> None:
    reading = read("sneaky")
    assert not reading.is_empty and not reading.unread
    assert Measures(_posed("sneaky").pose).flexion("left_knee") > 25


@pytest.mark.parametrize("prompt", ["left arm relaxed and hanging down, right arm raised", "arms hanging loose"])
def test_a_part_that_is_relaxed_is_no_mood(prompt: str) -> None:
    assert not read(prompt).moods


def test_a_mood_goes_with_any_action_and_is_said() -> None:
    result = Pipeline().pose(PoseRequest(prompt="an angry woman sweeping the floor"))
    assert "angry" in result.reply and "sweep" in result.reply and not result.unread
