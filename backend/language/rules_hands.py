"""Hands at places: on the own body, on the ground, at named points of the scene, in front of and behind the body."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .clauses import Clause, Part, other
from .context import Context, Finding
from .lexicon import ARM_KINDS, SIDES

# target -> (what of the hand comes, region); {s} the target's own side. A pair of hands is kept apart by `_BOTH`.
_REGIONS: Final = {
    "hip": ("palm", "{s}_hip"),
    "waist": ("palm", "{s}_waist"),
    "knee": ("palm", "{s}_knee"),
    "thigh": ("palm", "{s}_thigh"),
    "leg": ("palm", "{s}_thigh"),
    "shin": ("palm", "{s}_shin"),
    "calf": ("palm", "{s}_calf"),
    "ankle": ("palm", "{s}_ankle"),
    "foot": ("fingertips", "{s}_foot_top"),
    "toes": ("fingertips", "{s}_toes"),
    "heel": ("palm", "{s}_heel"),
    "sole": ("palm", "{s}_foot_sole"),
    "shoulder": ("palm", "{s}_shoulder"),
    "elbow": ("palm", "{s}_elbow"),
    "forearm": ("palm", "{s}_forearm"),
    "upper_arm": ("palm", "{s}_upper_arm"),
    "arm": ("palm", "{s}_forearm"),
    "wrist": ("palm", "{s}_forearm"),
    "hand": ("palm", "{s}_hand_back"),
    "hand_back": ("palm", "{s}_hand_back"),
    "palm": ("palm", "{s}_palm"),
    "fist": ("palm", "{s}_fist"),
    "ear": ("fingertips", "{s}_ear"),
    "cheek": ("palm", "{s}_cheek"),
    "temple": ("fingertips", "{s}_temple"),
    "eye": ("palm", "{s}_eye"),
    "head": ("palm", "head_top"),
    "head_top": ("palm", "head_top"),
    "head_back": ("palm", "head_back"),
    "face": ("palm", "{s}_cheek"),
    "chin": ("fingertips", "chin"),
    "mouth": ("fingertips", "mouth"),
    "nose": ("index_tip", "face"),
    "forehead": ("fingertips", "forehead"),
    "neck": ("palm", "neck_back"),
    "neck_back": ("palm", "neck_back"),
    "throat": ("palm", "throat"),
    "chest": ("palm", "chest"),
    "stomach": ("palm", "stomach"),
    "groin": ("palm", "groin"),
    "torso": ("palm", "stomach"),
    "lower_back": ("palm", "lower_back"),
    "back": ("hand_back", "lower_back"),
    "upper_back": ("palm", "upper_back"),
    "buttocks": ("palm", "{s}_buttock"),
}
_FEET: Final = frozenset(("ankle", "foot", "heel", "toes"))
_BOTH: Final = {  # both hands on one central place: where each goes
    "chest": "both palms touches same chest",
    "stomach": "left palm touches stomach; right palm touches left hand back",
    "head": "both fingertips touches head top",
    "head_top": "both fingertips touches head top",
    "head_back": "both fingertips touches head back",
    "face": "both palms touches same cheek",
    "mouth": "both fingertips touches mouth",
    "chin": "both fingertips touches chin",
    "forehead": "both fingertips touches forehead",
    "neck": "both fingertips touches neck back",
    "neck_back": "both fingertips touches neck back",
    "throat": "both palms touches throat",
    "lower_back": "both palms touches same waist",
    "back": "both hand backs touches same buttock",
    "lap": "both palms touches same thigh",
    "groin": "left palm touches groin; right palm touches left hand back",
    "torso": "left palm touches stomach; right palm touches left hand back",
}
_FRONT: Final = {  # folded or joined hands in front of something: upper arms, forearms
    "chest": ("down 0.35 front 0.3 out", "front 0.5 up 0.7 in"),
    "face": ("front 0.5 down 0.1 out", "up 0.5 front 0.6 in"),
    "stomach": ("down 0.15 front 0.25 out", "front 0.7 in"),
    "hip": ("down 0.15 front 0.2 out", "down 0.8 front 0.75 in"),
    "groin": ("down 0.12 front 0.12 out", "down 0.6 front 0.6 in"),
    "": ("down 0.2 front 0.25 out", "front 0.2 down 0.7 in"),
    "chin": ("down 0.6 front 0.2 out", "up 0.7 front 0.6 in"),
    "mouth": ("down 0.6 front 0.2 out", "up 0.5 front 0.6 in"),
    "head": ("front 0.4 up", "up 0.5 in"),
    "back": ("down 0.3 back", "0.8 down 0.3 back in"),
}
_ZONES: Final = {
    "waist": "stomach",
    "torso": "stomach",
    "buttocks": "back",
    "lower_back": "back",
    "thigh": "groin",
    "lap": "groin",
    "neck": "chin",
    "throat": "chin",
    "eye": "face",
    "forehead": "head",
    "nose": "face",
    "shoulder": "chest",
}


def touching(clause: Clause, ctx: Context, part: Part | None = None, side: str = "") -> Finding:
    """A hand at a target. Without a part ("touching the left ear") the hand of the target's own side comes."""
    if part is None and clause.does("look") and not clause.does("touch"):
        return Finding()  # "one arm up, looking up at the raised hand"
    if part is None and (ctx.subject is None or ctx.subject.kind not in ARM_KINDS):
        return _bare_touch(clause, ctx)
    if part is None:
        assert ctx.subject is not None
        lines: list[str] = []
        for each in ctx.sides(ctx.subject):
            lines += touching(clause, ctx, ctx.subject, each).lines
        return Finding(tuple(lines))
    if not clause.targets:
        return Finding()
    target = clause.targets[0]
    behind = _behind_it(clause, ctx, part, side, target) or _propping(clause, ctx, part, side, target)
    if behind:
        return behind
    target = _of_that_leg(ctx, target)
    if clause.relation in (
        "infront",
        "behind",
        "under",
        "below",
        "above",
        "over",
        "beside",
        "near",
        "towards",
        "toward",
        "between",
        "around",
        "at",
        "by",
    ):
        found = _beside(clause, ctx, part, side, target)
        if found:
            return found
    if clause.negated:
        return Finding()
    across = "across" in {t.text for t in clause.words} and target.kind in ("torso", "chest", "stomach")
    if across and (clause.does("stretch") or clause.has("reach")):
        return Finding((f"{side} upper arm points front 0.5 in 0.15 down", f"{side} forearm points in 0.55 front"))
    if part.kind in ("arm", "forearm") and not _pair(part) and {"across", "around"} & {t.text for t in clause.words}:
        place = {"chest": "chest", "torso": "waist", "stomach": "waist", "waist": "waist"}.get(target.kind, "")
        fore = f"{side} forearm points in 0.5 front {0.2 if place == 'chest' else 0} up (chest)"
        if place:
            upper = f"{side} upper arm points down {0.6 if place == 'chest' else 0.25} front (chest)"
            return Finding((upper, fore, f"{side} palm touches {other(side)} {place}"))
    if target.kind in ("wrist", "hand", "forearm", "elbow", "upper_arm") and not _pair(part):
        where = _held_at(clause)
        if where:
            upper, fore = _HELD.get(where) or _FRONT.get(_ZONES.get(where, where), _FRONT[""])
            arms = (f"both upper arms points {upper}", f"both forearms points {fore}")
            return Finding((*arms, *_contact(ctx, part, side, target)))
    return Finding(tuple(_contact(ctx, part, side, target)))


