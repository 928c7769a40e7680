"""Points drawn in a picture come back from crops, mirror images and turned looks; engines choose who looks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers.models.vitpose.image_processing_pil_vitpose import box_to_center_and_scale, transform_preds

from backend.body.png import encode_png
from backend.errors import BadFile
from backend.pipeline import Pipeline
from backend.track_answer import track_answer
from backend.vision import checkpoints
from backend.vision.checkpoints import PoseCheckpoint
from backend.vision.finders import BUILT_IN
from backend.vision.images import Picture
from backend.vision.keypoints import COCO
from backend.vision.vitpose import KeypointFinder, PeopleByBoxes, finders_for
from rigs.wire import ImageBytes, PoseRequest, TrackRequest

from .scenes import scene
from .tiny import write_detector, write_vitpose

CHECKPOINT = PoseCheckpoint(Path("."), (256, 192), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 17, 1)
# One for each joint, alike on both sides.
COLOURS = {
    "nose": (255, 0, 0), "eye": (0, 255, 0), "ear": (0, 0, 255), "shoulder": (255, 255, 0), "elbow": (255, 0, 255),
    "wrist": (0, 255, 255), "hip": (255, 128, 0), "knee": (128, 0, 255), "ankle": (0, 128, 255),
}  # fmt: skip


def _dots(size: tuple[int, int], at: np.ndarray) -> Picture:
    """Dots of 4 px radius on grey: one colour for each joint of both sides, their middles between pixels too."""
    width, height = size
    pixels = np.full((height, width, 3), 90.0)
    y, x = np.mgrid[:height, :width] + 0.5
    for name, (u, v) in zip(COCO, at, strict=True):
        cover = np.clip(4.5 - np.hypot(x - u, y - v), 0, 1)[..., None]
        pixels = pixels * (1 - cover) + cover * np.array(COLOURS[name.split("_")[-1]])
    return Picture(pixels.round().astype(np.uint8))


def _sees_colours(crops: np.ndarray) -> np.ndarray:
    """Heat (N, 17, 64, 48) of crops: where a joint's colour is; of two, the one to the right is the left side's.

    As a network that was taught by people who face the camera: in a mirror image it takes left for right.
    """
    out = np.zeros((len(crops), 17, 64, 48))
    y, x = np.mgrid[:64, :48]
    for n, crop in enumerate(crops):
        for k, name in enumerate(COCO):
            like = np.clip(1 - np.abs(crop - np.array(COLOURS[name.split("_")[-1]]) / 255).sum(axis=2) / 0.6, 0, 1)
            middles = _middles(like)
            if name != "nose":
                middles = sorted(middles)[:: -1 if name.startswith("left") else 1]
            u, v = np.array(middles[0]) * [47 / 191, 63 / 255]  # outermost middles in common, as ViTPose is taught
            out[n, k] = 0.9 * np.exp(-((x - u) ** 2 + (y - v) ** 2) / 8)
    return out


def _middles(like: np.ndarray) -> list[tuple[float, float]]:
    """Centres of weight (x, y) px of the spots of a map, by cutting out one after the other."""
    left, spots = like.copy(), []
    y, x = np.mgrid[: like.shape[0], : like.shape[1]]
    while left.sum() > 0.2 * like.sum() and left.max() > 0.3:
        row, column = np.unravel_index(left.argmax(), left.shape)
        near = left * (np.hypot(x - column, y - row) < 16)
        spots.append((float((x * near).sum() / near.sum()), float((y * near).sum() / near.sum())))
        left[near > 0] = 0
    return spots


# Nose, then left and right of eyes, ears, shoulders, elbows, wrists, hips, knees, ankles, as parts of the box.
PLACES = np.array([
    (0.5, 0.06), (0.58, 0.02), (0.42, 0.02), (0.68, 0.08), (0.32, 0.08), (0.72, 0.22), (0.28, 0.2), (0.86, 0.36),
    (0.12, 0.34), (0.95, 0.5), (0.05, 0.47), (0.65, 0.52), (0.36, 0.54), (0.68, 0.74), (0.3, 0.76), (0.7, 0.95),
    (0.27, 0.93),
])  # fmt: skip


@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((640, 480), (210.3, 60.7, 180.0, 350.0)),  # tall
        ((640, 480), (40.0, 90.0, 420.0, 300.0)),  # wide
        ((300, 420), (20.0, 15.0, 260.0, 390.0)),  # the crop reaches beyond the picture
    ],
)
def test_drawn_points_come_back_at_their_pixel(size: tuple[int, int], box: tuple[float, float, float, float]) -> None:
    at = PLACES * box[2:] + box[:2]
    found = KeypointFinder(CHECKPOINT, _sees_colours)(_dots(size, at), box)
    assert found.names == COCO
    assert np.abs(found.points - at).max() < 0.012 * max(box[2:])  # both sides their own, by the mirror image too
    assert np.linalg.norm(found.points - at, axis=1).mean() < 0.003 * max(box[2:])
    assert (found.scores > 0.7).all()


def test_points_come_back_from_a_turned_look() -> None:
    """A body upside down is upright in a region turned by half a turn."""
    box = (210.0, 60.0, 180.0, 350.0)
    at = (1 - PLACES) * box[2:] + box[:2]
    found = KeypointFinder(CHECKPOINT, _sees_colours)(_dots((640, 480), at), box, np.pi)
    assert np.abs(found.points - at).max() < 0.012 * 350


def test_cells_lie_in_the_picture_where_transformers_has_them() -> None:
    box, (nose, *_) = (210.3, 60.7, 180.0, 350.0), np.array([[13.4, 50.7]])
    twins = np.array([0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15])
    y, x = np.mgrid[:64, :48]
    plain = np.repeat(np.exp(-((x - nose[0]) ** 2 + (y - nose[1]) ** 2) / 8)[None], 17, axis=0)
    heat = np.stack([plain, plain[twins][:, :, ::-1]])
    found = KeypointFinder(CHECKPOINT, lambda crops: heat)(Picture(np.zeros((480, 640, 3), np.uint8)), box)
    centre, scale = box_to_center_and_scale(box, 192, 256)
    theirs = transform_preds(nose[None], centre, scale, np.array([64, 48]))[0]
    assert np.abs(found.points[0] - theirs).max() < 0.3


def test_boxes_become_people_each_once_the_largest_first() -> None:
    boxes = np.array(
        [[10.0, 20, 40, 90], [100, 10, 150, 300], [102, 12, 150, 296], [-30, 50, 60, 80], [395, 0, 20, 90]]
    )
    picture = Picture(np.full((320, 400, 3), 128, np.uint8))
    people = PeopleByBoxes(lambda pixels, least: (boxes, np.array([0.6, 0.9, 0.8, 0.7, 0.9])))(picture)
    assert [p.box for p in people] == [(100, 10, 150, 300), (10, 20, 40, 90), (0, 50, 30, 80)]
    assert all(p.view is not None for p in people)


@pytest.fixture
def checkpoint_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_vitpose(tmp_path / "pose")
    write_detector(tmp_path / "people")
    monkeypatch.setenv(checkpoints.VITPOSE_VARIABLE, str(tmp_path / "pose"))
    monkeypatch.setenv(checkpoints.DETECTOR_VARIABLE, str(tmp_path / "people"))
    return tmp_path


def test_an_engine_that_is_set_up_is_taken_and_said(checkpoint_folders: Path) -> None:
    drawn = scene("waving with the right hand")
    ask = PoseRequest(prompt="", image=ImageBytes(encode_png(drawn.pixels)), box=drawn.box)
    for engine, name in (("vitpose", "vitpose"), ("auto", "vitpose"), ("photo", "photo")):
        result = Pipeline().pose(PoseRequest(prompt="", image=ask.image, box=ask.box, engine=engine))
        assert result.engine == name and ("ViTPose" in result.reply) == (name == "vitpose")
        assert np.isfinite(result.poses[0].joints).all()
    assert next(e for e in Pipeline().engines() if e.name == "vitpose").available


def test_motion_is_looked_at_with_the_engine_too(checkpoint_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the tiny checkpoints or with the built-in landmarks, by the request; each frame is seen by the former."""
    asked: list[tuple[float, float, float, float]] = []
    look = KeypointFinder.__call__

    def noted(self: KeypointFinder, picture: Picture, box: Any, angle: float = 0.0) -> Any:
        asked.append(box)
        return look(self, picture, box, angle)

    monkeypatch.setattr(KeypointFinder, "__call__", noted)
    drawn = scene("waving with the right hand")
    pictures = (ImageBytes(encode_png(drawn.pixels)),) * 2
    for engine, least in (("photo", 0), ("vitpose", 2), ("auto", 2)):
        asked.clear()
        request = TrackRequest(pictures, box=drawn.box, hands=False, engine=engine)
        motion = track_answer(TrackRequest.from_dict(request.to_dict()))
        assert motion.rotvecs.shape == (2, 55, 3) and np.isfinite(motion.rotvecs).all()
        assert len(asked) >= least and (engine != "photo" or not asked)


def test_a_checkpoint_that_was_set_up_and_is_wrong_is_not_passed_over(
    checkpoint_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(checkpoints.VITPOSE_VARIABLE, str(checkpoint_folders / "people"))
    with pytest.raises(BadFile, match="RTDetrForObjectDetection"):
        finders_for("auto")
    assert finders_for("photo") is BUILT_IN
