"""The z-buffer against a slow one written pixel by pixel, and its rules: what covers, what hides, what faces away."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.raster import rasterise, vertex_normals

# Counter-clockwise seen by us: pixel y points down, so (left top, left bottom, right bottom) turns to the left.
CORNER = np.array([[1.0, 1.0], [1.0, 7.0], [7.0, 7.0]])
ONE = np.array([[0, 1, 2]])


def test_a_known_triangle_covers_the_known_pixels() -> None:
    hits = rasterise(CORNER, np.ones(3), ONE, (9, 8))
    wanted = {y * 9 + x for y in range(1, 7) for x in range(1, y + 1)}  # pixel centres on or under the diagonal
    assert set(hits.pixel.tolist()) == wanted
    assert len(hits.pixel) == len(wanted)
    assert hits.weights.sum(axis=1) == pytest.approx(np.ones(len(wanted)), abs=1e-6)


def test_a_face_turned_away_is_not_drawn() -> None:
    assert len(rasterise(CORNER, np.ones(3), ONE[:, ::-1], (9, 8)).pixel) == 0


def test_nearer_hides_farther_whatever_the_order() -> None:
    pixels = np.concatenate([CORNER, CORNER])
    depth = np.array([2.0, 2.0, 2.0, 1.5, 1.5, 1.5])
    for triangles in ([[0, 1, 2], [3, 4, 5]], [[3, 4, 5], [0, 1, 2]]):
        hits = rasterise(pixels, depth, np.array(triangles), (9, 8))
        nearest = triangles.index([3, 4, 5])
        assert (hits.triangle == nearest).all()
        assert hits.depth == pytest.approx(np.full(21, 1.5))


def test_behind_the_camera_and_outside_the_picture_is_dropped() -> None:
    assert len(rasterise(CORNER, np.array([1.0, -1.0, 1.0]), ONE, (9, 8)).pixel) == 0
    assert len(rasterise(CORNER - 50.0, np.ones(3), ONE, (9, 8)).pixel) == 0
    partly = rasterise(CORNER - [3.0, 0.0], np.ones(3), ONE, (9, 8))
    assert 0 < len(partly.pixel) < 21


def test_against_a_slow_rasteriser() -> None:
    rng = np.random.default_rng(1)
    size, count = (48, 40), 60
    middle = rng.uniform(0, 45, (count, 1, 2))
    pixels = (middle + rng.normal(size=(count, 3, 2)) * rng.choice([1.0, 5.0, 20.0], (count, 1, 1))).reshape(-1, 2)
    depth = rng.uniform(1.0, 3.0, 3 * count)
    triangles = np.arange(3 * count).reshape(-1, 3)
    hits = rasterise(pixels, depth, triangles, size)
    shown = np.full(size[0] * size[1], -1)
    shown[hits.pixel] = hits.triangle
    far = np.zeros(size[0] * size[1])
    far[hits.pixel] = hits.depth
    slow, slow_depth = _slow(pixels, depth, triangles, size)
    assert (shown == slow).all()
    assert far == pytest.approx(slow_depth, rel=1e-5)


def _slow(
    pixels: np.ndarray, depth: np.ndarray, triangles: np.ndarray, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    owner, best = np.full(size[0] * size[1], -1), np.zeros(size[0] * size[1])
    for y in range(size[1]):
        for x in range(size[0]):
            for t, corners in enumerate(triangles):
                system = np.vstack([pixels[corners].T, np.ones(3)])
                if np.linalg.det(system) >= 0:
                    continue
                w = np.linalg.solve(system, [x + 0.5, y + 0.5, 1.0])
                z = 1.0 / (w @ (1.0 / depth[corners])) if (w >= 0).all() else np.inf
                i = y * size[0] + x
                if np.isfinite(z) and (owner[i] < 0 or z < best[i]):
                    owner[i], best[i] = t, z
    return owner, best


def test_interpolation_is_perspective_correct() -> None:
    depth = np.array([1.0, 1.0, 4.0])
    world = np.concatenate([CORNER * depth[:, None], depth[:, None]], axis=1)  # a camera with focal length 1
    hits = rasterise(CORNER, depth, ONE, (9, 8))
    seen = hits.interpolate(ONE, world)
    assert seen[:, 0] / seen[:, 2] == pytest.approx(hits.pixel % 9 + 0.5, abs=1e-4)
    assert seen[:, 1] / seen[:, 2] == pytest.approx(hits.pixel // 9 + 0.5, abs=1e-4)
    assert seen[:, 2] == pytest.approx(hits.depth, rel=1e-5)


def test_normals_point_out_of_a_cube() -> None:
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    normals = vertex_normals(corners, triangles)
    assert np.linalg.norm(normals, axis=1) == pytest.approx(np.ones(8))
    assert (np.sign(normals) == np.sign(corners)).all()
