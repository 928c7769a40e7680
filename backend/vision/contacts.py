"""Touches that somebody saw in a picture, perhaps without sides -> statements in the fit (ProsePose; Subramanian 2024).

A model that describes pictures names pairs of body parts that touch, several times, with errors and without left and
right. Pairs of at least half of the samples count; every assignment of sides is tried in the order of how near the
parts are in the pose of the picture alone; what fits best is kept, or the pose of the picture alone where a touch goes
too much against what is seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Final

import numpy as np

from backend.body.model import ShapedBody
from backend.body.surfaces import REGIONS
from backend.posecodes import Program
from backend.posecodes.contact import Contact
from backend.posecodes.tracking import body_at, posed, tracked_by
from backend.posecodes.vocabulary import PARTS, SIDES, regions_of, skin

from .fit import Fit
from .images import Picture
from .observe import Person
from .stated import EASY, missed, refit

Pair = tuple[str, str]
_SHARE: Final = 0.5  # of the samples in which a pair must be
_OPTIONS: Final = 4  # assignments of sides that are tried for each pair
_MOST: Final = 8  # combinations that are solved
_TWIN: Final = 0.08  # m by which the mirrored touch may be farther apart, to be taken as well
_APART: Final = 0.25  # m between parts from which on it is tried first that they do not touch
_ALSO: Final = {  # names of ProsePose's tables and everyday ones -> ours
    "butt": "seat", "bottom": "seat", "stomach": "belly", "chest": "breast", "waist (front)": "belly", "hips": "hip",
    "waist (back)": "lower_back", "shoulder (front)": "shoulder", "shoulder (back)": "shoulder_blade", "chin": "chin",
}  # fmt: skip
_ARM: Final = frozenset(
    {"hand", "palm", "fist", "fingertips", "hand_back", "index_tip", "thumb_tip", "lower_arm", "arm", "forearm",
     "elbow", "upper_arm"}
)  # fmt: skip
_LEG: Final = frozenset(
    {"leg", "upper_leg", "lower_leg", "foot", "thigh", "knee", "shin", "calf", "ankle", "heel", "toes", "foot_top",
     "foot_sole", "thigh_back", "thigh_outer", "thigh_inner"}
)  # fmt: skip


def frequent(samples: Sequence[Iterable[Pair]]) -> list[Pair]:
    """The pairs (each in alphabetical order) that are in at least half of the samples, the most frequent first.

    Pairs with parts that have no name here are dropped, such as those with the ground.
    """
    votes = Counter(pair for sample in samples for pair in {_named(p) for p in sample} if pair is not None)
    return [pair for pair, count in votes.most_common() if count >= _SHARE * len(samples)]


def _named(pair: Pair) -> Pair | None:
    names = sorted(_name(part) for part in pair)
    return (names[0], names[1]) if all(_sided(n) for n in names) else None


def _name(part: str) -> str:
    """Our name of a part: "Left Hand" -> left_hand, "butt" -> seat."""
    words = " ".join(part.lower().replace("_", " ").split())
    side = next((s for s in SIDES if words.startswith(f"{s} ")), "")
    what = words.removeprefix(side).strip()
    what = _ALSO.get(what, what).replace(" ", "_")
    return f"{side}_{what}" if side else what


def _sided(name: str) -> tuple[str, ...]:
    """The parts of the body that a name may mean: itself, or one of each side; none for an unknown name."""
    if name in REGIONS or name in PARTS:
        return (name,)
    return tuple(n for n in (f"{s}_{name}" for s in SIDES) if n in REGIONS or n in PARTS)


def assignments(pair: Pair) -> list[Contact]:
    """Every touch that a pair may mean; no limb touches itself, and nothing its own twin's mirror image twice."""
    out: list[Contact] = []
    for a, b in product(_sided(pair[0]), _sided(pair[1])):
        if a != b and not _one_limb(a, b) and not any({a, b} == {c.a, c.b} for c in out):
            out.append(Contact(a, b))
    return out


def _one_limb(a: str, b: str) -> bool:
    (side, _, what), (other, _, that) = a.partition("_"), b.partition("_")
    return side == other and any({what, that} <= limb for limb in (_ARM, _LEG))


def with_contacts(
    found: Fit, person: Person, picture: Picture, shaped: ShapedBody, samples: Sequence[Iterable[Pair]]
) -> tuple[Fit, Program]:
    """The fit with the touches that were seen, and which; the fit as it is where none agrees with the picture.

    Each touch may raise what the picture costs by EASY.
    """
    pairs = [options for pair in frequent(samples) if (options := _options(pair, found, shaped))]
    combined = sorted(product(*pairs), key=lambda combo: sum(gap for gap, _ in combo))[:_MOST] if pairs else []
    best: tuple[float, Fit, Program] = (found.cost, found, ())
    for program in dict.fromkeys(tuple(c for _, codes in combo for c in codes) for combo in combined):
        if not program:
            continue
        tried = refit(found, person, picture, shaped, program)
        score = tried.cost - EASY * len(program)
        if score < best[0] and max(missed(tried, shaped, program)) <= 1.0:
            best = (score, tried, program)
    return best[1], best[2]


def _options(pair: Pair, found: Fit, shaped: ShapedBody) -> list[tuple[float, Program]]:
    """Gaps (m) and statements: the nearest assignments of sides, both of a mirrored couple where both are near."""
    codes = [c for code in assignments(pair) for c in dict.fromkeys((_nearest(code, found, shaped), code))]
    each = sorted(((_gap(code, found, shaped), code) for code in codes), key=lambda g: g[0])[:_OPTIONS]
    out: list[tuple[float, Program]] = [(gap, (code,)) for gap, code in each]
    for gap, code in each[:2][::-1]:
        twin = code.mirrored()
        if {twin.a, twin.b} != {code.a, code.b} and _gap(twin, found, shaped) < gap + _TWIN:
            out.insert(0, (gap, (code, twin)))
    return [*out, (_APART, ())] if each else []


def _nearest(code: Contact, found: Fit, shaped: ShapedBody) -> Contact:
    """The touch with those regions of its parts that are nearest in the picture's pose; hands touch with the inside."""
    here, there = ([r for r in regions_of(end) if not r.endswith("hand_back")] for end in (code.a, code.b))
    tracked = tracked_by((), (skin(r) for r in {*here, *there}))
    body = posed(shaped.joints, found.local, found.transl, tracked)
    a, b = (body.points(tuple(skin(r) for r in regions)).value[0] for regions in (here, there))
    away = np.linalg.norm(a[:, None] - b[None], axis=-1)
    i, j = np.unravel_index(int(away.argmin()), away.shape)
    return Contact(here[i], there[j])


def _gap(code: Contact, found: Fit, shaped: ShapedBody) -> float:
    return code.measure(body_at(shaped.joints, found.local, found.transl, (code,))).error
