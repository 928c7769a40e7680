"""Pictures for the tests: our own body, posed by words and drawn, with what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from backend.body.camera import framing, orbit_direction
from backend.body.picture import Figure, draw, figure, view_camera
from backend.pipeline import Pipeline
from rigs.wire import Pose, PoseRequest

SIZE = (420, 480)


@dataclass(frozen=True, eq=False)
class Scene:
    """pixels (h, w, 3) uint8; joints (55, 3) m in camera axes (OpenCV) and (55, 2) px; box (x, y, w, h) px."""

    pixels: np.ndarray
    joints: np.ndarray
    points: np.ndarray
    box: tuple[float, float, float, float]


@cache
def scene(prompt: str, degrees: float = 15.0, down: float | None = None) -> Scene:
    """The body of a prompt, seen from `degrees` to its left of straight ahead, by a camera that looks `down` degrees;
    by default as pictures of poses are drawn.
    """
    entry = Pipeline().pose(PoseRequest(prompt=prompt)).poses[0]
    body = figure(entry.pose)
    camera = view_camera(body, np.radians(degrees), SIZE)
    if down is not None:
        camera = framing(body.vertices, orbit_direction(np.radians(degrees), np.radians(down)), SIZE)
    seen, _ = camera.project(body.vertices)
    low, high = seen.min(axis=0), seen.max(axis=0)
    points, _ = camera.project(entry.joints)
    box = (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
    return Scene(draw(body, camera, SIZE), entry.joints @ camera.rotation.T + camera.translation, points, box)


def group(poses: Sequence[Pose], tints: Sequence[tuple[float, float, float]]) -> Figure:
    """Several bodies as one thing to draw, the clothes of each in a colour of its own (linear)."""
    bodies = [figure(p) for p in poses]
    first = np.cumsum([0, *(len(b.vertices) for b in bodies[:-1])])
    return Figure(
        np.concatenate([b.vertices for b in bodies]),
        np.concatenate([b.normals for b in bodies]),
        np.concatenate([b.triangles + n for b, n in zip(bodies, first, strict=True)]),
        np.concatenate([b.albedo * np.float32(t) for b, t in zip(bodies, tints, strict=True)]),
    )


def aligned_error(a: np.ndarray, b: np.ndarray) -> float:
    """PA-MPJPE, m: mean distance after the similarity that takes a (n, 3) to b best (Umeyama 1991)."""
    x, y = a - a.mean(axis=0), b - b.mean(axis=0)
    u, s, vt = np.linalg.svd(x.T @ y)
    d = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    turned = (s * d).sum() / (x**2).sum() * x @ (u * d) @ vt
    return float(np.linalg.norm(turned - y, axis=1).mean())
