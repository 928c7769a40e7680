from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from backend.errors import BadInput
from backend.pipeline import Pipeline
from backend.train import scenes as module
from backend.train.scenes import judged, scenes
from rigs.wire import Pose, PoseEntry, PoseRequest, PoseResult


def test_scenes_show_several_bodies_of_which_one_fits_the_words() -> None:
    found = scenes(3)
    assert [len(s.poses) in (2, 3) and 0 <= s.meant < len(s.poses) for s in found] == [True] * 3
    assert all(s.picture.shape == (540, 960, 3) and s.picture.dtype == np.uint8 for s in found)
    again = scenes(3)
    assert all(a.who == b.who and (a.picture == b.picture).all() for a, b in zip(found, again, strict=True))


def test_answers_are_judged_against_everybody_in_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """One right answer, one that took somebody else, and one that found nobody."""
    found = scenes(3)
    given: Iterator[np.ndarray | None] = iter(
        [found[0].poses[found[0].meant], found[1].poses[found[1].meant - 1], None]
    )

    def pose(_self: Pipeline, request: PoseRequest) -> PoseResult:
        rotvecs = next(given)
        assert request.person in {s.who for s in found} and request.image is not None
        if rotvecs is None:
            raise BadInput("nobody was found", "")
        answer = Pose(module.whole(rotvecs), np.zeros(3))
        return PoseResult("", (PoseEntry(answer, np.zeros((55, 3))),), np.zeros((55, 3)), "", (), "test", 0.0)

    monkeypatch.setattr(Pipeline, "pose", pose)
    figures = judged("test", found)
    assert figures["right person"] == pytest.approx(100 / 3) and figures["answered"] == pytest.approx(200 / 3)
    assert figures["PA-MPJPE"] > 20
