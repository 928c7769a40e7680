"""The person that was chosen is followed when others pass before it; who is hidden is not somebody else."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from backend.body.camera import look_at
from backend.body.picture import draw
from backend.errors import BadFile
from backend.pipeline import Pipeline
from backend.vision.follow import Follower
from backend.vision.images import Picture
from rigs.wire import Pose, PoseRequest

from .scenes import group

SIZE, RATE, COUNT = (640, 300), 10.0, 13
CAMERA = look_at(np.array([0.0, 1.3, 6.0]), np.array([0.0, 0.9, 0.0]), 420.0, SIZE)
RED, BLUE, GREY = (1.6, 0.25, 0.2), (0.2, 0.35, 1.8), (1.0, 1.0, 1.0)


@cache
def keys() -> tuple[np.ndarray, ...]:
    pipeline = Pipeline()
    return tuple(pipeline.pose(PoseRequest(prompt=p)).poses[0].pose.rotvecs for p in ("walking", "walking passing"))


def walker(n: int, across: float, towards: int, depth: float) -> Pose:
    """In profile, going to the right (1) or to the left (-1) of the picture."""
    rotvecs = keys()[n // 3 % 2].copy()
    rotvecs[0] = [0.0, towards * np.pi / 2, 0.0]
    return Pose(rotvecs, np.array([across, 0.93, depth]))


@cache
def crossing(near: tuple[float, float, float], far: tuple[float, float, float]) -> tuple[np.ndarray, ...]:
    """Two people pass each other; the one that goes to the left is nearer and hides the other for some frames."""
    out = []
    for n in range(COUNT):
        across = -1.9 + 3.8 * n / (COUNT - 1)
        people = group([walker(n, across, 1, -0.5), walker(n, -across, -1, 0.6)], [far, near])
        out.append(draw(people, CAMERA, SIZE))
    return tuple(out)


def followed(pictures: tuple[np.ndarray, ...], who: str) -> list[float | None]:
    """Where the person's trunk is seen in each frame, px across."""
    follower = Follower(None, who, RATE, hands=False)
    seen = [follower.next(Picture(p)) for p in pictures]
    return [None if p is None else float(p.points[[11, 12, 23, 24], 0].mean()) for p in seen]


def expected(n: int, towards: int, depth: float) -> float:
    across = towards * (-1.9 + 3.8 * n / (COUNT - 1))
    return float(CAMERA.project(np.array([across, 1.1, depth]))[0][0])


@pytest.mark.parametrize(("near", "far"), [(RED, BLUE), (GREY, GREY)])
def test_who_is_passed_by_another_keeps_who_it_is(
    near: tuple[float, float, float], far: tuple[float, float, float]
) -> None:
    """In other clothes or the same: the one who goes behind is hidden for a moment, and found again."""
    towards, depth = 1, -0.5
    found = followed(crossing(near, far), "the one on the left")
    off = [abs(x - expected(n, towards, depth)) for n, x in enumerate(found) if x is not None]
    assert np.median(off) < 12
    assert None not in found[-3:], "after they have passed both are seen"
    wrong = [n for n, x in enumerate(found) if x is not None and abs(x - expected(n, towards, depth)) > 30]
    assert len(wrong) <= 1, wrong


def test_pictures_of_another_size_are_refused() -> None:
    follower = Follower(None, None, RATE)
    follower.next(Picture(np.full((90, 90, 3), 128, np.uint8)))
    with pytest.raises(BadFile, match="not all of one size"):
        follower.next(Picture(np.full((80, 90, 3), 128, np.uint8)))
