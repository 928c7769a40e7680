"""Poses that the project makes: those of the atlas, and the embedded engine's answers to prompts of our own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from backend.body.model import BodyModel
from backend.body.rotations import rotmat_to_rotvec
from backend.language.atlas import shipped
from backend.pipeline import Pipeline
from backend.posecodes.vocabulary import SIDES
from backend.solver import Setting, pose_program
from rigs.wire import Pose, PoseRequest

from .poses import learned, whole


@cache
def _pipeline() -> Pipeline:
    return Pipeline()


def atlas_pose(name: str) -> np.ndarray:
    """(52, 3) rad: an entry as it is when nothing else is asked for, on the side that it is written for."""
    program = shipped().whole(name)
    solution = pose_program(BodyModel.load().shaped(), program, Setting.neutral())[0]
    return learned(rotmat_to_rotvec(solution.local))


def ways_to_ask(name: str) -> list[tuple[str, bool]]:
    """(prompt, mirrored) of an entry: its aliases, those with a side for both sides.

    mirrored: whether the prompt means the mirror image of `atlas_pose`.
    """
    entry = shipped().entries[name]
    written = entry.side or SIDES[0]
    sided = (prompt for alias in (name, *entry.aliases) for prompt in _sided(alias))
    return list(dict.fromkeys(_asked(prompt, written) for prompt in sided))


def _sided(alias: str) -> Iterator[str]:
    if "{side}" in alias:
        yield from (alias.replace("{side}", side) for side in SIDES)
    else:
        yield alias


def _asked(prompt: str, written: str) -> tuple[str, bool]:
    other = SIDES[1 - SIDES.index(written)]
    words = prompt.split()
    return prompt, other in words and written not in words


def answered(prompt: str) -> np.ndarray | None:
    """(52, 3) rad: what the embedded engine makes of a prompt; None where it does not read or meet all of it."""
    result = _pipeline().pose(PoseRequest(prompt=prompt, engine="embedded"))
    if result.unread or not result.poses or result.poses[0].unmet:
        return None
    return learned(result.poses[0].pose.rotvecs)


def edited(start: np.ndarray, prompt: str) -> np.ndarray | None:
    """(52, 3) rad: what the embedded engine makes of an instruction on a pose (52, 3); None as in `answered`."""
    pose = Pose(whole(start), np.array([0.0, 0.9, 0.0]))
    result = _pipeline().pose(PoseRequest(prompt=prompt, start=pose, engine="embedded"))
    if result.unread or not result.poses or result.poses[0].unmet:
        return None
    out = learned(result.poses[0].pose.rotvecs)
    return out if float(np.abs(out - start).max()) > 1e-3 else None


def pairs_to_compare(keys: Sequence[str], count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Pairs of poses of one source, mostly near in time: what people compare and edit are variations."""
    groups: dict[str, list[int]] = {}
    for i, key in enumerate(keys):
        groups.setdefault(key, []).append(i)
    large = [g for g in groups.values() if len(g) > 1]
    sizes = np.array([len(g) for g in large], float)
    out = []
    for g in rng.choice(len(large), count, p=sizes / sizes.sum()):
        group = large[int(g)]
        a = int(rng.integers(len(group)))
        step = int(rng.integers(1, 7)) * (1 if rng.random() < 0.5 else -1)
        b = (a + step) % len(group)
        if a != b:
            out.append((group[a], group[b]))
    return out
