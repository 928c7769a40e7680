"""Edits of hands: their shape, and the places of the body that they are put on or before."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from backend.posecodes.contact import Contact
from backend.posecodes.hand import Hand
from backend.posecodes.position import Position
from backend.posecodes.vocabulary import SIDES

from .edit_change import Change, joints, placed, pointing
from .edit_words import Clause, other
from .measures import Measures

_PLACES: Final = (  # words -> skin of hand, region that it touches ({s}: same side, {o}: other side)
    (r"lower back|small of .*back|behind .*back", "hand_back", "lower_back"),
    (r"behind .*(?:head|neck)|back of .*(?:head|neck)", "palm", "head_back"),
    (r"(?:opposite|other) shoulder", "palm", "{o}_shoulder"),
    (r"(?:opposite|other) knee", "palm", "{o}_knee"),
    (r"\bhip", "palm", "{s}_hip"), (r"\bwaist", "palm", "{s}_waist"), (r"\bthigh|\blap", "palm", "{s}_thigh"),
    (r"\bknee", "palm", "{s}_knee"),
    (r"\bheart", "palm", "left_chest"), (r"\bchest", "palm", "chest"),
    (r"\b(?:stomach|belly|tummy|abdomen)", "palm", "stomach"),
    (r"\bforehead|\bbrow", "fingertips", "forehead"), (r"\btemple", "fingertips", "{s}_temple"),
    (r"\bmouth|\blips", "fingertips", "mouth"),
    (r"\bchin", "fingertips", "chin"), (r"\bcheek", "palm", "{s}_cheek"), (r"\bear", "palm", "{s}_ear"),
    (r"\bface", "palm", "{s}_cheek"),
    (r"\b(?:top of .*)?head", "palm", "head_top"), (r"\bneck", "palm", "neck_back"),
    (r"\bshoulder", "fingertips", "{s}_shoulder"),
    (r"\b(?:toes|foot|feet)", "fingertips", "{s}_toes"), (r"\bankle", "palm", "{s}_ankle"),
)  # fmt: skip
_BEFORE: Final = {
    "chest": ("spine3", 0.0, 0.34),
    "face": ("head", 0.05, 0.30),
    "body": ("spine1", 0.05, 0.34),
    "stomach": ("spine1", 0.0, 0.3),
}
_SHAPES: Final = (
    ("fist", r"fist|clench|ball"), ("thumbs_up", r"thumbs?[ -]up"), ("peace", r"peace|victory"), ("point", r"point"),
    ("ok", r"\bok\b|okay"),
    ("spread", r"spread"), ("grip", r"grip|grab|grasp"), ("relaxed", r"relax"), ("flat", r"\bflat\b"),
    ("open", r"open|unclench"), ("fist", r"close"),
)  # fmt: skip


def put(clause: Clause, side: str, m: Measures) -> Change | None:
    """The hand put on a place of the body, or before it."""
    text = clause.target
    if not text:
        return None
    scope = joints(f"{side}_arm")
    if re.match(r"in front of", text):
        for word, (joint, up, front) in _BEFORE.items():
            if word in text:
                across = 0.1 if side == "left" else -0.1
                return Change(placed(f"{side}_wrist", joint, np.array([across, up, front])), scope)
        return None
    if re.match(r"above|over", text) and "head" in text:
        across = 0.12 if side == "left" else -0.12
        return Change(placed(f"{side}_wrist", "head", np.array([across, 0.38, 0.05])), scope)
    target = re.sub(
        r"^(?:to|on|onto|at|behind|near|against|towards?) (?:the |his |her |their |your )?(?:(?:left|right) side\b)?",
        "",
        text,
    )
    if not text.startswith("behind") and re.fullmatch(r"(?:left|right|side|sides|front|back)?", target.strip()):
        return None
    named_side = re.search(r"\b(left|right)\b", text)
    for pattern, hand, region in _PLACES:
        if re.search(pattern, text):
            where = region.format(s=named_side[1] if named_side and "{s}" in region else side, o=other(side))
            contact = Contact(f"{side}_{hand}", where)
            if re.search(r"knee|shin|ankle|toes", where) and m.offset(where, f"{side}_shoulder")[1] < -0.75:
                down = pointing("torso", np.array([0.0, 0.62, 0.78]))  # further down than an arm reaches
                return Change((contact, down), scope | joints("torso"))
            return Change((contact,), scope)
    return None


def together(clause: Clause) -> Change | None:
    """Both palms against each other, before the chest or where the words say."""
    if re.search(r"\bbehind\b", clause.text):
        return None
    word = next((w for w in _BEFORE if w in clause.target), "chest")
    joint, up, front = _BEFORE[word]
    if re.search(r"(?:above|over) .*head", clause.text):
        joint, up, front = "head", 0.38, 0.05
    codes = [Position(f"{s}_wrist", joint, axis, v) for s in SIDES for axis, v in (("up", up), ("front", front - 0.04))]
    return Change((Contact("left_palm", "right_palm"), *codes), joints("arms"))


def hand_shape(clause: Clause) -> Change | None:
    """Fingers: a fist, an open hand, a thumb up."""
    text = clause.text
    about_hand = clause.has("hand", "fingers") or re.search(r"thumbs?[ -]up|fist", text)
    shaping = clause.action in ("open", "close", "relax") or re.search(
        r"\bfists?\b|thumbs?[ -]up|peace|clench|spread .*fingers|\bok sign", text
    )
    to_place = clause.action == "move" and clause.target and not re.search(r"(?:into|in) an? fist|to an? fist", text)
    if not about_hand or not shaping or to_place or clause.has("arm"):
        return None
    shape = next((s for s, words in _SHAPES if re.search(words, text)), None)
    if shape is None:
        return None
    named = [s for s in SIDES if re.search(rf"\b{s}\b", text)]
    many = re.search(r"\bboth\b|hands|fists|fingers|thumbs", text)
    sides = tuple(named) or (SIDES if many else ("right",))
    return Change(tuple(Hand(s, shape) for s in sides), joints(*(f"{s}_hand" for s in sides)))
