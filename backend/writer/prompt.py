"""What a language model is told: how to answer, the posecodes' guide, worked examples, and the request.

The examples' programs come from the atlas, as its files have them, so that they are as good as the poses that everybody
sees; only what the user asked and the one sentence of the reply are written here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

from backend.language.atlas import atlas
from backend.posecodes import Posecode, Program

from .answers import Answer, Choices
from .beginnings import POSTURES, STANDING
from .guide import guide

_TASK: Final = """
You pose a 3D character. The user says what it does, feels or is; you answer with one JSON object:
{"reply": ..., "begin": ..., "program": [...]}
reply: one or two short sentences to the user. For a pose, say what the body does: what it rests on, trunk, legs, each
arm, head. Think of how a real person would do it, then write exactly that as statements. Of a feeling or a situation
("she just won the lottery") show what the body would do.
begin: what the pose begins with. A posture brings its own statements for what bears the weight, trunk, legs and arms;
yours replace those about the same limb. Postures: {postures}. Take the nearest one and say with statements what is
different. A limb that you mention has to be said completely: both its segments (of an arm whose hand touches the body
the upper arm and the contact), and a support if it bears weight.
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


def _postures() -> list[str]:
    """The postures with both sides said once: lying_on_*_side."""
    return list(dict.fromkeys(name.replace("_left_", "_*_").replace("_right_", "_*_") for name in POSTURES))


def _examples(choices: Choices) -> Iterator[str]:
    for example in EXAMPLES:
        yield f"User: {example.asked}"
        yield answer_text(example.answer(), bool(choices.people))


def answer_text(answer: Answer, with_person: bool = False) -> str:
    """An answer as a model has to write it."""
    person = {"person": answer.person} if with_person else {}
    whole = {"reply": answer.reply, "begin": answer.begin} | person | {"program": statements(answer.program)}
    return json.dumps(whole, separators=(",", ":"))


def statements(program: Program) -> list[dict[str, Any]]:
    """Statements with every field that they may have, and figures as short as people give them."""
    return [_short(code) for code in program]


def _short(code: Posecode) -> dict[str, Any]:
    said = code.to_json()
    full = {f.name: getattr(code, f.name) for f in fields(code) if f.name not in code.one_of} | said
    names = ["type", *(f.name for f in fields(code) if f.name in full)]
    return {name: _figure({**full, "type": code.kind}[name]) for name in names}


def _figure(value: Any) -> Any:
    """Lists to one digit and numbers to two; whole ones without a decimal point."""
    if isinstance(value, (list, tuple)):
        return [_whole(round(v, 1)) if isinstance(v, float) else v for v in value]
    return _whole(round(value, 2)) if isinstance(value, float) else value


def _whole(value: float) -> float | int:
    return int(value) if value == int(value) else value
