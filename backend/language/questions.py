"""Questions about the current pose, answered by measuring it; a question never changes the pose.

"What is she doing?", "why is it unbalanced?", "how far is the left elbow bent?", "is she looking up?", "what changed?".

Who asks whether something is so gets the statement measured: it is read into posecodes as an order would be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes.tracking import body_at
from backend.posecodes.vocabulary import SIDES
from rigs.wire import Pose, Turn

from .captions import describe, difference
from .measures import Measures
from .phrases import phrases
from .postures import posture_of
from .reader import read
from .remarks import plain
from .steadiness import Steadiness, steadiness

_WHO: Final = (
    r"(?:the |this |that )?(?:he|she|it|they|you|her|him|them|pose|character|figure|body|person|man|woman|model"
    r"|everything|(?:his|her|its|their|the) (?:pose|body|balance|weight))"
)
_IS: Final = r"(?:is|are|'s|'re|does|do|looks?|seems?)"
_NEARLY: Final = 0.03  # m outside the support that a small shift of the hips takes back
_LEVEL: Final = 0.03  # m; nearer heights are alike
_BENT: Final = 20.0  # deg from which a limb counts as bent
_PAIRED: Final = {"hand": "wrist", "wrist": "wrist", "elbow": "elbow", "shoulder": "shoulder", "hip": "hip",
                  "knee": "knee", "foot": "ankle", "ankle": "ankle"}  # fmt: skip
_ORDERED: Final = {"higher": (1, 1), "lower": (1, -1), "further forward": (2, 1), "in front": (2, 1),
                   "further back": (2, -1), "behind": (2, -1)}  # fmt: skip
_POSTURES: Final = {
    "standing": ("standing", "balancing", "lunging"), "upright": ("standing", "balancing", "lunging"),
    "sitting": ("sitting", "perching"), "seated": ("sitting", "perching"), "kneeling": ("kneeling",),
    "squatting": ("squatting", "crouching"), "crouching": ("squatting", "crouching"),
    "lying": ("lying_back", "lying_front", "propped"), "lying down": ("lying_back", "lying_front"),
    "jumping": ("air",), "in the air": ("air",), "on one leg": ("balancing",),
}  # fmt: skip
_HINGES: Final = {"arm": "elbow", "elbow": "elbow", "leg": "knee", "knee": "knee"}


def answer_question(prompt: str, current: Pose | None, turns: Sequence[Turn] = ()) -> str | None:
    """The answer to a question about the pose; None where the words are no such question."""
    text = plain(prompt).replace("’", "'")
    for words, answer in _KINDS:
        found = re.fullmatch(words, text)
        if found:
            if current is None:
                return "There is no pose yet that this could be about. Describe one first."
            return answer(found, Measures(current), turns)
    if current is not None and prompt.strip().endswith("?"):
        found = re.fullmatch(r"(?P<verb>is|are|does|do|has|have) (?P<rest>.+)", text)
        return _checked(found["rest"], Measures(current)) if found else None
    return None


def described(pose: Pose, words: str = "") -> str:
    """A description of the pose; the full one where the words ask for detail."""
    line, paragraph, full = describe(pose)
    if re.search(r"\b(?:detail|detailed|fully|full|everything|exactly|precisely)\b", words):
        return full
    return line if re.search(r"\b(?:short|shortly|briefly|brief|line|sentence)\b", words) else paragraph


# ---------------------------------------------------------------------------------------------------- answers
def _describe(found: re.Match[str], m: Measures, _turns: Sequence[Turn]) -> str:
    return described(m.pose, found.string)


def _posture(_found: re.Match[str], m: Measures, _turns: Sequence[Turn]) -> str:
    return describe(m.pose)[0]


def _balance(_found: re.Match[str], m: Measures, _turns: Sequence[Turn]) -> str:
    s = steadiness(m)
    if s.air:
        return "Nothing touches the ground: this is a moment in the air, so it is neither balanced nor unbalanced."
    on = _listed(s.bearers) or "what touches the ground"
    if s.margin >= 0:
        return f"It is balanced: the weight is over {on}, {_cm(s.margin)} from the edge of the support."
    if s.margin > -_NEARLY:
        return f"Nearly balanced: the weight is {_cm(-s.margin)} {_way(s)} {on}. A small shift of the hips settles it."
    return f"It is not balanced: the weight is {_cm(-s.margin)} {_way(s)} {on}. {_advice(s)}"


def _way(s: Steadiness) -> str:
    left, front = s.way
    if abs(front) >= abs(left):
        return "in front of" if front > 0 else "behind"
    return f"to the character's {'left' if left > 0 else 'right'} of"


def _advice(s: Steadiness) -> str:
    left, front = s.way
    if abs(front) >= abs(left):
        lean, step = ("back", "forward") if front > 0 else ("forward", "back")
        return f'As a moment of a motion that may be right; to hold it, say "lean {lean}" or "step {step}".'
    side, other = ("left", "right") if left > 0 else ("right", "left")
    return f'To hold it, say "lean to the {other}" or "move the {side} foot out".'


def _weight(_found: re.Match[str], m: Measures, _turns: Sequence[Turn]) -> str:
    s = steadiness(m)
    return "In the air: nothing bears it." if s.air else f"On {_listed(s.bearers) or 'what touches the ground'}."


def _higher(found: re.Match[str], m: Measures, _turns: Sequence[Turn]) -> str:
    part, how = found["part"], found["how"]
    axis, sign = _ORDERED[how]
    apart = float(m.offset(f"left_{_PAIRED[part]}", f"right_{_PAIRED[part]}")[axis])
    if abs(apart) < _LEVEL:
        plural = {"foot": "feet"}.get(part, part + "s")
        return f"Neither: both {plural} are level." if axis == 1 else f"Neither: the {plural} are side by side."
    return f"The {'left' if apart * sign > 0 else 'right'} {part}, by {_cm(abs(apart))}."


def _bent(found: re.Match[str], m: Measures, _turns: Sequence[Turn]) -> str:
    joint = _HINGES[found["part"].removesuffix("s")]
    sides = [found["side"]] if found["side"] in SIDES else list(SIDES)
    each = [f"the {side} {joint} is bent by {m.flexion(f'{side}_{joint}'):.0f}°" for side in sides]
    told = _listed(each)
    return f"{told[0].upper()}{told[1:]} (0° is straight)."


def _is_bent(found: re.Match[str], m: Measures, turns: Sequence[Turn]) -> str:
    joint = _HINGES[found["part"].removesuffix("s")]
    sides = [found["side"]] if found["side"] in SIDES else list(SIDES)
    bent = [m.flexion(f"{side}_{joint}") > _BENT for side in sides]
    agrees = bent if found["how"] == "bent" else [not b for b in bent]
    yes = "Yes" if all(agrees) else "No" if not any(agrees) else "One of them"
    return f"{yes}. {_bent(found, m, turns)}"


def _where(found: re.Match[str], m: Measures, _turns: Sequence[Turn]) -> str:
    """What the full description says of a part; its height where that says nothing."""
    part = {"feet": "foot"}.get(found["part"], found["part"].removesuffix("s"))
    sides = [found["side"]] if found["side"] in SIDES else list(SIDES)
    told = [
        s
        for s in re.split(r"(?<=\.) ", describe(m.pose)[2])
        if re.search(rf"\b(?:{part}|{_PLURAL.get(part, part + 's')})\b", s.lower())
        and (len(sides) == 2 or f"{sides[0]} " in s.lower() or "both" in s.lower())
    ]
    point = _PAIRED.get(part, part)
    if point == part and part == "head":
        return " ".join([*told, f"The head is {_cm(m.height('head'))} above the floor."])
    heights = _listed([f"the {s} one {_cm(m.height(f'{s}_{point}'))}" for s in sides])
    return " ".join([*told[:2], f"{heights[0].upper()}{heights[1:]} above the floor."])


def _gaze(_found: re.Match[str], m: Measures, _turns: Sequence[Turn]) -> str:
    left, up, front = (float(v) for v in m.gaze())
    words = [
        "up" if up > 0.35 else "down" if up < -0.35 else "",
        "to the left" if left > 0.35 else "to the right" if left < -0.35 else "",
        "behind" if front < -0.3 else "",
    ]
    way = " and ".join(w for w in words if w) or "straight ahead"
    return f"{way[0].upper()}{way[1:]} (as the character has left and right)."


def _changed(_found: re.Match[str], m: Measures, turns: Sequence[Turn]) -> str:
    earlier = [t.pose for t in turns if t.pose is not None]
    before = next((p for p in reversed(earlier) if p != m.pose), None)
    if before is None:
        return "There is no earlier pose in this conversation to compare with."
    return difference(before, m.pose) or "Nothing that could be seen."


def _checked(claim: str, m: Measures) -> str | None:
    """Whether what the words say holds, statement by statement; None where they say nothing that can be measured."""
    claim = re.sub(rf"^{_WHO}\s+", "", claim)
    posture = re.fullmatch(rf"({'|'.join(_POSTURES)})", claim)
    if posture:
        told = describe(m.pose)[0]
        return f"{'Yes' if posture_of(m).kind in _POSTURES[posture[1]] else 'No'}. {told}"
    reading = read(re.sub(r"^(?:his|her|its|their) ", "the ", claim))
    if not reading.explicit or reading.named or reading.unread:
        return None  # names of poses hold much more than was asked
    body = body_at(m.rest, rotvec_to_rotmat(m.pose.rotvecs), m.pose.transl, reading.explicit)
    missed = [code for code in reading.explicit if not code.measure(body).met]
    if not missed:
        return f"Yes. {describe(m.pose)[0]}"
    return f"No: {_listed(phrases(missed)[:4])} is not quite so. {describe(m.pose)[0]}"


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def _cm(metres: float) -> str:
    return f"{round(100 * metres)} cm"


_PLURAL: Final = {"foot": "feet"}
_SIDE: Final = r"(?:the |his |her |its )?(?P<side>left|right|both|two)? ?"
Answering = Callable[[re.Match[str], Measures, Sequence[Turn]], str]
_KINDS: Final[tuple[tuple[str, Answering], ...]] = (
    (rf"what(?: {_IS}|'s) {_WHO} doing(?: (?:right )?now| here)?", _describe),
    (rf"(?:please )?(?:can you |could you )?(?:describe|explain|caption)(?: (?:to me|me))?(?: {_WHO})?"
     r"(?: (?:in (?:more |full |great |one )?(?:detail|words|line|sentence)|in detail|briefly|fully|exactly|please))*",
     _describe),
    (r"what(?: is|'s)? (?:this|that|the)? ?(?:pose)?(?: is (?:this|that|it))?", _describe),
    (r"what do you see|what can you see|what pose is (?:this|that|it)|tell me about (?:it|(?:the|this) pose)",
     _describe),
    (rf"how (?:is|does) {_WHO} (?:standing|sitting|posed|positioned|look|stand|sit|lie|lying)", _posture),
    (rf"(?:is|are|does|do) {_WHO} (?:really |well |in |look |looks )?(?:balanced?|stable|steady|in balance|off balance"
     r"|unbalanced|unstable|falling|fall|tip|topple|falling over|fall over|tip over|fall down)", _balance),
    (rf"(?:would|will|could|can) {_WHO} (?:fall|tip|topple|stand|hold|stay up|fall over|tip over|fall down)"
     r"(?: (?:like (?:this|that)|over|down))?", _balance),
    (rf"why {_IS} {_WHO} (?:look(?:ing)? |so |seem )*(?:unbalanced|off[- ]balance|unstable|falling|tipping"
     r"|out of balance|wrong|odd|strange)(?: over)?", _balance),
    (r"(?:how(?: is|'s)|check) (?:the|her|his|its) balance|how (?:balanced|stable|steady) is (?:it|she|he|the pose)",
     _balance),
    (r"where(?: is|'s| does) (?:the|his|her|its) weight(?: on| go| rest)?|what (?:bears|carries) the weight"
     r"|which (?:foot|leg) (?:bears|carries|has) the weight", _weight),
    (rf"which (?P<part>{'|'.join(_PAIRED)}) is (?P<how>{'|'.join(_ORDERED)})", _higher),
    (rf"how (?:much |far |strongly )?(?:is|are) {_SIDE}(?P<part>arms?|elbows?|legs?|knees?) bent", _bent),
    (rf"(?:is|are) {_SIDE}(?P<part>arms?|elbows?|legs?|knees?) (?P<how>bent|straight)", _is_bent),
    (rf"how bent (?:is|are) {_SIDE}(?P<part>arms?|elbows?|legs?|knees?)", _bent),
    (rf"what (?:is the )?angle (?:is|of|does)? ?{_SIDE}(?P<part>elbows?|knees?)(?: at| have| bent)?", _bent),
    (rf"(?:where|how high) (?:is|are) {_SIDE}(?P<part>hands?|wrists?|elbows?|knees?|foot|feet|ankles?|head)", _where),
    (rf"where (?:is|does) {_WHO} look(?:ing)?(?: at)?|(?:in )?(?:which|what) (?:way|direction) is {_WHO} looking",
     _gaze),
    (r"what (?:has |is )?(?:changed|different|the difference|new)|what did you (?:change|do)|what(?: is|'s) the change",
     _changed),
)  # fmt: skip