_HELD: Final = {
    "overhead": ("up 0.3 out", "up 0.45 in"),
    "head_back": ("out 0.6 up 0.1 back", "in 0.5 up 0.5 back"),
    "back": ("down 0.35 back 0.2 out", "down 0.6 in 0.2 back"),
}


def _held_at(clause: Clause) -> str:
    """Where one hand holds the other arm: overhead, behind the back, in front of the chest; "" where it is not said."""
    words = {t.text for t in clause.words}
    if "overhead" in clause.ways:
        return "overhead"
    place = clause.targets[1].kind if len(clause.targets) > 1 else ""
    if "behind" in words:
        return "head_back" if place in ("head", "neck", "neck_back") else "back"
    if place in ("head", "head_top") and words & {"above", "over"}:
        return "overhead"
    return place if words & {"infront", "at", "near", "before", "below"} else ""


def _behind_it(clause: Clause, ctx: Context, part: Part, side: str, target: Part) -> Finding:
    """As in "the right hand holds the left ankle behind": the leg is folded up behind the body."""
    leg = target.sides[0] if target.kind in _FEET and len(target.sides) == 1 else ""
    if leg not in SIDES or not clause.has("behind") or ctx.posture not in ("", "stand") or clause.negated:
        return Finding()
    lifted = (f"{leg} thigh points down 0.1 back", f"{leg} knee bent 125", f"{other(leg)} foot on ground")
    return Finding((*lifted, f"{side} upper arm points down 0.45 back", *_contact(ctx, part, side, target)))


