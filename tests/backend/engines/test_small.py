"""The shipped model through the pipeline, as it is: that it answers in poses and in words, not how well."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from backend.body.picture import thumbnail
from backend.body.png import encode_png
from backend.body.rotations import geodesic, rotvec_to_rotmat
from backend.engines.small import FOLDER
from backend.pipeline import Pipeline
from rigs.skeleton import N_BODY
from rigs.wire import ImageBytes, Pose, PoseRequest, PoseResult


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline()


def answer(pipeline: Pipeline, prompt: str, **more: object) -> PoseResult:
    return pipeline.pose(PoseRequest(prompt=prompt, engine="small", **more))  # type: ignore[arg-type]


def test_it_is_ready_where_the_tier_is(pipeline: Pipeline) -> None:
    info = next(e for e in pipeline.engines() if e.name == "small")
    assert info.available and not info.missing


def test_what_is_shipped_is_small_and_no_pickle() -> None:
    files = [p for p in FOLDER.rglob("*") if p.is_file()]
    assert sum(p.stat().st_size for p in files) < 25e6
    assert {p.suffix for p in files} <= {".json", ".safetensors", ".jinja"}


def test_different_words_give_different_poses_on_the_ground(pipeline: Pipeline) -> None:
    results = [answer(pipeline, words) for words in ("both arms raised overhead", "squatting", "lying on the back")]
    poses = [r.poses[0] for r in results]
    assert all(r.engine == "small" for r in results)
    assert all(np.isfinite(p.pose.rotvecs).all() and abs(p.joints[:, 1].min()) < 0.25 for p in poses)
    assert all(np.abs(a.pose.rotvecs - b.pose.rotvecs).max() > 0.1 for a, b in pairwise(poses))


def test_the_same_words_give_the_same_pose(pipeline: Pipeline) -> None:
    one, again = (answer(pipeline, "kneeling").poses[0].pose for _ in range(2))
    assert (one.rotvecs == again.rotvecs).all()


def test_it_still_answers_in_words(pipeline: Pipeline) -> None:
    result = answer(pipeline, "what is a pose?")
    assert not result.poses and len(result.reply.split()) >= 3


def test_it_describes_a_pose_in_words(pipeline: Pipeline) -> None:
    result = answer(pipeline, "Describe this pose.", start=Pose(np.zeros((55, 3)), np.zeros(3)), intent="describe")
    assert not result.poses and len(result.reply.split()) >= 3


def test_an_instruction_changes_the_pose_that_it_is_given(pipeline: Pipeline) -> None:
    start = answer(pipeline, "standing").poses[0].pose
    result = answer(pipeline, "raise the left arm", start=start)
    assert result.poses and np.abs(result.poses[0].pose.rotvecs - start.rotvecs).max() > 0.05


def test_what_it_answers_to_a_picture_is_nearest_to_what_is_shown(pipeline: Pipeline) -> None:
    names = ("both arms raised", "sitting on a chair", "warrior two", "on all fours")
    shown = {name: pipeline.pose(PoseRequest(prompt=name)).poses[0].pose for name in names}
    for name, pose in shown.items():
        answer = looked_at(pipeline, pose)
        assert min(names, key=lambda other: apart(answer, shown[other])) == name


def looked_at(pipeline: Pipeline, pose: Pose) -> Pose:
    picture = encode_png(thumbnail(pose, (160, 160)))
    result = pipeline.pose(PoseRequest(image=ImageBytes(picture), box=(0, 0, 160, 160), engine="small"))
    assert any("renders" in warning for warning in result.warnings)
    return result.poses[0].pose


def apart(a: Pose, b: Pose) -> float:
    """Mean angle between the joints of two bodies in deg."""
    rows = slice(0, N_BODY)
    return float(np.degrees(geodesic(rotvec_to_rotmat(a.rotvecs[rows]), rotvec_to_rotmat(b.rotvecs[rows]))).mean())


def test_its_folder_is_part_of_the_package() -> None:
    root = Path(__file__).resolve().parents[3]
    assert FOLDER.is_relative_to(root / "backend")
