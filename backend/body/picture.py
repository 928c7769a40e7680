"""Pictures of poses, quick and good enough to judge them: two views, thumbnails and labelled sheets.

Every picture shows the floor, so that contact, height and balance can be seen. The camera's place depends on the world,
not on the body's heading: a turn of the whole body stays visible. From the front the character's left is on the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from rigs.wire import Pose

from .camera import Camera, framing, orbit_direction
from .ground import ground_level, ground_under
from .lettering import LINE, draw_text, fit_lines
from .model import BodyModel
from .png import write_png
from .raster import Hits, rasterise, vertex_normals
from .shading import depth_shade, light_pixels, to_display

PICTURE_SIZE = (1024, 640)
CELL_SIZE = (320, 224)
_SUPERSAMPLE = 2
_FRONT = np.radians(35.0)  # azimuth of the three-quarter view: before the character, on its left
_SIDE = np.radians(-90.0)  # pure profile from the other side, so that neither arm hides behind the body in both
_INK, _PAPER, _GAP = (52, 56, 64), 236, 2
_SUNK = 0.25  # how much of the body shows through the floor where it is below it


@dataclass(frozen=True, eq=False)
class Figure:
    """A posed body ready to draw: vertices (V, 3) m, unit normals (V, 3), triangles (T, 3), linear albedo (T, 3)."""

    vertices: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    albedo: np.ndarray


@lru_cache(maxsize=1)
def _skin() -> tuple[BodyModel, np.ndarray, np.ndarray]:
    """The body with its triangles and their linear colours: the same for every pose."""
    model = BodyModel.load()
    colours = np.asarray(model.material_rgb)[model.material]
    return model, model.triangles, np.tile(colours, (2, 1)).astype(np.float32)  # both halves of a quad alike


def figure(pose: Pose) -> Figure:
    """The skinned body in `pose`, in the pose's world (m)."""
    model, triangles, albedo = _skin()
    vertices = model.shaped(pose.betas).posed(pose.rotvecs, pose.transl).vertices()
    return Figure(vertices, vertex_normals(vertices, triangles), triangles, albedo)


def group(poses: Sequence[Pose]) -> Figure:
    """The bodies in several poses of one world, as one figure."""
    bodies = [figure(pose) for pose in poses]
    shifts = np.cumsum([0, *(len(b.vertices) for b in bodies[:-1])])
    return Figure(
        np.concatenate([b.vertices for b in bodies]),
        np.concatenate([b.normals for b in bodies]),
        np.concatenate([b.triangles + shift for b, shift in zip(bodies, shifts, strict=True)]),
        np.concatenate([b.albedo for b in bodies]),
    )


def view_camera(body: Figure, azimuth: float, size: tuple[int, int]) -> Camera:
    """A camera that frames the body and the floor under it; it looks down more at a body that lies.

    Args:
        azimuth: rad, as `orbit_direction`.
        size: (width, height) px.
    """
    extent = np.ptp(body.vertices, axis=0)
    lying = np.clip((1.2 - extent[1] / max(extent[0], extent[2])) / 0.8, 0.0, 1.0)
    steeper = 24.0 if abs(azimuth) < np.pi / 4 else 10.0  # along its length a lying body needs a higher view
    direction = orbit_direction(azimuth, np.radians(10.0 + steeper * lying))
    level = ground_level(body.vertices)
    points = body.vertices
    if points[:, 1].min() - level < 1.0:  # a jump shows the floor below it; something far up does not
        points = np.concatenate([points, np.where([False, True, False], level, points)[::16]])
    return framing(points, direction, size)


def draw(body: Figure, camera: Camera, size: tuple[int, int]) -> np.ndarray:
    """The body on its floor through `camera`, (h, w, 3) uint8."""
    ground = ground_under(body.vertices, body.triangles)
    scene = ground.paint(camera, size)
    fine, fine_size = camera.scaled(_SUPERSAMPLE), (size[0] * _SUPERSAMPLE, size[1] * _SUPERSAMPLE)
    pixels, depth = fine.project(body.vertices)
    hits = rasterise(pixels, depth, body.triangles, fine_size)
    cover = np.zeros((fine_size[0] * fine_size[1], 4), np.float32)
    cover[hits.pixel, :3], cover[hits.pixel, 3] = _colours(body, hits, fine, fine_size, ground.level)
    cover[:, :3] *= cover[:, 3:]
    cover = _shrunk(cover.reshape(fine_size[1], fine_size[0], 4))
    out = cover[..., :3] + scene * (1.0 - cover[..., 3:])
    return (out * 255.0 + 0.5).astype(np.uint8)


