"""People who overlap are found each once: bodies of two poses, drawn side by side so that their boxes overlap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backend.body.picture import draw, group, view_camera
from backend.pipeline import Pipeline
from backend.vision.detector import find_people
from backend.vision.images import Picture
from rigs.skeleton import INDEX
from rigs.wire import Pose, PoseRequest

from .scenes import scene

SIZE = (520, 480)


def posed(prompt: str, aside: float) -> Pose:
    """The pose of a prompt, moved by so many m to its left and behind whoever is not."""
    pose = Pipeline().pose(PoseRequest(prompt=prompt)).poses[0].pose
    return replace(pose, transl=pose.transl + [aside, 0.0, -0.6 if aside else 0.0])


def together(*poses: Pose) -> Picture:
    body = group(poses)
    return Picture(draw(body, view_camera(body, np.radians(10.0), SIZE), SIZE))


def test_two_people_whose_boxes_overlap_are_two() -> None:
    found = find_people(together(posed("standing", 0.0), posed("waving with the left hand", 0.45)))
    assert len(found) == 2
    (x, _, w, _), (u, *_) = sorted(f.box for f in found)
    assert u < x + w, "their boxes do overlap"


def test_people_side_by_side_are_each_found_once() -> None:
    prompts = ("standing", "arms crossed", "hands on hips", "waving with the right hand")
    found = find_people(together(*(posed(p, 0.9 * k) for k, p in enumerate(prompts))))
    assert len(found) == len(prompts)


@pytest.mark.parametrize("prompt", ["squatting, arms forward", "hands behind the head", "lunge", "touching the toes"])
def test_one_person_is_found_once(prompt: str) -> None:
    assert len(find_people(Picture(scene(prompt).pixels))) == 1


@pytest.mark.parametrize(
    ("prompt", "degrees"),
    [("triangle pose", 15.0), ("standing, legs far apart, arms out to the sides", -15.0), ("side lunge", 15.0)],
)
def test_limbs_spread_wide_are_in_the_box(prompt: str, degrees: float) -> None:
    drawn = scene(prompt, degrees)
    (found,) = find_people(Picture(drawn.pixels))
    x, y, w, h = found.box
    size = max(w, h)
    feet = drawn.points[[INDEX[f"{s}_{p}"] for s in ("left", "right") for p in ("ankle", "wrist")]]
    beyond = np.maximum(np.array([x, y]) - feet, feet - np.array([x + w, y + h])).max()
    assert beyond < 0.05 * size
