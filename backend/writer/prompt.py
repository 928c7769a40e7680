"""What a language model is told: how to answer, the posecodes' guide, worked examples, and the request.

The examples' programs come from the atlas, as its files have them, so that they are as good as the poses that everybody
sees; only what the user asked and the one sentence of the reply are written here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from backend.language.atlas import atlas
from backend.posecodes import Posecode, Program
from backend.posecodes.contact import Contact
from backend.posecodes.ground import Airborne, Support

from .answers import Answer, Choices
from .beginnings import POSTURES, STANDING, statements_of
from .guide import guide

_TASK: Final = """
You pose a 3D character. The user says what it does, feels or is; you answer with one JSON object:
{"reply": ..., "begin": ..., "program": [...]}
reply: one or two short sentences to the user. For a pose, say what the body does: what it rests on, trunk, legs, each
arm, head. Think of how a real person would do it, then write exactly that as statements. Of a feeling or a situation
("she just won the lottery") show what the body would do.
begin: what the pose begins with. A posture brings its own statements; in brackets what bears, touches and is special (*
the side in the name, other_ the other): {postures}. Take the nearest one and say with statements what is different.
What places an arm or leg replaces all that the posture has of it, touch and bearing too; but a forearm, shin or bend
leaves the upper segment, an upper_arm alone all the rest. So say both segments (of an arm whose hand touches the body
the upper arm and the contact), and a support if it bears. A direction or lean of the torso leaves what bears and the
arms: say arms that lie on thighs anew. A support leaves the posture's others and moves nothing: an elbow on a table
keeps the seat, but say its arm.
The character faces ahead and stays so; to look or aim to a side it turns torso, head and arms, not the pelvis.
"none": the user asks for no pose (a greeting, a question): answer in the reply, leave the program empty.
program: the statements, each with every field of its kind and a field "type" that names the kind; up to 25. Of the
fields with ? give exactly one. Names with * have left_ or right_ in its place.
""".strip()
_CURRENT: Final = """
begin "current": the user changes the pose that the character is in now (raise, lower, more, turn, "what if he were
tired"). The program then has only what is new; everything else stays as it is. Take a posture instead if the user asks
for another pose.
""".strip()
_PICTURE: Final = """
A picture comes with the request; several people in it have numbers drawn at them, from 0; one alone is number 0.
person: the number of the one who is meant, null if nobody is. begin "photo": the pose of that person as the picture
shows it, which is measured in the picture; the program then has only what the user wants different, and is empty if
nothing is. Take a posture instead if the user asks for a pose that the picture does not show ("what will she do
next?"), and write it in full.
""".strip()


@dataclass(frozen=True)
class Example:
    """A request, and the answer in the words of the reply and an atlas entry's own statements."""

    asked: str
    reply: str
    begin: str
    entry: str

    def answer(self) -> Answer:
        return Answer(self.reply, self.begin, atlas().own(self.entry))


_ROUGHLY: Final = 1  # digits of the examples' triples
_SIDE: Final = re.compile(r"(left_|right_)(\w+)")
_PLURALS: Final = {"foot": "feet", "calf": "calves", "toes": "toes"}
_SPECIAL: Final = {  # postures: what does not follow from their name, from what bears and what touches
    "walking_left_leg_ahead": "arms swing",
    "running_left_leg_ahead": "arms swing, fists",
    "squatting": "arms ahead",
    "crouching": "forearms ahead",
    "on_all_fours": "soles up",
    "lying_on_belly": "hands beside the head, turned left",
    "lying_on_left_side": "*_arm past the head, knees bent",
    "jumping": "arms up",
    "hanging_by_hands": "arms up",
}
EXAMPLES: Final = (
    Example(
        "he asks her to marry him",
        "He kneels on the right knee, leaning a little forward, both hands holding out the ring together, looking up.",
        "kneeling_on_right_knee",
        "propose marriage",
    ),
    Example(
        "deep in thought",
        "He sits bent forward, chin on the back of the right hand, the left forearm on the thigh, looking down.",
        "sitting_on_chair",
        "thinker",
    ),
    Example(
        "tree pose on the right leg",
        "She stands on the right leg, the left sole against its inner thigh, palms together before the chest.",
        STANDING,
        "tree pose",
    ),
)


@dataclass(frozen=True)
class Message:
    """One message of a conversation with a model. images: encoded pictures (PNG or JPEG)."""

    role: str
    text: str
    images: tuple[bytes, ...] = ()


def system_prompt(choices: Choices) -> str:
    """What holds for every request of a kind; the same text for all of them, so that servers keep it in their cache."""
    task = _TASK.replace("{postures}", ", ".join(_postures()))
    if choices.people:
        task = task.replace('"begin": ..., "program"', '"begin": ..., "person": ..., "program"')
    more = [text for text, told in ((_CURRENT, choices.current), (_PICTURE, choices.people)) if told]
    return "\n".join([task, *more, "", "STATEMENTS", guide(), "", "EXAMPLES", *_examples(choices)])


def _postures() -> Iterator[str]:
    """The postures with what they bring, both sides said once: kneeling_on_*_knee (*_knee other_foot *_toes)."""
    for name in POSTURES:
        if "_right_" not in name:
            told = "; ".join(brought(name))
            yield name.replace("_left_", "_*_") + (f" ({told})" if told else "")


def brought(posture: str) -> list[str]:
    """What bears and touches in a posture, and what else is special; * is the side in its name."""
    sides = {"left_": "*_", "right_": "other_"} if "_left_" in posture else {}
    codes, out = statements_of(posture), []
    for height in dict.fromkeys(c.height for c in codes if isinstance(c, Support)):
        parts = [part for c in codes if isinstance(c, Support) and c.height == height for part in c.parts]
        out.append(" ".join([*_both(parts, sides), *([f"at {height:g}"] if height else [])]))
    out += [f"airborne {c.height:g}" for c in codes if isinstance(c, Airborne)]
    out += _both([f"{c.a} on {c.b}" for c in codes if isinstance(c, Contact)], sides)
    return [*out, *([_SPECIAL[posture]] if posture in _SPECIAL else [])]


def _both(names: list[str], sides: Mapping[str, str]) -> list[str]:
    """Names as `sides` has them, else those of both sides said once: left_palm on left_thigh -> palms on thighs."""
    if sides:
        return [_SIDE.sub(lambda m: sides[m[1]] + m[2], name) for name in names]
    return list(dict.fromkeys(_SIDE.sub(_plural, n) if _across(n) in names else n for n in names))


def _across(name: str) -> str:
    return _SIDE.sub(lambda m: ("right_" if m[1] == "left_" else "left_") + m[2], name)


def _plural(name: re.Match[str]) -> str:
    return _PLURALS.get(name[2]) or f"{name[2]}s"


def _examples(choices: Choices) -> Iterator[str]:
    for example in EXAMPLES:
        yield f"User: {example.asked}"
        yield answer_text(example.answer(), bool(choices.people), _ROUGHLY)


def answer_text(answer: Answer, with_person: bool = False, digits: int = 2) -> str:
    """An answer as a model has to write it. digits: of the figures in triples."""
    person = {"person": answer.person} if with_person else {}
    whole = {"reply": answer.reply, "begin": answer.begin} | person | {"program": statements(answer.program, digits)}
    return json.dumps(whole, separators=(",", ":"))


def statements(program: Program, digits: int = 2) -> list[dict[str, Any]]:
    """Statements with every field that they may have, and figures as short as people give them."""
    return [_short(code, digits) for code in program]


def _short(code: Posecode, digits: int) -> dict[str, Any]:
    said = code.to_json()
    full = {f.name: getattr(code, f.name) for f in fields(code) if f.name not in code.one_of} | said
    names = ["type", *(f.name for f in fields(code) if f.name in full)]
    return {name: _figure({**full, "type": code.kind}[name], digits) for name in names}


def _figure(value: Any, digits: int) -> Any:
    """Lists to so many digits and numbers to two; whole ones without a decimal point."""
    if isinstance(value, (list, tuple)):
        return [_whole(round(v, digits)) if isinstance(v, float) else v for v in value]
    return _whole(round(value, 2)) if isinstance(value, float) else value


def _whole(value: float) -> float | int:
    return int(value) if value == int(value) else value
