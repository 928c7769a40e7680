"""A program of posecodes from outside, on the real solver: what is reached, what is kept, what is said of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backend.errors import BadProgram, Cancelled
from backend.pipeline import Pipeline
from backend.posecodes import program_to_json, read_program
from backend.posecodes.schema import EXAMPLE
from rigs.skeleton import GROUPS, INDEX, JOINTS
from rigs.wire import DescribeRequest, Pose, PoseResult, Report, SolveRequest

STANDING = "left foot, right foot on ground; both arms points down"


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline()


@pytest.fixture(scope="module")
def standing(pipeline: Pipeline) -> Pose:
    return solved(pipeline, STANDING).poses[0].pose


def solved(pipeline: Pipeline, lines: str, **fields: Any) -> PoseResult:
    return pipeline.solve(SolveRequest(tuple(program_to_json(read_program(lines))), **fields))


def report_of(result: PoseResult) -> Report:
    report = result.poses[0].report
    assert report
    return report


def moved(a: Pose, b: Pose) -> set[str]:
    return {JOINTS[i] for i in np.flatnonzero(np.abs(a.rotvecs - b.rotvecs).max(axis=1) > 1e-9)}


def test_the_example_of_the_schema_is_met(pipeline: Pipeline) -> None:
    result = solved(pipeline, EXAMPLE)
    assert [s.text for s in report_of(result).statements if not s.met] == []
    assert result.reply == "All 10 statements are met."
    assert PoseResult.from_dict(result.to_dict()).to_dict() == result.to_dict()


def test_the_report_follows_the_program_and_its_costs_add_up(pipeline: Pipeline) -> None:
    result = solved(pipeline, "left elbow bent 90\nlook up\nhead turned left 20")
    report = report_of(result)
    assert [s.text for s in report.statements] == ["left elbow bent 90", "look up", "head turned left 20"]
    first = report.statements[0]
    assert (first.asked, first.unit, first.met) == (90.0, "deg", True)
    assert first.reached == pytest.approx(90, abs=10)
    assert sum(report.costs.values()) == pytest.approx(report.cost, abs=0.01)
    assert report.iterations > 0
    assert report.reason
    assert [c["type"] for c in result.poses[0].posecodes] == ["angle", "gaze", "turn"]


def test_what_contradicts_is_a_compromise_and_named(pipeline: Pipeline) -> None:
    result = solved(pipeline, "left elbow bent 20; left elbow bent 130; right elbow bent 90")
    report = report_of(result)
    assert not all(s.met for s in report.statements[:2])
    assert report.statements[2].met
    assert "Not quite reached: left elbow bent" in result.reply
    assert result.poses[0].unmet


def test_what_nobody_can_do_is_cut_and_said(pipeline: Pipeline) -> None:
    result = solved(pipeline, "left elbow bent 170")
    assert result.warnings == ("left elbow bent 170: an elbow bends to 150 at most, so I took 150.",)
    assert report_of(result).statements[0].asked == 150


def test_what_is_not_mentioned_stays(pipeline: Pipeline, standing: Pose) -> None:
    pose = solved(pipeline, "left elbow bent 90", start=standing).poses[0].pose
    assert moved(pose, standing) <= set(GROUPS["left_arm"])
    assert "left_elbow" in moved(pose, standing)
    assert np.array_equal(pose.transl, standing.transl)


@pytest.mark.parametrize("lines", ["both knees bent 60", "both knees bent 60; left foot, right foot on ground"])
def test_who_stands_goes_on_standing_while_the_legs_bend(
    lines: str, pipeline: Pipeline, standing: Pose, shaped: Any
) -> None:
    result = solved(pipeline, lines, start=standing)
    pose = result.poses[0].pose
    assert len(report_of(result).statements) == len(read_program(lines)), "what goes without saying is not reported"
    assert pose.transl[1] < standing.transl[1] - 0.05
    assert abs(float(shaped.posed(pose.rotvecs, pose.transl).vertices()[:, 1].min())) < 0.03
    assert moved(pose, standing) <= {"pelvis", *GROUPS["legs"]}


def test_a_leg_that_is_raised_leaves_the_body_where_it_is(pipeline: Pipeline, standing: Pose) -> None:
    pose = solved(pipeline, "left thigh points front; left shin points down", start=standing).poses[0].pose
    assert np.array_equal(pose.transl, standing.transl)
    assert moved(pose, standing) <= set(GROUPS["left_leg"])


def test_a_seat_moves_the_whole_body_down(pipeline: Pipeline, standing: Pose) -> None:
    lines = "left foot, right foot on ground; seat on seat 0.45; both thighs points front; both shins points down"
    result = solved(pipeline, lines, start=standing)
    assert result.reply == "All 6 statements are met."
    assert moved(result.poses[0].pose, standing) <= {"pelvis", *GROUPS["legs"]}


def test_scope_and_locks_decide_what_may_move(pipeline: Pipeline, standing: Pose) -> None:
    lines = "left arm points front; right arm points front; head turned left 30"
    pose = solved(pipeline, lines, start=standing, scope=("arms",), locks=("right_arm",)).poses[0].pose
    assert moved(pose, standing) <= set(GROUPS["left_arm"])
    one, other = (solved(pipeline, x, locks=("left_arm",)).poses[0].pose for x in (lines, "look left"))
    assert not moved(one, other) & set(GROUPS["left_arm"]), "without a start, locked joints are as at ease"


def test_alternatives_differ_and_repeat_with_their_seed(pipeline: Pipeline) -> None:
    first, second = (solved(pipeline, "left palm touches head top", n=2, seed=4) for _ in range(2))
    assert [e.pose for e in first.poses] == [e.pose for e in second.poses]
    assert first.poses[0].pose != first.poses[1].pose
    assert all(e.report for e in first.poses)


@pytest.mark.parametrize("lines", ["airborne 0.2; airborne 0.6", "look at left eye; look at head", "torso points down"])
def test_what_makes_little_sense_still_gives_a_pose(lines: str, pipeline: Pipeline, standing: Pose) -> None:
    for start in (None, standing):
        pose = solved(pipeline, lines, start=start).poses[0].pose
        assert np.isfinite(pose.rotvecs).all()


def test_the_path_of_a_fault_is_named(pipeline: Pipeline) -> None:
    good = {"type": "angle", "joint": "left_elbow", "degrees": 90}
    with pytest.raises(BadProgram, match=r"^program\[1\]\.degrees: expected a number from 0 to 170"):
        pipeline.solve(SolveRequest((good, good | {"degrees": 500})))


def test_it_can_be_cancelled(pipeline: Pipeline) -> None:
    def tick(stage: str) -> None:
        if "Solving" in stage:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        pipeline.solve(SolveRequest(({"type": "airborne", "height": 0.3},)), tick)


def test_what_is_described_as_a_program_solves_to_the_pose(pipeline: Pipeline) -> None:
    pose = solved(pipeline, EXAMPLE).poses[0]
    said = pipeline.describe(DescribeRequest(pose.pose, posecodes=True)).posecodes
    again = pipeline.solve(SolveRequest(said)).poses[0]
    apart = np.linalg.norm((again.joints - again.joints[0]) - (pose.joints - pose.joints[0]), axis=1)
    assert apart[: INDEX["right_wrist"] + 1].mean() < 0.06
    assert pipeline.describe(DescribeRequest(pose.pose)).posecodes == ()