def _propping(clause: Clause, ctx: Context, part: Part, side: str, target: Part) -> Finding:
    """As in "the left hand props up the chin": its elbow is before the trunk, as on a knee or a table."""
    if not clause.has("prop") or target.kind not in ("chin", "head", "cheek", "face", "forehead") or clause.negated:
        return Finding()
    upper = f"{side} upper arm points down 0.6 front"
    return Finding((upper, f"{side} forearm points up 0.5 in", *_contact(ctx, part, side, target)))


def _of_that_leg(ctx: Context, target: Part) -> Part:
    """As in "raise the right leg and touch the toes": those of the leg that was spoken of."""
    leg = ctx.last.get("leg", ())
    return replace(target, sides=leg) if target.kind in _FEET and not target.sides and len(leg) == 1 else target


def _bare_touch(clause: Clause, ctx: Context) -> Finding:
    """As in "touching the right knee", "holding the head": no hand was named."""
    if not clause.targets or clause.subjects or clause.negated or clause.relation in ("", "with"):
        return Finding()
    if (
        not clause.does("touch", "clasp")
        or clause.targets[0].kind in ("torso", "back")
        or (clause.has("press", "rest", "lay") and clause.relation != "touch")
    ):
        return Finding()
    target = clause.targets[0]
    sides = (
        ctx.sides(target)
        if target.sides or target.plural
        else (SIDES if target.kind in ("head", "stomach", "chest", "face") else ("right",))
    )
    lines: list[str] = []
    for side in sides:
        lines += _contact(ctx, Part("hand", sides, "hands" if len(sides) == 2 else "hand", 0, 0), side, target)
    return Finding(tuple(lines))


def _pair(part: Part) -> bool:
    return part.plural or set(part.sides) == set(SIDES)


def _contact(ctx: Context, part: Part, side: str, target: Part) -> list[str]:
    """Lines that bring a part of the arm to a part of the body."""
    if _pair(part) and target.kind in _BOTH and part.kind not in ("elbow", "forearm"):
        return _BOTH[target.kind].split("; ")
    if target.kind == "lap":
        target = Part("thigh", (side,), "thigh", 0, 0)
    entry = _REGIONS.get(target.kind)
    if entry is None:
        return []
    of_hand, region = entry
    if part.kind in ("elbow", "forearm") or part.kind in ("fist", "hand_back"):
        of_hand = part.kind
    elif part.kind == "index":
        of_hand = "index_tip"
    elif part.kind in ("fingers", "thumb"):
        of_hand = "fingertips"
    where = _target_side(target, side, part)
    if _pair(part) and side == "right" and len(target.sides) == 1 and target.sides[0] in SIDES and of_hand == "palm":
        return ["right palm touches left hand back"]  # both on one knee: one hand on the other
    if target.kind == "face" and not _pair(part):
        region = "face" if of_hand != "palm" else region
    if target.kind == "chest" and not _pair(part):
        region = f"{other(side)}_chest" if target.said == "heart" and side == "right" else "chest"
    if target.kind in ("elbow", "forearm", "upper_arm", "hand", "wrist", "arm", "palm", "fist") and where == side:
        where = other(side)
    line = f"{side} {of_hand} touches {region.format(s=where)}".replace("_", " ")
    if of_hand == "elbow" and target.kind in ("knee", "thigh") and ctx.posture in ("kneel", "sit"):
        ctx.weak.append("torso points up 0.7 front")
    if of_hand == "hand_back" and part.kind == "hand_back" and target.kind in ("knee", "thigh", "leg"):
        return [line, f"{side} palm faces up"]
    if where != side and target.kind in (
        "ear",
        "cheek",
        "temple",
        "eye",
    ):  # across in front of the face, not behind the neck
        across = (
            f"{side} upper arm points front 0.35 in 0.1 up (chest)",
            f"{side} forearm points up in 0.5 back (chest)",
        )
        return [*across, line]
    return [line]


