"""The path of a body comes from where its resting feet are seen on the ground, not only from how large it looks."""

from __future__ import annotations

import numpy as np

from backend.body.camera import Camera, look_at
from backend.vision.path import walked

RATE, COUNT = 30.0, 60
HIGH = np.array([0.03, 0.02, 0.03, 0.02])
RNG = np.random.default_rng(6)


def scene() -> tuple[Camera, np.ndarray, np.ndarray, np.ndarray]:
    """A camera at eye height, a pelvis (T, 3) that comes towards it, feet (T, 4, 3), what rests (T, 4)."""
    camera = look_at(np.array([0.0, 1.5, 5.0]), np.array([0.0, 1.0, 0.0]), 700.0, (960, 540))
    t = np.arange(COUNT) / RATE
    pelvis = np.stack([0.02 * np.sin(6 * t), 0.95 + 0.02 * np.sin(12 * t), 1.1 * t], axis=1)
    feet, held = np.zeros((COUNT, 4, 3)), np.zeros((COUNT, 4), bool)
    for k, begin in enumerate((0.0, 0.5)):
        phase = t + begin
        share = np.clip((phase % 1.0 - 0.6) / 0.4, 0, 1)
        spot = 1.1 * (np.floor(phase) - begin + 0.3 + share)
        for part, ahead in ((0, -0.1), (1, 0.1)):
            feet[:, 2 * k + part] = np.stack(
                [np.full(COUNT, 0.1 - 0.2 * k), 0.1 * np.sin(np.pi * share), spot + ahead], 1
            )
            feet[:, 2 * k + part, 1] += HIGH[2 * k + part]
        held[:, 2 * k : 2 * k + 2] = (share == 0)[:, None]
    return camera, pelvis, feet, held


def test_a_wrong_size_is_mended_by_the_feet() -> None:
    camera, pelvis, feet, held = scene()
    seen, _ = camera.project(feet + RNG.normal(0, 0.005, feet.shape))
    ways = pelvis - camera.position
    sway = 1.0 + 0.06 * np.sin(2 * np.pi * np.arange(COUNT) / COUNT)[:, None]
    shown = camera.position + ways * sway  # too far away, then too near
    found = walked(camera, shown, np.ones(COUNT), feet - pelvis[:, None], seen, held, HIGH, RATE)
    before, after = (np.linalg.norm(p - pelvis, axis=1) for p in (shown, found))
    assert after.mean() < 0.4 * before.mean() and after.max() < 0.5 * before.max()


def test_a_body_without_rest_goes_where_it_is_seen() -> None:
    camera, pelvis, feet, held = scene()
    up = pelvis + np.array([0.0, 0.5, 0.0])
    seen, _ = camera.project(feet)
    found = walked(camera, up, np.ones(COUNT), feet - pelvis[:, None], seen, np.zeros_like(held), HIGH, RATE)
    assert np.abs(found - up).max() < 0.03


def test_frames_that_saw_nothing_are_bridged() -> None:
    camera, pelvis, feet, held = scene()
    seen, _ = camera.project(feet)
    shown, trust = pelvis.copy(), np.ones(COUNT)
    shown[20:26], trust[20:26], held[20:26] = pelvis[19], 0.0, False
    found = walked(camera, shown, trust, feet - pelvis[:, None], seen, held, HIGH, RATE)
    assert np.linalg.norm(found - pelvis, axis=1).max() < 0.08
