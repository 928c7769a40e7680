"""A cut is told from motion, from a flash, and from the noise of a camera."""

from __future__ import annotations

import numpy as np

from backend.vision.cuts import CutWatch
from backend.vision.images import Picture

RNG = np.random.default_rng(8)
RATE = 25.0
ROOMS = [RNG.integers(0, 255, (9, 16, 3)).repeat(20, 0).repeat(20, 1) for _ in range(2)]


def shot(room: int, count: int, speed: int = 4) -> list[np.ndarray]:
    """A dark figure that walks through a room before a noisy camera."""
    out = []
    for n in range(count):
        pixels = ROOMS[room] + RNG.normal(0, 4, ROOMS[room].shape)
        left = 20 + speed * n % 240
        pixels[40:170, left : left + 40] = 30
        out.append(np.clip(pixels, 0, 255).astype(np.uint8))
    return out


def watched(frames: list[np.ndarray]) -> tuple[list[bool], int | None]:
    """What belongs, and the frame with which another shot began, if one did."""
    watch, told = CutWatch(RATE), []
    for n, pixels in enumerate(frames):
        told.append(watch.belongs(Picture(pixels)))
        if watch.cut:
            return told, n + 1 - watch.odd
    return told, None


def test_a_cut_is_dated_to_its_first_frame() -> None:
    assert watched(shot(0, 20) + shot(1, 20))[1] == 20
    assert watched(shot(0, 1) + shot(1, 20))[1] == 1


def test_motion_and_noise_are_no_cut() -> None:
    told, cut = watched(shot(0, 60, speed=25))
    assert all(told) and cut is None


def test_a_light_that_goes_on_is_no_cut() -> None:
    frames = shot(0, 30)
    lit = [np.clip(0.5 * p.astype(float) + 120, 0, 255).astype(np.uint8) for p in frames[15:]]
    told, cut = watched([*frames[:15], *lit])
    assert all(told) and cut is None


def test_a_flash_is_no_cut_but_its_frames_do_not_belong() -> None:
    frames = shot(0, 30)
    for n in (12, 13):
        frames[n] = np.full_like(frames[n], 255)
    told, cut = watched(frames)
    assert cut is None and [n for n, ok in enumerate(told) if not ok] == [12, 13]