def _target_side(target: Part, side: str, part: Part) -> str:
    """Which of two knees a hand goes to: as said, else its own side's."""
    said = [s for s in target.sides if s in SIDES]
    if len(said) == 1:
        return said[0]
    if target.sides and target.sides[0] == "other":
        return other(side)
    return side


def _beside(clause: Clause, ctx: Context, part: Part, side: str, target: Part) -> Finding:
    """In front of, behind, above a part of the body."""
    zone = _ZONES.get(target.kind, target.kind)
    pair = _pair(part)
    if clause.relation == "beside" and target.kind in ("head", "face", "ear", "cheek"):
        return Finding(
            (f"{side} upper arm points 0.75 out 0.5 down 0.4 front", f"{side} forearm points up 0.35 in 0.1 front")
        )
    if clause.relation == "between" and target.kind in ("leg", "knee", "thigh", "foot"):
        hangs = () if ctx.posture in ("sit", "kneel", "squat") else (f"{side} upper arm points down 0.3 front",)
        return Finding((*hangs, f"{side} forearm points down 0.35 front {0.6 if pair else 0.4} in"))
    if clause.relation in ("above", "over") and target.kind in ("head", "head_top"):
        return Finding((f"{side} upper arm points up 0.35 out", f"{side} forearm points up 0.3 in"))
    if clause.relation == "behind" and target.kind in ("thigh", "knee", "leg", "calf"):
        there = _target_side(target, side, part)
        place = "calf" if target.kind == "calf" else "thigh back"
        return Finding((f"{side} upper arm points down 0.6 front (chest)", f"{side} palm touches {there} {place}"))
    if clause.relation == "behind":
        if target.kind in ("head", "neck", "head_top", "neck_back"):
            upper, fore = "out 0.6 up 0.2 front", "in 0.3 up 0.5 back"
            touch = f"{side} fingertips touches head back"
        else:
            upper, fore = "down 0.45 back 0.25 out", "in 0.7 down 0.1 back" if not pair else "down 0.8 in"
            touch = f"{side} hand back touches {'lower back' if not pair else side + ' buttock'}"
        return Finding((f"{side} upper arm points {upper}", f"{side} forearm points {fore}", touch))
    if clause.relation in ("infront", "near", "at", "by", "towards", "toward") and zone in _FRONT:
        if clause.relation != "infront" and zone not in ("face", "mouth", "head", "chin"):
            return Finding()
        upper, fore = _FRONT[zone]
        lines = [f"{side} upper arm points {upper}", f"{side} forearm points {fore}"]
        if pair and clause.does("clasp", "touch", "cross"):
            lines.append("left palm touches right palm")
        return Finding(tuple(lines))
    return Finding()


def folded(clause: Clause, where: str) -> list[str]:
    """Hands that are folded, clasped or pressed together, in front of `where`, behind the back or overhead."""
    if where == "overhead":
        upper, fore = "both upper arms points up 0.2 out", "both forearms points up 0.2 in"
        return [upper, fore, "left palm touches right palm"]
    if where == "ahead":
        return ["both arms points front 0.12 in", "left palm touches right palm"]
    if where == "head_back":
        upper, fore = "both upper arms points out 0.5 up 0.1 front", "both forearms points in 0.35 up 0.45 back"
        return [upper, fore, "left fingertips touches head back", "right fingertips touches left hand back"]
    zone = _ZONES.get(where, where)
    upper, fore = _FRONT.get(zone, _FRONT[""])
    low = zone in ("hip", "groin", "", "back", "stomach")
    touch = "left palm touches right hand back" if low else "left palm touches right palm"
    return [f"both upper arms points {upper}", f"both forearms points {fore}", touch]
