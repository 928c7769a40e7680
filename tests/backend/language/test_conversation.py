"""What is said about what was said before: the right pose comes back, or a reply says what is missing."""

from __future__ import annotations

import numpy as np
import pytest

from backend.language.conversation import history, read_answer
from backend.language.measures import Measures
from backend.language.remarks import plain, remark_in
from backend.pipeline import Pipeline
from rigs.skeleton import INDEX, expand_joints
from rigs.wire import Pose, PoseRequest, PoseResult, Turn

from .posing import moved, posed

_PIPELINE = Pipeline()


class Talk:
    """A conversation as the Blender side keeps it: every request brings the turns before it."""

    def __init__(self, start: Pose | None = None) -> None:
        self.turns: list[Turn] = []
        self.poses: list[Pose] = []
        if start is not None:
            self._add("standing", "Posed: standing.", start)

    def say(self, prompt: str, **fields) -> PoseResult:
        result = _PIPELINE.pose(PoseRequest(prompt=prompt, turns=tuple(self.turns), **fields))
        self._add(prompt, result.reply, result.poses[0].pose if result.poses else None)
        return result

    def _add(self, prompt: str, reply: str, pose: Pose | None) -> None:
        self.turns += [Turn("user", prompt), Turn("assistant", reply, pose)]
        self.poses += [pose] if pose is not None else []

    @property
    def now(self) -> Pose:
        return self.poses[-1]


def said(*prompts: str, start: str = "standing") -> Talk:
    talk = Talk(posed(start))
    for prompt in prompts:
        assert talk.say(prompt).poses, prompt
    return talk


def same(a: Pose, b: Pose) -> bool:
    return moved(a, b, "all") < 1e-3 and bool(np.allclose(a.transl, b.transl, atol=1e-9))


def _head(pose: Pose) -> float:
    return Measures(pose).turn("head", "turned")


@pytest.mark.parametrize(
    ("words", "kind", "degree"),
    [
        ("more", "more", ""), ("a little more", "more", "little"), ("even more", "more", "even"),
        ("much more please", "more", "much"), ("Keep going!", "more", ""),
        ("could you do a bit more?", "more", "little"),
        ("less", "less", ""), ("a little less", "less", "little"), ("too much", "less", "too"),
        ("that's a bit too far", "less", "little too"), ("way too much", "less", "much too"),
        ("not so far", "less", ""),
        ("again", "again", ""), ("do that again", "again", ""), ("undo", "undo", ""), ("Undo that.", "undo", ""),
        ("go back", "undo", ""), ("I preferred the previous one", "undo", ""), ("redo", "redo", ""),
        ("go back to the first pose", "first", ""), ("undo the head turn", "restore", ""),
        ("put the left arm back", "restore", ""), ("no, the other one", "other", ""), ("the other arm", "other", ""),
        ("I meant the left hand", "other", ""),
        ("other way", "other", ""),
        ("same but with the right hand", "other", ""),
        ("same with the other leg", "also", ""), ("and the other arm too", "also", ""),
    ],
)  # fmt: skip
def test_remarks_are_told_from_their_words(words: str, kind: str, degree: str) -> None:
    remark = remark_in(plain(words))
    assert remark is not None
    assert (remark.kind, remark.degree) == (kind, degree)


@pytest.mark.parametrize(
    "words",
    ["raise the left arm more", "lean back", "more dynamic", "mirror it", "switch hands", "same but sitting",
     "look back", "put the left hand on the hip", "bend the other knee", "a man at the back", "kneeling",
     "less bent knees"],
)  # fmt: skip
def test_words_of_their_own_are_no_remark(words: str) -> None:
    assert remark_in(plain(words)) is None


def test_more_goes_on_by_a_share_and_is_graded() -> None:
    first = said("turn the head to the left by 20 degrees").now
    little, more, much = (
        _head(said("turn the head to the left by 20 degrees", w).now) for w in ("a little more", "more", "much more")
    )
    assert _head(first) + 2 < little < more - 2 < much - 4
    assert more == pytest.approx(1.5 * _head(first), abs=4)


def test_twice_more_takes_equal_steps() -> None:
    talk = said("turn the head to the left by 20 degrees", "more", "more")
    a, b, c = (_head(p) for p in talk.poses[-3:])
    assert b - a == pytest.approx(c - b, abs=3)


def test_less_takes_a_part_back_and_too_much_half() -> None:
    full = _head(said("turn the head to the right").now)
    assert _head(said("turn the head to the right", "a little less").now) == pytest.approx(0.67 * full, abs=3)
    assert _head(said("turn the head to the right", "too much").now) == pytest.approx(0.5 * full, abs=3)


def test_only_what_the_last_change_moved_is_taken_back() -> None:
    talk = said("raise the left arm", "turn the head to the right", "a little less")
    assert moved(talk.poses[-2], talk.now, "arms", "legs", "torso", "root") == 0.0