def _shrunk(image: np.ndarray) -> np.ndarray:
    """Mean of each _SUPERSAMPLE x _SUPERSAMPLE block of (h, w, c)."""
    n = _SUPERSAMPLE
    total = sum(image[i::n, j::n] for i in range(n) for j in range(n))
    return np.asarray(total) / np.float32(n * n)


def _colours(
    body: Figure, hits: Hits, camera: Camera, size: tuple[int, int], level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Display colours (K, 3) of the hit pixels and how opaque they are (K,)."""
    surface = hits.interpolate(body.triangles, np.hstack([body.vertices, body.normals]).astype(np.float32))
    position, normals = surface[:, :3], surface[:, 3:]
    normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    towards = camera.position.astype(np.float32) - position
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    lit = light_pixels(normals, body.albedo[hits.triangle], towards, camera)
    colour = to_display(lit * _set_off(hits, size)[:, None])
    return colour, np.where(position[:, 1] < level - 0.006, _SUNK, 1.0)


def _set_off(hits: Hits, size: tuple[int, int]) -> np.ndarray:
    """Factor (K,) that darkens what lies behind nearer limbs, found on a coarser picture, which is quicker."""
    coarse = (-(-size[0] // _SUPERSAMPLE), -(-size[1] // _SUPERSAMPLE))
    cell = hits.pixel // size[0] // _SUPERSAMPLE * coarse[0] + hits.pixel % size[0] // _SUPERSAMPLE
    depth = np.full(coarse[0] * coarse[1], np.inf, np.float32)
    np.minimum.at(depth, cell, hits.depth)
    shade = depth_shade(depth.reshape(coarse[1], coarse[0])).ravel()
    nearest = depth[cell]
    return np.where(hits.depth < nearest + 0.03, shade[cell], 0.6)


def two_views(poses: Pose | Sequence[Pose], size: tuple[int, int]) -> np.ndarray:
    """Three-quarter front (left half) and profile (right half), (h, w, 3) uint8 of `size` (width, height) px.

    Several poses are people in one scene.
    """
    body = figure(poses) if isinstance(poses, Pose) else group(poses)
    left = (size[0] // 2, size[1])
    right = (size[0] - left[0], size[1])
    views = [draw(body, view_camera(body, a, s), s) for a, s in ((_FRONT, left), (_SIDE, right))]
    return np.concatenate(views, axis=1)


def thumbnail(pose: Pose, size: tuple[int, int] = (256, 256)) -> np.ndarray:
    """The three-quarter view alone, (h, w, 3) uint8; `size` is (width, height) px."""
    body = figure(pose)
    return draw(body, view_camera(body, _FRONT, size), size)


def render_pose(pose: Pose | Sequence[Pose], path: str | Path, *, size: tuple[int, int] = PICTURE_SIZE) -> None:
    """Write a PNG of a pose, or of people in one scene, from the front and from the side.

    Raises:
        OSError: if the file cannot be written.
    """
    write_png(path, two_views(pose, size))


def sheet(
    poses: Sequence[Pose],
    labels: Sequence[str],
    path: str | Path,
    *,
    columns: int | None = None,
    cell: tuple[int, int] = CELL_SIZE,
) -> None:
    """Write a contact sheet: two views of every pose with its label below.

    Args:
        labels: one each pose; long ones take two lines and are then cut.
        columns: cells a row; by default about as wide as high.
        cell: (width, height) px of the two views together.

    Raises:
        ValueError: if there are no poses, or not as many labels.
        OSError: if the file cannot be written.
    """
    if not poses or len(poses) != len(labels):
        raise ValueError(f"a sheet needs poses and a label for each; got {len(poses)} poses, {len(labels)} labels")
    columns = columns or max(1, round(np.sqrt(len(poses) * cell[1] / cell[0] * 1.6)))
    columns = min(columns, len(poses))
    height = cell[1] + 2 * LINE + 8
    rows = -(-len(poses) // columns)
    page = np.full((rows * (height + _GAP) + _GAP, columns * (cell[0] + _GAP) + _GAP, 3), _PAPER, np.uint8)
    for i, (pose, label) in enumerate(zip(poses, labels, strict=True)):
        top, left = _GAP + i // columns * (height + _GAP), _GAP + i % columns * (cell[0] + _GAP)
        page[top : top + cell[1], left : left + cell[0]] = two_views(pose, cell)
        page[top + cell[1] : top + height, left : left + cell[0]] = 252
        for n, line in enumerate(fit_lines(label, cell[0] - 12)):
            draw_text(page, left + 6, top + cell[1] + 5 + n * LINE, line, _INK)
    write_png(path, page)
