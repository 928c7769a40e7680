"""Pictures of poses: sizes, sides, the floor and the sheet. How they look is for eyes."""

from __future__ import annotations

import struct
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backend.body import picture
from backend.body.ground import ground_level, ground_under
from rigs.skeleton import INDEX
from rigs.wire import Pose


def pose(transl: tuple[float, float, float] | None = None, **degrees: tuple[float, float, float]) -> Pose:
    """A pose from rotation vectors in degrees; without a translation its lowest point is put on the floor."""
    rotvecs = np.zeros((55, 3))
    for joint, value in degrees.items():
        rotvecs[INDEX[joint]] = np.radians(value)
    if transl is not None:
        return Pose(rotvecs, np.array(transl))
    lowest = picture.figure(Pose(rotvecs)).vertices[:, 1].min()
    return Pose(rotvecs, np.array([0.0, -lowest, 0.0]))


STANDING = {"left_shoulder": (0, 0, -75), "right_shoulder": (0, 0, 75)}
POSES = {
    "T-pose": {},
    "standing": STANDING,
    "lying": {"pelvis": (-90, 0, 0), **STANDING},
    "handstand": {"pelvis": (180, 0, 0), "left_shoulder": (0, 0, 80), "right_shoulder": (0, 0, -80)},
}


@pytest.mark.parametrize("name", POSES)
def test_the_whole_body_and_its_feet_on_the_floor_are_in_the_picture(name: str) -> None:
    body = picture.figure(pose(**POSES[name]))
    for azimuth in (0.6, -1.57):
        camera = picture.view_camera(body, azimuth, (200, 250))
        pixels, depth = camera.project(body.vertices)
        assert depth.min() > 0.3
        assert pixels.min() >= 0 and pixels[:, 0].max() <= 200 and pixels[:, 1].max() <= 250
        assert np.ptp(pixels, axis=0).max() > 130, "it fills the picture"
        assert camera.position[1] > 0.1, "seen from above the floor"


def test_a_raised_left_arm_appears_on_the_right() -> None:
    size = (240, 240)
    left_up, both_down = pose(**(STANDING | {"left_shoulder": (0, 0, 0)})), pose(**STANDING)
    camera = picture.view_camera(picture.figure(pose()), 0.0, size)
    with_arm, without = (picture.draw(picture.figure(p), camera, size).astype(int) for p in (left_up, both_down))
    changed = np.abs(with_arm - without).sum(axis=2)[:100] > 60
    assert changed[:, 125:].sum() > 10 * max(1, changed[:, :115].sum())


def test_the_face_is_to_the_front() -> None:
    """From the front the head shows skin, from behind hair: the two can be told apart."""
    body = picture.figure(pose())
    skin = []
    for azimuth in (0.0, np.pi):
        image = picture.draw(body, picture.view_camera(body, azimuth, (200, 300)), (200, 300)).astype(int)
        camera = picture.view_camera(body, azimuth, (200, 300))
        (x, y), _ = camera.project(_head_middle(body.vertices))
        patch = image[int(y) - 6 : int(y) + 7, int(x) - 5 : int(x) + 6]
        skin.append((patch[..., 0] - patch[..., 2]).mean())
    assert skin[0] > skin[1] + 15


def _head_middle(vertices: np.ndarray) -> np.ndarray:
    head = vertices[vertices[:, 1] > vertices[:, 1].max() - 0.2]
    return 0.5 * (head.min(axis=0) + head.max(axis=0))


def test_a_touching_foot_throws_a_darker_shadow_than_one_in_the_air() -> None:
    standing = pose(**STANDING)
    jumping = Pose(standing.rotvecs, standing.transl + [0.0, 0.4, 0.0])
    darkest = [_shadow(p).max() for p in (standing, jumping)]
    assert darkest[0] > 0.4 > darkest[1] > 0.05


def _shadow(p: Pose) -> np.ndarray:
    body = picture.figure(p)
    return ground_under(body.vertices, body.triangles).shadow


def test_the_floor_is_zero_unless_the_pose_was_never_put_on_it() -> None:
    assert ground_level(picture.figure(pose()).vertices) == 0.0
    assert ground_level(picture.figure(pose(transl=(0, 0, 0))).vertices) == pytest.approx(-0.98, abs=0.05)


def test_thumbnail_and_two_views_have_the_size_asked() -> None:
    assert picture.thumbnail(pose(), (90, 120)).shape == (120, 90, 3)
    assert picture.thumbnail(pose()).dtype == np.uint8
    assert picture.two_views(pose(), (201, 100)).shape == (100, 201, 3)


def test_files(tmp_path: Path) -> None:
    picture.render_pose(pose(), tmp_path / "pose.png", size=(160, 100))
    assert _png_size(tmp_path / "pose.png") == (160, 100)
    picture.sheet([pose()] * 5, ["a label"] * 5, tmp_path / "sheet.png", columns=3, cell=(80, 50))
    width, height = _png_size(tmp_path / "sheet.png")
    assert width == 3 * (80 + 2) + 2
    assert height > 2 * 50


def _png_size(path: Path) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", path.read_bytes(), 16)
    return width, height


def test_a_sheet_needs_a_label_for_each_pose(tmp_path: Path) -> None:
    for poses, labels in (([], []), ([pose()], ["a", "b"])):
        with pytest.raises(ValueError, match="a label for each"):
            picture.sheet(poses, labels, tmp_path / "no.png")


def test_it_is_quick() -> None:
    body = picture.figure(pose())
    camera = picture.view_camera(body, 0.6, (512, 640))
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        picture.draw(body, camera, (512, 640))
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 1.0, "about 0.2 s on a quiet two-core machine"


def test_people_of_one_scene_are_drawn_together() -> None:
    apart = [replace(pose(), transl=pose().transl + [x, 0.0, 0.0]) for x in (-0.6, 0.6)]
    both = picture.group(apart)
    assert len(both.vertices) == 2 * len(picture.figure(pose()).vertices)
    assert both.triangles.max() == len(both.vertices) - 1
    views = picture.two_views(apart, (300, 150))
    assert views.shape == (150, 300, 3) and not np.array_equal(views, picture.two_views(pose(), (300, 150)))
