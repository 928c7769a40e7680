"""Who is in a picture: boxes of people, by BlazePose's detector (Bazarevsky et al. 2020), then in parts of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from rigs.skeleton import mirror_name

from .images import Picture
from .landmarks import INDEX, LIMB_ROWS, NAMES, Box, View, look
from .models import network
from .regions import Region, cropped

SIZE: Final = 224  # px of the model's input
_STRIDES: Final = ((8, 2), (16, 2), (32, 6))  # px between anchors, anchors at each place
_LEAST: Final = 0.35  # score of a person in the whole picture
_LEAST_IN_PART: Final = 0.4  # of one in a part of it, where limbs and furniture look like people
_CLEAR: Final = (0.5, 0.6)  # scores there from which on somebody is clearly a person, not only one who stands back
_SAME: Final = 0.5  # share of its limbs that others have already, from which on a find is nobody new
_COVERED: Final = 0.7  # common part of two boxes from which on they are of one person
_COVERED_UNCLEAR: Final = 0.6  # of the smaller box, from which on a find that is not clear is a part of another
_NEAR: Final = 0.1  # of the larger size: how near limbs must be to be the same
_ONE_HEAD: Final = 0.07  # of the larger size: how far apart heads may be that are one
_BESIDE: Final = 0.08  # of their side: how far apart regions may lie that show the same
_LARGER: Final = 1.2  # times: how much larger the one of them may be
_BODY: Final = (0.6, 0.9)  # what the landmark model must think of a find that is clear, and of one that is not
_MOST: Final = 12  # people
_AS_SURE: Final = 0.05  # by how much less a second look may think that there is a body
_AROUND: Final = (1.25, 1.5, 1.8)  # times the longer side of a box: the regions of further looks
_MISSED: Final = 0.1  # of the longer side: how far out of its box a limb is that the first look missed
_SAME_HEAD: Final = 0.15  # of the longer side: how far the head of the same person may be in a second look
_HEAD: Final = [INDEX[n] for n in ("nose", "left_ear", "right_ear")]
_SWAPPED: Final = [INDEX[mirror_name(n)] for n in NAMES]  # left for right


@dataclass(frozen=True)
class Found:
    """A person: box (x, y, w, h) px around the limbs that are in sight; score 0..1; view: one look at it."""

    box: Box
    score: float
    view: View | None = None


@dataclass(frozen=True)
class _Circle:
    """Where the detector sees a person; clear: enough to be one of the main ones."""

    region: Region
    score: float
    clear: bool


def find_people(picture: Picture) -> list[Found]:
    """The people of a picture, the largest first; empty where nobody is seen."""
    width, height = picture.size
    whole = Region(width / 2, height / 2, max(width, height))
    circles = _detected(picture, whole)
    for part in _parts(width, height, 2):
        circles += _detected(picture, part, in_part=True)
    main = _people(picture, [c for c in circles if c.clear])
    if len(main) == 1:
        people = _people(picture, circles)
        return [_looked_again(picture, people[0])] if len(people) == 1 else people
    # Nobody at first sight, or a group, of whom some may be far away.
    parts = _parts(width, height, 3) if main else []
    more = [c for part in parts for c in _detected(picture, part, in_part=True)] if main else _harder(picture, whole)
    return _people(picture, circles, more)


def _harder(picture: Picture, whole: Region) -> list[_Circle]:
    """Where nobody is clear at first: people upside down or lying, and very small ones."""
    circles = [c for angle in (np.pi, np.pi / 2, -np.pi / 2) for c in _detected(picture, whole.turned(angle))]
    for part in [] if circles else _parts(*picture.size, 4):
        circles += _detected(picture, part, in_part=True)
    return circles


def _people(picture: Picture, circles: Sequence[_Circle], more: Sequence[_Circle] = ()) -> list[Found]:
    """The finds that are people, each once; who is clear comes before who is not, and `more` come last."""
    found: list[Found] = []
    looked: list[Region] = []
    for circle in (c for some in (circles, more) for c in sorted(some, key=lambda c: (not c.clear, -c.score))):
        if len(found) >= _MOST or any(_alike(circle.region, other) for other in looked):
            continue
        looked.append(circle.region)
        person = _confirmed(picture, circle)
        if person is None or not _is_another(person, found):
            continue
        most = _COVERED if circle.clear else _COVERED_UNCLEAR
        if all(_overlap(person.box, f.box, of_both=circle.clear) < most for f in found):
            found.append(person)
    return sorted(found, key=lambda f: -f.box[2] * f.box[3])


def _alike(a: Region, b: Region) -> bool:
    """Whether a second look would see the same."""
    near = np.hypot(a.x - b.x, a.y - b.y) < _BESIDE * min(a.side, b.side)
    return bool(near and max(a.side, b.side) < _LARGER * min(a.side, b.side))


def _is_another(person: Found, found: Sequence[Found]) -> bool:
    """Whether a find has a head and most limbs where nobody else has: people overlap, but not limb by limb.

    A look between two people puts some limbs on the one and some on the other, and a back may be taken for a front.
    Limbs that are guessed, such as those out of the frame, tell nothing.
    """
    assert person.view is not None
    own, sure = person.view.points, [k for k in _sure(person.view) if k in LIMB_ROWS]
    taken = np.zeros(len(own), bool)
    for other in found:
        assert other.view is not None
        theirs, size = other.view.points, max(*person.box[2:], *other.box[2:])
        away = np.minimum(*(np.linalg.norm(own - t, axis=1) for t in (theirs, theirs[_SWAPPED])))
        if float(np.linalg.norm(own[_HEAD].mean(axis=0) - theirs[_HEAD].mean(axis=0))) < _ONE_HEAD * size:
            return False
        taken |= away < _NEAR * size
    return float(taken[sure].mean()) < _SAME


def _sure(view: View) -> list[int]:
    """The landmarks that a look really sees."""
    peaks = view.heat.reshape(-1, view.heat.shape[-1]).max(axis=0)
    return [k for k in range(len(NAMES)) if peaks[k] > 0.25 and view.visible[k] > 0.3]


def _parts(width: int, height: int, times: int) -> list[Region]:
    """Overlapping squares so many times smaller than the picture, for small people, where there are pixels for it."""
    side = max(width, height) / times
    if side < SIZE:
        return []
    across = np.arange(side / 2, width - side / 4, side / 2) if width > side else [width / 2]
    down = np.arange(side / 2, height - side / 4, side / 2) if height > side else [height / 2]
    return [Region(float(x), float(y), side) for x in across for y in down]


def _detected(picture: Picture, region: Region, in_part: bool = False) -> list[_Circle]:
    """Regions around whole bodies, the likeliest first."""
    boxes, logits = network("person")(cropped(picture, region, SIZE) * 2.0 - 1.0)
    scores = 1.0 / (1.0 + np.exp(-np.clip(logits[:, 0], -60, 60)))
    sure = np.flatnonzero(scores >= (_LEAST_IN_PART if in_part else _LEAST))
    points = boxes[sure][:, 4:12].reshape(-1, 4, 2) / SIZE + _ANCHORS[sure][:, None]
    out: list[_Circle] = []
    for k in np.argsort(-scores[sure]):
        hub, rim = region.to_picture(points[k, 0]), region.to_picture(points[k, 1])
        radius = float(np.linalg.norm(rim - hub))
        if all(np.hypot(hub[0] - r.x, hub[1] - r.y) > 0.3 * radius for r in (c.region for c in out)):
            body, score = Region(float(hub[0]), float(hub[1]), 2.5 * radius, region.angle), float(scores[sure[k]])
            out.append(_Circle(body, score, score >= _CLEAR[in_part]))
    return out


def _anchors() -> np.ndarray:
    """(2254, 2): the middles of the model's anchors in 0..1, row by row."""
    out = []
    for stride, count in _STRIDES:
        n = SIZE // stride
        middles = (np.arange(n) + 0.5) / n
        out.append(np.repeat(np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2), count, axis=0))
    return np.concatenate(out)


