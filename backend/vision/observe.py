"""One person of a picture: several looks at it vote for every landmark, so that neighbours and odd crops lose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from .ballot import elected
from .images import Picture
from .landmarks import INDEX, LIMB_ROWS, Box, View, look, look_twice
from .regions import Region

MARGINS: Final = (1.5, 1.8)  # side of the looks' regions, of the longer side of the box
_HEAD: Final = (0, 7, 8)  # nose and ears
_SURE: Final = 0.5  # mean of the better votes from which on two looks are enough
_UPRIGHT_ENOUGH: Final = 0.45  # mean of the better votes below which turned looks are tried
_TURNED_BETTER: Final = 1.25  # times as many votes that a turned look needs
_SLANTED: Final = np.radians(30.0)  # tilt up to which looks that were not turned vote too where these doubt
_STRAIGHT: Final = np.radians(5.0)  # tilt of a trunk up to which it counts as upright
_ALIGNED_ENOUGH: Final = 0.8  # of the votes that a look along the body needs to be believed
_ASKEW: Final = np.radians(12.0)  # by which a trunk may be off upright in looks that were turned with it
_TURNS: Final = 2  # further turns after such looks


@dataclass(frozen=True, eq=False)
class Person:
    """box (x, y, w, h) px; points (33, 2) px; space (33, 3) m about the hips in OpenCV axes.

    votes (33,) 0..1: how sure the looks are of each point; visible (33,) 0..1: in sight rather than hidden; spread
    (33,) m: how far the looks disagree about the place in space; hands: (21, 3) m of those seen well, by side; faced:
    nose and ears in space go by the face.
    """

    box: Box
    points: np.ndarray
    space: np.ndarray
    votes: np.ndarray
    visible: np.ndarray
    spread: np.ndarray
    hands: Mapping[str, np.ndarray] = field(default_factory=dict)
    faced: bool = False

    @property
    def size(self) -> float:
        """Longer side of the box, px."""
        return float(max(self.box[2:]))


def observe(picture: Picture, box: Box) -> Person:
    """The person in a box (x, y, w, h) px of the picture: never nobody, however faint.

    The network knows bodies that stand upright in its region, so the region is turned with the body (as its own authors
    do); where even so little is seen, the picture is looked at from all sides.
    """
    person = _aligned(picture, box)
    if _sureness(person) >= _UPRIGHT_ENOUGH:
        return person
    turned = [_seen(picture, box, [look(picture, Region.around(box, MARGINS[0]).turned(angle), keep=box)])
              for angle in (np.pi / 2, np.pi, -np.pi / 2)]  # fmt: skip
    best = max(turned, key=_sureness)
    if _sureness(best) < _TURNED_BETTER * _sureness(person):
        return person
    other = _voted(picture, box, tilt_of(best))
    return other if _sureness(other) > _TURNED_BETTER * _sureness(person) else person


def _aligned(picture: Picture, box: Box) -> Person:
    """The person by looks that are turned as the body is."""
    first = _looks(picture, box, 0.0, MARGINS[0])
    rough = _seen(picture, box, first)
    tilt = tilt_of(rough)
    if abs(tilt) < _STRAIGHT:
        return _voted(picture, box, 0.0, first)
    more = first if abs(tilt) < _SLANTED else ()
    person = _straightened(picture, box, _voted(picture, box, tilt, more=more), tilt)
    return person if _sureness(person) >= _ALIGNED_ENOUGH * _sureness(rough) else rough


def _straightened(picture: Picture, box: Box, person: Person, angle: float) -> Person:
    """The person by looks turned by `angle`; by looks turned again, where its trunk was not upright in these and the
    others are as sure: a first look at somebody who lies sees the trunk about half way up.
    """
    for _ in range(_TURNS):
        tilt = tilt_of(person)
        if abs((tilt - angle + np.pi) % (2 * np.pi) - np.pi) < _ASKEW:
            break
        other = _voted(picture, box, tilt)
        if _sureness(other) < _sureness(person):
            break
        person, angle = other, tilt
    return person


def _voted(picture: Picture, box: Box, angle: float, views: Sequence[View] = (), more: Sequence[View] = ()) -> Person:
    """The person by two looks at a region turned by an angle; by four where these doubt.

    Args:
        views: the two, where they were taken. more: further ones, where they were taken.
    """
    views = views or _looks(picture, box, angle, MARGINS[0])
    person = _seen(picture, box, views)
    if _sureness(person) >= _SURE:
        return person
    return _seen(picture, box, [*views, *(more or _looks(picture, box, angle, MARGINS[1]))])


def tilt_of(person: Person) -> float:
    """Rad by which a region is turned in which the trunk stands upright."""
    at = {n: person.points[[INDEX[f"left_{n}"], INDEX[f"right_{n}"]]].mean(axis=0) for n in ("shoulder", "hip")}
    x, y = at["shoulder"] - at["hip"]
    return float(np.arctan2(x, -y))


def _sureness(person: Person) -> float:
    """Mean of the better half of the votes for limbs and head: a body that is cut off is no turned one."""
    votes = np.sort(person.votes[[*LIMB_ROWS, *_HEAD]])
    return float(votes[len(votes) // 2 :].mean())


def _looks(picture: Picture, box: Box, angle: float, margin: float) -> list[View]:
    """A look at the region around a box, and one at its mirror image."""
    return look_twice(picture, Region.around(box, margin).turned(angle), keep=box)


def _seen(picture: Picture, box: Box, views: Sequence[View]) -> Person:
    points, votes = elected(box, views)
    middle = np.median([v.points for v in views], axis=0)
    beyond = ((middle < 0) | (middle >= np.array(picture.size))).any(axis=1)
    points, votes = np.where(beyond[:, None], middle, points), np.where(beyond, 0.0, votes)  # out of the frame
    # Looks that put the landmarks elsewhere in the picture say little about their depth.
    off = np.array([np.linalg.norm(v.points - points, axis=1) for v in views]) / max(box[2:])
    weight = np.exp(-((off / 0.08) ** 2)) * np.array([v.body for v in views])[:, None] + 1e-6
    weight /= weight.sum(axis=0)
    spaces = np.array([v.space for v in views])
    space = (spaces * weight[..., None]).sum(axis=0)
    spread = np.sqrt(((spaces - space) ** 2).sum(axis=-1) * weight).max(axis=0)
    visible = (np.array([v.visible for v in views]) * weight).sum(axis=0)
    return Person(box, points, space, votes, visible, spread)