def test_legs_that_go_on_bending_keep_on_the_ground() -> None:
    talk = said("bend both knees", "more", "a little less")
    knees = [Measures(p).flexion("left_knee") for p in talk.poses[1:]]
    assert knees[0] + 5 < knees[2] < knees[1] - 3
    for pose in talk.poses:
        assert abs(Measures(pose).height("left_foot_sole", "left_heel")) < 0.03


def test_again_repeats_the_instruction() -> None:
    talk = said("bend the left elbow by 20 degrees", "again")
    bends = [Measures(p).flexion("left_elbow") for p in talk.poses]
    assert bends[2] - bends[1] == pytest.approx(20, abs=5)


def test_undo_goes_back_step_by_step_and_redo_forward() -> None:
    talk = said("raise the left arm", "more", "undo", "undo")
    assert same(talk.poses[3], talk.poses[1])
    assert same(talk.poses[4], talk.poses[0])
    assert not talk.say("undo").poses  # there is nothing before the first pose
    talk.say("redo")
    assert same(talk.now, talk.poses[1])


def test_undo_may_go_on_with_an_instruction() -> None:
    talk = said("raise the left arm", "undo that and raise the right arm")
    assert moved(talk.poses[0], talk.now, "left_arm") < 1e-3
    assert moved(talk.poses[0], talk.now, "right_arm") > 30
    talk.say("no, look up instead")
    assert moved(talk.poses[0], talk.now, "right_arm") < 1e-3
    assert Measures(talk.now).gaze()[1] > 0.3


def test_one_part_is_undone_and_the_rest_kept() -> None:
    talk = said("turn the head to the right", "raise the left arm", "undo the head turn")
    start, _, both, now = talk.poses
    assert moved(start, now, "head") < 1e-3
    assert moved(both, now, "arms", "legs") == 0.0
    talk.say("put the arm back")
    assert moved(start, talk.now, "all") < 1e-3


def test_a_leg_put_back_stands_again() -> None:
    talk = said("raise the left knee", "undo the leg")
    assert moved(talk.poses[0], talk.now, "legs") < 2
    assert abs(Measures(talk.now).height("left_foot_sole", "left_heel")) < 0.02


def test_the_side_is_corrected_from_the_pose_before() -> None:
    for words in ("no, the other one", "the other arm", "I meant the right arm", "wrong arm"):
        talk = said("raise the left arm a bit", words)
        assert moved(talk.poses[0], talk.now, "left_arm") < 1e-3
        assert moved(talk.poses[0], talk.now, "right_arm") > 20


def test_a_side_that_nobody_named_is_corrected_too() -> None:
    talk = said("raise the arm", "no, the other one")
    first, second = (
        [moved(talk.poses[0], p, f"{s}_arm") > 20 for s in ("left", "right")] for p in (talk.poses[1], talk.poses[2])
    )
    assert first == second[::-1]


def test_the_other_way_turns_back_and_beyond() -> None:
    talk = said("turn the head to the right", "other way")
    assert _head(talk.poses[1]) < -15
    assert _head(talk.now) > 15


def test_the_same_with_the_other_hand_adds_to_it() -> None:
    talk = said("put the left hand on the hip", "same with the right hand")
    m = Measures(talk.now)
    assert m.gap("left_palm", "left_hip") < 0.04
    assert m.gap("right_palm", "right_hip") < 0.04
    talk.say("more")
    assert "cannot" in talk.turns[-1].text
    assert talk.turns[-1].pose is None


def test_the_same_but_with_the_other_hand_replaces_it() -> None:
    talk = said("put the left hand on the hip", "same but with the right hand")
    assert moved(talk.poses[0], talk.now, "left_arm") < 1e-3
    assert Measures(talk.now).gap("right_palm", "right_hip") < 0.03


def test_a_pose_without_sides_changes_hands() -> None:
    talk = Talk(posed("right_hand_wave"))
    talk.say("same but with the left hand")
    assert Measures(talk.now).flexion("left_elbow") == pytest.approx(
        Measures(talk.poses[0]).flexion("right_elbow"), abs=5
    )
    assert not talk.say("same but with the left hand").poses  # it does so already


def test_what_it_is_about_may_be_left_out() -> None:
    talk = said("raise the left arm a bit", "now bend it", "a bit higher")
    before, raised, bent, higher = talk.poses
    assert Measures(bent).flexion("left_elbow") > Measures(raised).flexion("left_elbow") + 25
    assert Measures(higher).direction("left_upper_arm")[1] > Measures(bent).direction("left_upper_arm")[1] + 0.1
    assert moved(before, higher, "right_arm", "legs", "head") == 0.0


def test_the_first_pose_comes_back_exactly() -> None:
    talk = said("raise the left arm", "bend both knees", "mirror it", "go back to the first pose")
    assert same(talk.now, talk.poses[0])