_ANCHORS: Final = _anchors()


def _confirmed(picture: Picture, circle: _Circle) -> Found | None:
    """The box of the landmarks in a region, where the landmark model sees a body there too."""
    seen = look(picture, circle.region)
    sure = _sure(seen)
    if seen.body < _BODY[not circle.clear] or len([k for k in sure if k in LIMB_ROWS]) < 4:
        return None
    low, high = seen.points[sure].min(axis=0), seen.points[sure].max(axis=0)
    span = high - low
    low, high = low - 0.08 * span.max() - 0.04 * span, high + 0.06 * span.max() + 0.02 * span
    size = np.array(picture.size)
    low, high = np.clip(low, 0, size), np.clip(high, 0, size)
    w, h = high - low
    if min(w, h) < 8:
        return None
    return Found((float(low[0]), float(low[1]), float(w), float(h)), circle.score * seen.body, seen)


def _looked_again(picture: Picture, found: Found) -> Found:
    """Somebody alone, by looks around the first one's box: limbs spread wide are out of the detector's circle.

    Among others a second look might go to a neighbour; here it must find the same head, and be as sure of a body. Where
    none finds a limb that was missed, the first box is as good.
    """
    best, most = found, _MISSED
    for around in _AROUND:
        again = _confirmed(picture, _Circle(Region.around(found.box, around), found.score, clear=True))
        if again is not None and _same_person(found, again) and (missed := _missed(found, again)) > most:
            best, most = replace(again, score=found.score), missed
    return best


def _same_person(found: Found, again: Found) -> bool:
    assert found.view is not None
    assert again.view is not None
    heads = [view.points[_HEAD].mean(axis=0) for view in (found.view, again.view)]
    near = float(np.linalg.norm(heads[0] - heads[1])) < _SAME_HEAD * max(found.box[2:])
    return near and again.view.body >= found.view.body - _AS_SURE


def _missed(found: Found, again: Found) -> float:
    """How far, of its longer side, the limbs of a second look reach out of the first one's box."""
    assert again.view is not None
    low, size = np.array(found.box[:2]), np.array(found.box[2:])
    limbs = again.view.points[[k for k in _sure(again.view) if k in LIMB_ROWS]]
    return float(np.maximum(low - limbs, limbs - low - size).max()) / max(found.box[2:])


def _overlap(a: Box, b: Box, of_both: bool) -> float:
    """The common area, of the area of both or of the smaller one."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = max(w, 0.0) * max(h, 0.0)
    area = a[2] * a[3] + b[2] * b[3] - common if of_both else min(a[2] * a[3], b[2] * b[3])
    return common / max(area, 1e-6)
