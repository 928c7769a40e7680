"""What is seen of each person at a glance: what they do, and the colours of what they wear.

From the landmarks with which a person was found, one look without any fit: enough to tell people apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .colours import colour_of, name_of
from .detector import Found
from .images import Picture
from .landmarks import INDEX, View

_STEPS: Final = 9  # samples of a garment along each side
_OFF_GROUND: Final = 0.18  # of a person's size: how much higher than the others' somebody's feet are who jumps


@dataclass(frozen=True, eq=False)
class Traits:
    """postures: words for what they do. top, bottom: colours in Oklab of the clothes at torso and thighs, or None."""

    postures: frozenset[str]
    top: np.ndarray | None
    bottom: np.ndarray | None

    def said(self) -> str:
        """A few words about a person, for a question."""
        doing = [p for p in ("jumping", "lying", "sitting", "kneeling", "squatting", "standing") if p in self.postures]
        worn = [f"{name_of(c)} {what}" for c, what in ((self.top, "top"), (self.bottom, "bottom")) if c is not None]
        return ", ".join([*doing[:1], *worn])


def traits_of(people: Sequence[Found], picture: Picture) -> list[Traits]:
    """The traits of everybody who was found."""
    jumping = _jumping(people)
    return [_traits(found, picture, k in jumping) for k, found in enumerate(people)]


def _traits(found: Found, picture: Picture, jumps: bool) -> Traits:
    if found.view is None:
        return Traits(frozenset(), None, None)
    postures = {"jumping", *_arms(found.view)} if jumps else _legs(found.view) | _arms(found.view)
    top, bottom = garments(found.view.points, picture)
    return Traits(frozenset(postures), top, bottom)


def _middle(at: np.ndarray, name: str) -> np.ndarray:
    out: np.ndarray = (at[INDEX[f"left_{name}"]] + at[INDEX[f"right_{name}"]]) / 2
    return out


def _down(at: np.ndarray, a: str, b: str) -> list[float]:
    """For each side how much the line from a to b points down: 1 straight down, -1 straight up."""
    lines = [at[INDEX[f"{s}_{b}"]] - at[INDEX[f"{s}_{a}"]] for s in ("left", "right")]
    return [float(line[1] / max(np.linalg.norm(line), 1e-6)) for line in lines]


def _legs(view: View) -> set[str]:
    """What somebody is doing, by how trunk, thighs and shins stand in space (y down)."""
    trunk = _middle(view.space, "hip") - _middle(view.space, "shoulder")
    upright = float(trunk[1] / max(np.linalg.norm(trunk), 1e-6))
    low = float(_middle(view.space, "ankle")[1] - _middle(view.space, "hip")[1])  # m of the feet below the hips
    thighs, shins = _down(view.space, "hip", "knee"), _down(view.space, "knee", "ankle")
    heels = float(np.linalg.norm(_middle(view.space, "ankle") - _middle(view.space, "hip")))
    if upright < -0.5:
        return {"upside down"}
    if upright < 0.72 and np.mean(thighs) < 0.85:
        return {"lying"}
    if any(thigh > 0.85 and shin < 0.0 for thigh, shin in zip(thighs, shins, strict=True)):
        return {"kneeling"}
    if max(thighs) < 0.8:
        return {"squatting"} if low > 0.28 and heels < 0.53 else {"sitting"}
    out = {"standing"} if max(shins) > 0.6 else set()
    return out | ({"bending"} if upright < 0.72 else set())


def _arms(view: View) -> set[str]:
    """Which arms are raised: the wrist in the picture clearly above the shoulder."""
    size = max(float(np.ptp(view.points, axis=0).max()), 1.0)
    up = {s for s in ("left", "right") if _above(view, f"{s}_wrist", f"{s}_shoulder") > 0.06 * size}
    words = {f"{s} arm raised" for s in up} | ({"arm raised"} if up else set())
    return words | ({"arms raised"} if len(up) == 2 else set())


def _above(view: View, a: str, b: str) -> float:
    return float(view.points[INDEX[b], 1] - view.points[INDEX[a], 1])


def _jumping(people: Sequence[Found]) -> set[int]:
    """Whose feet hang well above the ground that the others stand on."""
    views = [f.view for f in people]
    feet = [
        None if v is None else float(v.points[[INDEX[f"{s}_foot_index"] for s in ("left", "right")], 1].max())
        for v in views
    ]
    out = set()
    for k, (own, found) in enumerate(zip(feet, people, strict=True)):
        size = max(found.box[2:])
        alike = [
            y for j, y in enumerate(feet) if j != k and y is not None and 0.6 < max(people[j].box[2:]) / size < 1.6
        ]
        if own is not None and alike and float(np.median(alike)) - own > _OFF_GROUND * size:
            out.add(k)
    return out


def garments(at: np.ndarray, picture: Picture) -> tuple[np.ndarray | None, np.ndarray | None]:
    """The colours (3,) in Oklab at torso and thighs of landmarks (33, 2) px; None where they are not seen."""
    corners = [at[INDEX[n]] for n in ("left_shoulder", "right_shoulder", "left_hip", "right_hip")]
    steps = np.linspace(0.2, 0.8, _STEPS)
    across, down = np.meshgrid(steps, steps)
    over = corners[0] + (corners[1] - corners[0]) * across[..., None]
    under = corners[2] + (corners[3] - corners[2]) * across[..., None]
    torso = over + (under - over) * down[..., None]
    along = np.linspace(0.2, 0.75, 2 * _STEPS)[:, None]
    wide = 0.12 * float(np.linalg.norm(_middle(at, "shoulder") - _middle(at, "hip")))
    thighs = [
        at[INDEX[f"{s}_hip"]] * (1 - along) + at[INDEX[f"{s}_knee"]] * along + np.array([shift, 0.0])
        for s in ("left", "right")
        for shift in (-wide, 0.0, wide)
    ]
    return _colour(torso.reshape(-1, 2), picture), _colour(np.concatenate(thighs), picture)


def _colour(at: np.ndarray, picture: Picture) -> np.ndarray | None:
    cells = np.floor(at).astype(int)
    inside = ((cells >= 0) & (cells < np.array(picture.size))).all(axis=1)
    return colour_of(picture.pixels[cells[inside, 1], cells[inside, 0]])
