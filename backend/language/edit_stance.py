"""What keeps a stance during an edit: feet in their places, weight over them, a level pelvis, soles on the ground.

Also how far a thigh swings: degrees forward of straight down and out to its side, and back to a direction.
"""

from __future__ import annotations

import numpy as np

from backend.posecodes import Posecode, Program
from backend.posecodes.contact import Reach
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.ground import Support
from backend.posecodes.position import Position
from backend.posecodes.vocabulary import SIDES

from .edit_change import BEARING, DOWN, Change, joints, pointing
from .measures import Measures


def standing_on(m: Measures, side: str) -> bool:
    """Whether a foot (or knee) bears weight."""
    return m.height(f"{side}_foot_sole", f"{side}_heel", f"{side}_knee") < DOWN


def planted(m: Measures, moves: dict[str, np.ndarray] | None = None, level: bool = True) -> Change:
    """Feet and knees that bear weight keep their places while the pelvis moves; the weight stays over them.

    Args:
        moves: (left, up, front) m by which a side's foot is to move along the floor.
        level: whether the pelvis keeps its tilt; not where the trunk folds at the hips.
    """
    codes: list[Posecode] = []
    parts: list[str] = []
    heading = m.body.heading[0]
    for side in SIDES:
        step = heading @ (moves or {}).get(side, np.zeros(3))
        for skin, part in BEARING:
            region = f"{side}_{skin}"
            if m.height(region) < DOWN:
                x, y, z = np.array(m.place(region)) + step
                parts.append(f"{side}_{part}")
                codes.append(Reach(region, (round(float(x), 4), max(0.0, round(float(y), 4)), round(float(z), 4))))
    if parts:
        codes.append(Support(tuple(parts)))
    return Change(tuple(codes), joints("root", "legs"), held=level_pelvis(m) if level else ())


def standing_legs(m: Measures) -> Program:
    """Thighs and shins point where they do now, so that the legs stay under a pelvis that turns."""
    return tuple(pointing(f"{s}_{b}", m.direction(f"{s}_{b}")) for s in SIDES for b in ("thigh", "shin"))


def weight_over(m: Measures, forward: float = 0.0, left: float = 0.0) -> Program:
    """The centre of mass stays over the same place of the ground, moved by so many metres."""
    foot = next((s for s in SIDES if standing_on(m, s)), "left")
    offset = m.offset("com", f"{foot}_ankle")
    return (
        Position("com", f"{foot}_ankle", "front", round(float(offset[2] + forward), 4)),
        Position("com", f"{foot}_ankle", "left", round(float(offset[0] + left), 4)),
    )


def legs_under(shift: np.ndarray, m: Measures) -> Program:
    """Where legs point whose feet stay while the hips move by (left, up, front) m."""
    return tuple(pointing(f"{s}_leg", m.offset(f"{s}_ankle", f"{s}_hip") - shift) for s in SIDES if standing_on(m, s))


def level_pelvis(m: Measures) -> Program:
    """The pelvis keeps its tilt and its heading while it moves."""
    return tuple(_facing(part, m) for part in ("pelvis_up", "pelvis_left"))


def _facing(part: str, m: Measures) -> Facing:
    x, y, z = (round(float(v), 4) for v in m.facing(part))
    return Facing(part, (x, y, z))


def on_the_ground(change: Change, m: Measures) -> Change:
    """The pelvis may move too where swung legs would leave the ground or sink into it."""
    if not change.feet or "pelvis" in change.scope or m.lowest > DOWN + 0.02:
        return change
    drops = [_drop(s, change.program, m) for s in SIDES]
    heights = [m.height(f"{s}_foot_sole", f"{s}_heel") for s in SIDES]
    low = min(h - d for h, d in zip(heights, drops, strict=True))
    if abs(low - min(heights)) < 0.015:
        return change
    return change + Change(scope=joints("root"), held=level_pelvis(m))


def _drop(side: str, program: Program, m: Measures) -> float:
    """Metres by which a program lowers an ankle against the pelvis."""
    asked = {c.segment: np.array(c.toward) for c in program if isinstance(c, Direction) and c.frame == "heading"}
    joints_of = (("thigh", f"{side}_hip", f"{side}_knee"), ("shin", f"{side}_knee", f"{side}_ankle"))
    drop = 0.0
    for segment, start, end in joints_of:
        long, now = float(np.linalg.norm(m.offset(end, start))), m.direction(f"{side}_{segment}")
        goal = asked.get(f"{side}_{segment}", now)
        drop += long * float(now[1] - goal[1] / np.linalg.norm(goal))
    return drop


def swing_of(thigh: np.ndarray, side: str) -> tuple[float, float]:
    """Degrees of a thigh (or upper arm) forward of straight down, and out to its own side."""
    left, up, front = thigh
    out = left if side == "left" else -left
    return float(np.degrees(np.arctan2(front, -up))), float(np.degrees(np.arcsin(np.clip(out, -1, 1))))


def along_share(out: float) -> float:
    """How much of a turn about the line through the hips a thigh that is so many degrees out makes."""
    return max(float(np.cos(np.radians(out))), 0.3)


def swung_to(forward: float, out: float, side: str) -> np.ndarray:
    """(3,) unit (left, up, front): the inverse of `swing_of`."""
    a, b = np.radians(forward), np.radians(out)
    sign = 1.0 if side == "left" else -1.0
    return np.array([sign * np.sin(b), -np.cos(a) * np.cos(b), np.sin(a) * np.cos(b)])
