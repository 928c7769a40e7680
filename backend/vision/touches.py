"""Touches as somebody names them, perhaps without sides and with mistakes -> touches of our parts of the body.

A model that looks at a picture names pairs of parts, several times over (ProsePose; Subramanian et al. 2024).
Pairs of at least half of the samples count. A name without a side may mean either; a plural means both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from backend.body.surfaces import REGIONS
from backend.posecodes.contact import Contact
from backend.posecodes.vocabulary import PARTS, SIDES, regions_of
from rigs.skeleton import mirror_name

Pair = tuple[str, str]
_SHARE: Final = 0.5  # of the samples in which a pair must be
_GROUND: Final = frozenset({"ground", "floor", "chair", "wall", "nothing", "none"})  # no parts of a body
_ALSO: Final = {  # names of ProsePose's tables and everyday ones -> ours
    "butt": ("seat",), "bottom": ("seat",), "buttock": ("seat",), "stomach": ("belly",), "tummy": ("belly",),
    "abdomen": ("belly",), "chest": ("breast",), "waist (front)": ("belly",), "waist (back)": ("lower_back",),
    "waist": ("waist", "hip"), "hip": ("hip", "waist"), "shoulder (front)": ("shoulder",),
    "shoulder (back)": ("shoulder_blade", "shoulder"), "shoulder": ("shoulder", "shoulder_blade"), "lap": ("thigh",),
    "finger": ("hand",), "wrist": ("forearm", "hand"), "face": ("face", "cheek", "chin", "mouth", "forehead"),
    "jaw": ("chin", "cheek"), "hair": ("head",), "side": ("ribs", "waist"), "bicep": ("upper_arm",), "lips": ("mouth",),
    "toe": ("toes",), "back of head": ("head_back",), "back of neck": ("neck_back",), "sole": ("foot_sole",),
}  # fmt: skip
_ARM: Final = frozenset(
    {"hand", "palm", "fist", "fingertips", "hand_back", "index_tip", "thumb_tip", "lower_arm", "arm", "forearm",
     "elbow", "upper_arm"}
)  # fmt: skip
_LEG: Final = frozenset(
    {"leg", "upper_leg", "lower_leg", "foot", "thigh", "knee", "shin", "calf", "ankle", "heel", "toes", "foot_top",
     "foot_sole", "thigh_back", "thigh_outer", "thigh_inner"}
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A touch that was named: names as they were said, in lower case and in alphabetical order.

    share: of the samples that name it, 0..1. both: it was said of both sides ("hands on hips").
    """

    a: str
    b: str
    share: float = 1.0
    both: bool = False


def frequent(samples: Sequence[Iterable[Pair]]) -> list[Told]:
    """The pairs that are in at least half of the samples, the most frequent first, without those of unknown parts."""
    votes: Counter[Pair] = Counter()
    plural: Counter[Pair] = Counter()
    for sample in samples:
        named = {k for pair in sample if (k := _named(pair)) is not None}
        votes.update({(a, b) for a, b, _ in named})
        plural.update({(a, b) for a, b, both in named if both})
    return [
        Told(*pair, count / len(samples), 2 * plural[pair] > count)
        for pair, count in votes.most_common()
        if count >= _SHARE * len(samples)
    ]


def unknown(samples: Iterable[Iterable[Pair]]) -> list[str]:
    """Names in samples that mean no part of the body (and no ground, which is none but often named)."""
    names = dict.fromkeys(part for sample in samples for pair in sample for part in pair)
    return [n for n in names if not meant(_read(n)[0]) and _read(n)[0] not in _GROUND]


def _named(pair: Pair) -> tuple[str, str, bool] | None:
    (a, many), (b, more) = sorted(_read(part) for part in pair)
    return (a, b, many or more) if meant(a) and meant(b) else None


def _read(part: str) -> tuple[str, bool]:
    """A name in lower case and singular, and whether it was a plural: "Left Hand" -> left hand; "hips" -> hip, both."""
    name = " ".join(part.lower().replace("_", " ").split()).removeprefix("both ")
    name = name.removeprefix("the ")
    if meant(name):
        return name, False
    one = {"feet": "foot", "calves": "calf"}.get(name, name.removesuffix("s"))
    return (one, True) if one != name and meant(one) else (name, False)


def meant(name: str) -> tuple[str, ...]:
    """The parts or regions of our body that a name may mean, the likeliest first; none for an unknown name."""
    side = next((s for s in SIDES if name.startswith(f"{s} ")), "")
    what = name.removeprefix(side).strip()
    out: list[str] = []
    for base in _ALSO.get(what, (what,)):
        base = base.replace(" ", "_")
        for full in [f"{side}_{base}"] if side else [base, *(f"{s}_{base}" for s in SIDES)]:
            if full in REGIONS or full in PARTS:
                out.append(full)
    if side and not out:  # "left belly"
        return meant(what)
    return tuple(out)


def assignments(told: Told) -> list[tuple[Contact, ...]]:
    """Every touch, or couple of mirrored ones, that a pair may mean; no limb touches itself."""
    single: list[Contact] = []
    for a, b in product(meant(told.a), meant(told.b)):
        if a != b and not _one_limb(a, b) and not any({a, b} == {c.a, c.b} for c in single):
            single.append(Contact(a, b))
    couples: list[tuple[Contact, ...]] = []
    for code in [] if _sided(told.a) or _sided(told.b) else single:
        twin = Contact(mirror_name(code.a), mirror_name(code.b))
        if {twin.a, twin.b} != {code.a, code.b} and (code.a, code.b) < (twin.a, twin.b):
            couples.append((code, twin))
    return couples if told.both and couples else [*couples, *((c,) for c in single)]


def _sided(name: str) -> bool:
    return name.startswith(SIDES)


def _one_limb(a: str, b: str) -> bool:
    (side, _, what), (other, _, that) = a.partition("_"), b.partition("_")
    return side == other and any({what, that} <= limb for limb in (_ARM, _LEG))


def touching_regions(name: str) -> tuple[tuple[str, float], ...]:
    """The regions with which a part touches, and how much farther (m) each counts: a hand touches with its inside."""
    regions = regions_of(name)
    if name.endswith("_hand"):
        inside = {"palm": 0.0, "fingertips": 0.02, "fist": 0.05, "hand_back": 0.08}
        return tuple((r, inside[w]) for r in regions if (w := r.split("_", 1)[1]) in inside)
    return tuple((r, 0.0) for r in regions)
