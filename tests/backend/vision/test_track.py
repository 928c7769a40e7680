"""A walk that is drawn is found again as a motion: smooth, on one ground, its resting feet where they were set down."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from backend.body.camera import Camera
from backend.body.model import BodyModel
from backend.body.picture import draw, figure
from backend.body.rotations import quat_wxyz_to_rotvec, rotvec_to_quat_wxyz, rotvec_to_rotmat
from backend.cli import main
from backend.errors import BadInput, Cancelled
from backend.files import read_pose
from backend.pipeline import Pipeline
from backend.vision.footing import foot_points
from backend.vision.frames import Frames
from backend.vision.images import Picture
from backend.vision.smoothing import continuous, unit
from backend.vision.track import Track, track
from rigs.skeleton import N_BODY
from rigs.wire import Pose, PoseRequest

from .scenes import aligned_error

SIZE = (300, 260)
KEYS = ("walking", "walking passing")
STEPS = 4  # frames from key to key
RATE = 12.0


@cache
def walk() -> tuple[Pose, ...]:
    """A stride from key poses, led over the ground by the foot that is lower."""
    shaped = BodyModel.load().shaped()
    keys = [Pipeline().pose(PoseRequest(prompt=p)).poses[0].pose.rotvecs for p in KEYS]
    quats = continuous(rotvec_to_quat_wxyz(np.array([*keys, keys[0]])))
    at = np.arange(2 * STEPS + 1) / STEPS
    low = np.minimum(at.astype(int), 1)
    share = (at - low)[:, None, None]
    rotvecs = quat_wxyz_to_rotvec(unit(quats[low] * (1 - share) + quats[low + 1] * share))
    points = foot_points(shaped, rotvec_to_rotmat(rotvecs), np.zeros((len(rotvecs), 3)))
    transl = np.zeros((len(rotvecs), 3))
    for t in range(len(rotvecs)):
        transl[t, 1] = -shaped.posed(rotvecs[t], np.zeros(3)).vertices()[:, 1].min()
        if t:
            lowest = (points[t - 1, :, 1] + points[t, :, 1]).argmin()
            transl[t, ::2] = transl[t - 1, ::2] - (points[t, lowest] - points[t - 1, lowest])[::2]
    return tuple(Pose(r, t) for r, t in zip(rotvecs, transl, strict=True))


@cache
def pictures() -> tuple[np.ndarray, ...]:
    """The walk before a camera that stands still, at its side."""
    rotation = np.array([[0.0, 0, -1], [0, -1, 0], [-1, 0, 0]])  # from the left of who looks ahead
    camera = Camera(330.0, 330.0, SIZE[0] / 2, SIZE[1] / 2, rotation, -rotation @ np.array([3.6, 0.95, 0.2]))
    return tuple(draw(figure(p), camera, SIZE) for p in walk())


def _tracked(shown: list[np.ndarray], **options: object) -> Track:
    frames = Frames((Picture(p) for p in shown), RATE, len(shown))
    return track(frames, None, None, BodyModel.load().shaped(), **options)  # type: ignore[arg-type]


@cache
def found() -> Track:
    """The walk, hidden in one frame."""
    shown = [np.full_like(p, 150) if n == 3 else p for n, p in enumerate(pictures())]
    return _tracked(shown)


def test_the_motion_is_found_again() -> None:
    shaped = BodyModel.load().shaped()
    truth = np.array([shaped.posed(p.rotvecs, p.transl).joints for p in walk()])
    errors = [aligned_error(a[:N_BODY], b[:N_BODY]) for a, b in zip(found().joints, truth, strict=True)]
    assert np.mean(errors) < 0.09
    way = [np.linalg.norm((j[-1, 0] - j[0, 0])[::2]) for j in (found().joints, truth)]
    assert way[0] == pytest.approx(way[1], abs=0.25)


def test_a_hidden_frame_is_bridged_and_said() -> None:
    assert np.flatnonzero(~found().seen).tolist() == [3]
    assert any("frame 3" in w and "bridged" in w for w in found().warnings)
    steps = np.linalg.norm(np.diff(found().joints[:, :N_BODY], axis=0), axis=-1).max(axis=1)
    assert steps[2:4].max() < 1.6 * np.delete(steps, [2, 3]).max()


def test_feet_rest_and_the_body_stands_on_the_ground() -> None:
    assert found().held.any() and found().slide < 0.01
    shaped = BodyModel.load().shaped()
    floors = [shaped.posed(p.rotvecs, p.transl).vertices()[:, 1].min() for p in found().poses]
    assert np.abs(np.median(floors)) < 0.03 and np.ptp(floors) < 0.1


def test_another_shot_ends_the_motion_and_is_said() -> None:
    other = [255 - p[:, ::-1] for p in pictures()[:6]]
    cut = _tracked([*pictures()[:4], *other])
    assert len(cut.poses) == 4 and cut.seen.all()
    assert any("cut at frame 4, 0.33 s" in w for w in cut.warnings)


def test_one_frame_is_a_motion_too_and_enough_ends_it() -> None:
    frames = Frames((Picture(p) for p in pictures()), RATE, 9)
    one = track(frames, None, None, BodyModel.load().shaped(), hands=False, enough=lambda: True)
    assert len(one.poses) == len(one.seen) == len(one.confidences) == 1


def test_tick_stops_it() -> None:
    told: list[str] = []

    def tick(stage: str, reply: str = "", *, step: int = 0, steps: int = 0) -> None:
        told.append(f"{stage} ({step}/{steps})")
        if len(told) == 2:
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        _tracked(list(pictures()), tick=tick)
    assert told == ["Frame 1 of 9 (1/9)", "Frame 2 of 9 (2/9)"]


def test_pictures_of_nobody_are_said() -> None:
    with pytest.raises(BadInput) as caught:
        _tracked([np.full((200, 200, 3), 150, np.uint8)] * 2)
    assert caught.value.code == "nobody"


def test_the_command_writes_a_motion(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for n, pixels in enumerate(pictures()[:3]):
        Pillow.fromarray(pixels).save(tmp_path / f"{n}.png")
    out = tmp_path / "walk.npz"
    assert main(["track", str(tmp_path), "--fps", "12", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "3 frames at 12 a second" in said.out and "Frame 1 of 3" in said.err
    with np.load(out) as data:
        assert data["poses"].shape == (3, 165) and data["mocap_frame_rate"] == 12.0
    assert read_pose(out, 2).transl[1] != 0.0
    assert main(["track", str(tmp_path), "--out", str(tmp_path / "x.bvh")]) == 2