def test_a_jump_stays_in_the_air() -> None:
    flying = Pose(posed("lunge").rotvecs, posed("lunge").transl + np.array([0.0, 0.4, 0.0]))
    talk = Talk(flying)
    talk.say("bend the left knee more")
    talk.say("a little less")
    assert Measures(talk.now).lowest > 0.2


@pytest.mark.parametrize(
    "words",
    ["more", "a little more", "even more", "much more", "less", "a little less", "too much", "again", "undo",
     "undo that", "undo the head turn", "undo the arm", "put the left arm back", "no, the other one", "the other arm",
     "keep going", "go back to the first pose", "redo"],
)  # fmt: skip
def test_without_the_turns_the_reply_says_so_and_no_pose_comes(words: str) -> None:
    result = _PIPELINE.pose(PoseRequest(prompt=words, start=posed("right_hand_wave")))
    assert result.poses == ()
    assert "conversation" in result.reply
    assert "stays as it is" in result.reply


def test_without_any_pose_the_reply_asks_for_one() -> None:
    result = _PIPELINE.pose(PoseRequest(prompt="a little more"))
    assert result.poses == ()
    assert "no pose yet" in result.reply


@pytest.mark.parametrize("words", ["mirror it", "switch hands", "same but sitting", "same but with the left hand"])
def test_some_remarks_need_no_turns(words: str) -> None:
    start = posed("right_hand_wave")
    result = _PIPELINE.pose(PoseRequest(prompt=words, start=start))
    assert moved(start, result.poses[0].pose, "all") > 10


def test_a_foot_put_back_without_turns_is_a_step() -> None:
    start = posed("standing")
    after = _PIPELINE.pose(PoseRequest(prompt="put the left foot back", start=start)).poses[0].pose
    assert Measures(after).offset("left_ankle", "right_ankle")[2] < -0.1


def test_locked_joints_are_not_brought_back() -> None:
    talk = said("raise the left arm", "turn the head to the right")
    before = talk.now
    after = talk.say("go back to the first pose", locks=("left_arm",)).poses[0].pose
    locked = [INDEX[j] for j in expand_joints(["left_arm"])]
    assert np.array_equal(after.rotvecs[locked], before.rotvecs[locked])
    assert moved(talk.poses[0], after, "head") < 1e-3


def test_a_pose_changed_by_hand_since_is_what_is_changed() -> None:
    talk = said("turn the head to the right")
    rotvecs = talk.now.rotvecs.copy()
    rotvecs[INDEX["left_elbow"]] += 0.3
    tweaked = Pose(rotvecs, talk.now.transl)
    after = talk.say("a little less", start=tweaked).poses[0].pose
    assert moved(tweaked, after, "arms") == 0.0
    assert moved(tweaked, after, "head") > 2


def test_failed_requests_leave_no_step() -> None:
    pose = posed("standing")
    turns = (
        Turn("user", "stand"),
        Turn("assistant", "ok", pose),
        Turn("user", "gibberish"),
        Turn("assistant", "what?"),
    )
    steps, undone = history(turns)
    assert [s.said for s in steps] == ["stand"]
    assert undone == []
    assert read_answer("raise the left arm", pose, turns) is None


def test_the_side_of_a_whole_chain_is_corrected() -> None:
    talk = said("raise the left arm a bit", "more", "a bit higher", "no, the right arm")
    assert moved(talk.poses[0], talk.now, "left_arm") < 1e-3
    assert moved(talk.poses[0], talk.now, "right_arm") > 20


def test_another_direction_instead() -> None:
    talk = said("lean forward", "no, to the left")
    left, _, front = Measures(talk.now).direction("torso")
    assert left > 0.12
    assert abs(front) < 0.12
    assert not talk.say("raise the left knee").reply.startswith("The other")
    assert "no direction" in talk.say("no, back").reply


def test_double_and_half() -> None:
    first = _head(said("turn the head to the left by 20 degrees").now)
    assert _head(said("turn the head to the left by 20 degrees", "twice as much").now) == pytest.approx(
        2 * first, abs=5
    )
    assert _head(said("turn the head to the left by 20 degrees", "half as much").now) == pytest.approx(first / 2, abs=3)


def test_turns_without_poses_still_have_the_words() -> None:
    start = posed("t_pose")
    turns = (Turn("user", "raise the left arm a bit"), Turn("assistant", "Changed."))
    for words in ("again", "more"):
        result = _PIPELINE.pose(PoseRequest(prompt=words, start=start, turns=turns))
        assert Measures(result.poses[0].pose).direction("left_upper_arm")[1] > 0.3
    refused = _PIPELINE.pose(PoseRequest(prompt="too much", start=start, turns=turns))
    assert refused.poses == ()
    assert "no poses" in refused.reply
