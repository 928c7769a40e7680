"""A person is looked at as often as it takes: twice where the looks are sure, more where they doubt or it lies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backend.vision import landmarks, observe
from backend.vision.images import Picture
from backend.vision.landmarks import INDEX, look_twice
from backend.vision.models import Network, network
from backend.vision.regions import Region
from rigs.skeleton import INDEX as JOINT

from .scenes import Scene, scene

LIMBS = [f"{s}_{j}" for s in ("left", "right") for j in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """What the body's network was shown."""
    shown: list[np.ndarray] = []

    def counted(name: str) -> Network | object:
        def call(image: np.ndarray) -> list[np.ndarray]:
            shown.append(image)
            return network(name)(image)

        return call

    monkeypatch.setattr(landmarks, "network", counted)
    return shown


def off(drawn: Scene, points: np.ndarray) -> float:
    """Median distance of the limbs' landmarks from the drawn joints, of the person's size."""
    seen, true = points[[INDEX[n] for n in LIMBS]], drawn.points[[JOINT[n] for n in LIMBS]]
    return float(np.median(np.linalg.norm(seen - true, axis=1)) / max(drawn.box[2:]))


def test_two_looks_are_enough_where_they_are_sure(looks: list[np.ndarray]) -> None:
    drawn = scene("waving with the right hand")
    person = observe.observe(Picture(drawn.pixels), drawn.box)
    assert len(looks) == 2
    assert off(drawn, person.points) < 0.03


def test_where_they_doubt_there_are_more(looks: list[np.ndarray]) -> None:
    drawn = scene("waving with the right hand")
    noise = np.random.default_rng(0).normal(0, 70, drawn.pixels.shape)
    faint = np.clip(0.25 * drawn.pixels + 90 + noise, 0, 255).astype(np.uint8)
    observe.observe(Picture(faint), drawn.box)
    assert len(looks) >= 4


def test_who_hangs_upside_down_is_looked_at_that_way_round() -> None:
    drawn = scene("waving with the right hand")
    x, y, w, h = drawn.box
    height, width = drawn.pixels.shape[:2]
    turned = Picture(np.ascontiguousarray(drawn.pixels[::-1, ::-1]))
    person = observe.observe(turned, (width - x - w, height - y - h, w, h))
    assert off(drawn, np.array([width, height]) - person.points) < 0.04


def test_who_lies_is_looked_at_until_the_trunk_stands_upright_in_the_looks(looks: list[np.ndarray]) -> None:
    """A first look at somebody on a bench sees the trunk at 33 degrees, the next at 62, then at 85."""
    drawn = scene("skull crusher", 75.0)
    x, y, w, h = drawn.box
    box = (x - 0.08 * w, y - 0.08 * h, 1.16 * w, 1.16 * h)  # as people draw boxes
    person = observe.observe(Picture(drawn.pixels), box)
    away = person.points[[INDEX[n] for n in LIMBS]] - drawn.points[[JOINT[n] for n in LIMBS]]
    assert np.linalg.norm(away, axis=1).max() < 0.06 * max(drawn.box[2:])
    assert abs(np.degrees(observe.tilt_of(person)) - 85) < 6
    assert len(looks) <= 8


def test_a_turned_look_that_is_less_sure_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = scene("skull crusher", 75.0)
    picture = Picture(drawn.pixels)
    sure = observe.observe(picture, drawn.box)
    faint = replace(sure, votes=0.9 * sure.votes)
    monkeypatch.setattr(observe, "_voted", lambda *given, **more: faint)
    assert observe._straightened(picture, drawn.box, sure, 0.0) is sure


def test_the_look_at_the_mirror_image_is_turned_back() -> None:
    """Both put the left wrist at the character's left one, in a region that is turned."""
    drawn = scene("left arm raised straight up")
    plain, back = look_twice(Picture(drawn.pixels), Region.around(drawn.box, 1.5).turned(0.2))
    for view in (plain, back):
        assert off(drawn, view.points) < 0.04
        at = np.unravel_index(view.heat[..., INDEX["left_wrist"]].argmax(), view.heat.shape[:2])
        place = view.region.to_picture((np.array(at[::-1]) + 0.5) / landmarks.HEAT)
        assert np.linalg.norm(place - drawn.points[JOINT["left_wrist"]]) < 0.06 * max(drawn.box[2:])
    assert np.linalg.norm((plain.space - back.space)[:, :2], axis=1).mean() < 0.08
