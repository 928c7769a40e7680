"""Remarks that mean something only after what was said before: "more", "too much", "undo the arm", "the other one".

The service keeps no state: the conversation so far comes with the request as turns, the user's words and the poses that
answered them. It is replayed here into steps, a remark is read against the last of them, and the answer is a pose to
take, a pose to take and an instruction to carry out on it, or a reply that says what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from backend.posecodes.contact import Contact
from backend.posecodes.vocabulary import SIDES
from rigs.skeleton import GROUPS, INDEX
from rigs.wire import Pose, Turn

from .blending import going_on, moved_between, partly_back, turns_between, with_joints
from .edit_words import clauses_of
from .edits import read_edit
from .measures import Measures
from .remarks import Remark, plain, remark_in, side_swapped, subject_of, way_changed, without_pronoun

_MOVED: Final = 1.0  # deg; a joint that turned less has not moved
_SHARES: Final = {"little": 0.25, "": 0.5, "even": 0.6, "much": 1.0}
_BACK: Final = {"little": 0.33, "": 0.45, "too": 0.5, "little too": 0.33, "much": 0.7, "much too": 0.75}
_PARTS: Final = {"arm": ("arm",), "hand": ("arm", "hand"), "elbow": ("arm",), "shoulder": ("arm",),
                 "fingers": ("hand",), "leg": ("leg",), "knee": ("leg",), "foot": ("leg",), "head": ("head",),
                 "eyes": ("head",), "torso": ("torso",), "hips": ("root", "torso"), "body": ("root",)}  # fmt: skip
_STAYS: Final = 'The pose stays as it is; say what to change, like "raise the left arm more".'
_HINGE: Final = {"arm": "elbow", "leg": "knee"}
_LIMBS: Final = ("arm", "hand", "elbow", "shoulder", "leg", "foot", "knee", "one")
_ALONE: Final = "this request came without the conversation so far"


@dataclass(frozen=True)
class Answer:
    """What a remark comes to.

    pose: to be taken, or None where only the reply is given. prompt: an instruction to be carried out on `pose`.
    moved: joints in which `pose` was put together anew, so that it may have to be set on the ground; empty: it is taken
    exactly. further: they go beyond where they were, so that they may leave their range or meet the body.
    """

    reply: str
    pose: Pose | None = None
    prompt: str = ""
    moved: frozenset[str] = frozenset()
    further: bool = False


@dataclass(frozen=True, eq=False)
class Step:
    """One answered request. said: the instruction that it carried out; "" where there was none (an undo, a mirror).

    before: None where the conversation begins with it. source: the step whose change "more" and "less" go on with.
    link: the step that it goes on from ("more", "a bit higher").
    """

    said: str
    before: Pose | None
    after: Pose
    source: Step | None = None
    link: Step | None = None

    @property
    def origin(self) -> Step:
        return self.source or self

    @property
    def root(self) -> Step:
        """The step that began what this one went on with."""
        return self.link.root if self.link else self


def read_answer(prompt: str, current: Pose | None, turns: Sequence[Turn]) -> Answer | None:
    """The answer to a remark about the conversation; None where the words stand on their own."""
    steps, undone = history(turns)
    remark = remark_in(plain(prompt))
    if remark is None:
        return _about_the_last(prompt, current, steps)
    if current is None:
        return Answer("There is no pose yet that this could be about. Describe one first.")
    if remark.kind == "redo":
        if not undone:
            return Answer(f"There is nothing to do again{_why(turns)}. The pose stays as it is.")
        return Answer("Brought back what was undone.", undone[-1].after)
    if remark.kind == "first":
        first = _first_pose(turns)
        return Answer("Went back to the first pose.", first) if first else _lacking(turns, "the first pose")
    if remark.kind == "restore":
        return _restored(remark, current, steps, turns)
    if not steps:
        if remark.kind == "other" and not remark.side and not remark.same and remark.noun not in _LIMBS:
            return None  # "the other side" alone is an order to mirror the pose
        return _without_steps(remark, current, turns)
    return _of_last_step(remark, current, steps)


def history(turns: Sequence[Turn]) -> tuple[list[Step], list[Step]]:
    """The steps that still count, and those that were undone since the last change, both oldest first."""
    steps: list[Step] = []
    undone: list[Step] = []
    now: Pose | None = None
    said = ""
    for turn in turns:
        if turn.role == "user":
            said = turn.text
            now = turn.pose if turn.pose is not None else now
        elif turn.pose is not None:
            _replay(plain(said), now, turn.pose, steps, undone)
            now, said = turn.pose, ""
    return steps, undone


def _replay(said: str, before: Pose | None, after: Pose, steps: list[Step], undone: list[Step]) -> None:
    """Add one answered request to the steps."""
    remark = remark_in(said)
    kind = remark.kind if remark else ""
    if kind == "undo" and steps and not (remark and remark.rest):
        undone.append(steps.pop())
        return
    if kind == "redo" and undone:
        steps.append(undone.pop())
        return
    undone.clear()
    last = steps[-1] if steps else None
    if remark is None:
        text = without_pronoun(said, subject_of(last.said) if last else "")
        steps.append(Step(text or said, before, after, link=last if text else None))
    elif kind in ("more", "less", "again") and last is not None:
        steps.append(Step(last.said, before, after, last.origin, last))
    elif kind == "also" and last is not None:
        steps.append(Step(side_swapped(last.said, remark, _busy_side(last, remark)) or last.said, before, after))
    elif kind in ("other", "way") and last is not None:
        root = last.root
        new = side_swapped(root.said, remark, _busy_side(root, remark)) if kind == "other" else None
        new = way_changed(root.said, remark.rest) if kind == "way" else new
        steps.append(Step(new or root.said, root.before, after))
    else:  # an undo that goes on with an instruction has that; what brings a pose or part back has none
        steps.append(Step(remark.rest if kind == "undo" else "", before, after))


def _first_pose(turns: Sequence[Turn]) -> Pose | None:
    return next((t.pose for t in turns if t.pose is not None), None)


# --- what is missing -------------------------------------------------------------------------------


def _why(turns: Sequence[Turn]) -> str:
    return "" if turns else f": {_ALONE}"


def _lacking(turns: Sequence[Turn], what: str) -> Answer:
    because = "the conversation so far has no such pose" if turns else _ALONE
    return Answer(f"I do not know {what}: {because}. The pose stays as it is.")


def _without_steps(remark: Remark, current: Pose, turns: Sequence[Turn]) -> Answer:
    """A remark without anything before it: only what the pose itself shows can be done."""
    if remark.kind == "other" and remark.same and remark.family:
        if remark.side == _lifted_side(current, remark.family):
            return Answer(f"The {remark.side} {remark.noun} does it already. The pose stays as it is.")
        note = f"I took the same to be what the other {remark.noun} does now."
        return Answer(note, current, f"switch {remark.family}s")
    if remark.kind == "undo":
        return _lacking(turns, "the pose before this one")
    texts = [plain(t.text) for t in turns if t.role == "user" and remark_in(plain(t.text)) is None]
    if texts and remark.kind in ("again", "more"):
        return Answer(f'Once more: "{texts[-1]}".', current, _again(texts[-1], remark))
    because = "the turns so far bring no poses" if turns else _ALONE
    return Answer(f"I do not know what the last change was: {because}. {_STAYS}")


def _again(text: str, remark: Remark) -> str:
    """An instruction again, of which only the words are known: "raise the arm" goes on with "raise the arm more"."""
    clauses = clauses_of(text)
    if remark.kind == "again" or len(clauses) != 1 or clauses[0].amount.given:
        return text
    return f"{text} {'a bit more' if remark.degree == 'little' else 'more'}"


# --- the last step ---------------------------------------------------------------------------------


def _of_last_step(remark: Remark, current: Pose, steps: list[Step]) -> Answer:
    last = steps[-1]
    if remark.kind == "undo":
        if last.before is None:
            return Answer("There is no pose before the first one. The pose stays as it is.")
        what = f" ({last.said})" if last.said else ""
        return Answer(f"Took back the last change{what}.", last.before, remark.rest)
    if not last.said:
        return Answer("The last step was no instruction that this could go on with. The pose stays as it is.")
    if remark.kind == "again":
        return Answer(f'Once more: "{last.said}".', current, last.said)
    if remark.kind == "also":
        return _also(remark, current, last)
    if remark.kind == "other":
        return _other_side(remark, current, last.root)
    if remark.kind == "way":
        return _other_way(remark, last.root)
    if last.before is None:
        return Answer(f"There was no change yet, only the first pose. {_STAYS}")
    return _more(remark, current, last) if remark.kind == "more" else _less(remark, current, last)


def _more(remark: Remark, current: Pose, last: Step) -> Answer:
    """The last instruction's change goes on by a share, joint by joint."""
    origin = last.origin
    assert origin.before is not None
    edit = read_edit(origin.said, origin.before)
    if edit is not None and any(isinstance(c, Contact) for c in edit.program):
        return Answer(f'"{last.said}" cannot be done more than it is. The pose stays as it is.')
    if edit is not None and edit.mirror:
        return Answer("A mirrored pose cannot be mirrored more. The pose stays as it is.")
    pose, moved = going_on(current, origin.before, origin.after, _SHARES[remark.degree])
    return Answer(f"More of the last change: {last.said}.", pose, moved=moved, further=True)


def _less(remark: Remark, current: Pose, last: Step) -> Answer:
    """A share of the last change is taken back."""
    before = last.before if last.before is not None else last.origin.before
    if remark.kind == "less" and last.source is not None and not moved_between(last.before, last.after):
        before = last.origin.before
    assert before is not None
    pose, moved = partly_back(current, before, last.after, _BACK[remark.degree])
    return Answer(f"Took back a part of the last change: {last.said}.", pose, moved=moved)


def _also(remark: Remark, current: Pose, last: Step) -> Answer:
    """The last instruction for the other side, too."""
    text = side_swapped(last.said, remark, _busy_side(last, remark))
    if text is None:
        return Answer(f'"{last.said}" has no other side that I could take. The pose stays as it is.')
    return Answer("Also on the other side.", current, text)


def _other_way(remark: Remark, last: Step) -> Answer:
    """The last instruction in another direction instead."""
    text = way_changed(last.said, remark.rest)
    if text is None or last.before is None:
        return Answer(f'"{last.said}" has no direction that I could change. The pose stays as it is.')
    return Answer("The other direction instead.", last.before, text)


def _other_side(remark: Remark, current: Pose, last: Step) -> Answer:
    """The last instruction for the other side instead."""
    if not remark.family and not re.search(r"\b(?:left|right)\b", last.said):
        remark = replace(remark, noun=subject_of(last.said).split(" ")[-1])
    text = side_swapped(last.said, remark, _busy_side(last, remark))
    if text is not None and last.before is not None:
        return Answer("The other side instead.", last.before, text)
    if last.before is not None and remark.family and not moved_between(last.before, last.after) & _group(remark.family):
        return Answer(f"The last change ({last.said}) was not one of the {remark.family}s. The pose stays as it is.")
    return _sides_switched(remark, current, last)


def _sides_switched(remark: Remark, current: Pose, last: Step) -> Answer:
    """Where no words say the side ("waving"): the limbs of both sides change what they do."""
    family = remark.family
    if not family and last.before is not None:
        moved = moved_between(last.before, last.after)
        family = next((k for k in ("arm", "leg") if moved <= _group(k) | _group("hand")), "")
    if not family:
        return Answer("The other side instead.", current, "mirror it")
    if remark.side and remark.side == _lifted_side(current, family):
        return Answer(f"The {remark.side} {remark.noun} does it already. The pose stays as it is.")
    return Answer("The other side instead.", current, f"switch {family}s")


def _busy_side(step: Step, remark: Remark) -> str:
    """The side of the limbs in question that moved more, for instructions that named none."""
    if step.before is None:
        return ""
    turns = turns_between(step.before, step.after)
    family = remark.family or "arm"
    sums = {s: sum(turns[INDEX[j]] for j in GROUPS[f"{s}_{family}"]) for s in SIDES}
    return max(sums, key=lambda s: sums[s]) if abs(sums["left"] - sums["right"]) > _MOVED else ""


def _lifted_side(pose: Pose, family: str) -> str:
    """The side whose arm or leg is further from hanging down."""
    m = Measures(pose)
    down = {s: m.direction(f"{s}_{family}")[1] + m.flexion(f"{s}_{_HINGE[family]}") / 90 for s in SIDES}
    return max(down, key=lambda s: down[s])


def _about_the_last(prompt: str, current: Pose | None, steps: list[Step]) -> Answer | None:
    """Words that leave out what they are about ("a bit higher", "now bend it") are about the last thing moved."""
    subject = subject_of(steps[-1].said) if steps else ""
    text = without_pronoun(plain(prompt), subject) if subject and current is not None else ""
    return Answer("", current, text) if text else None


# --- parts -----------------------------------------------------------------------------------------


def _restored(remark: Remark, current: Pose, steps: list[Step], turns: Sequence[Turn]) -> Answer | None:
    """Some parts as they were before the last change that moved them."""
    names = _named(remark.rest, steps)
    if names is None:
        return None
    if not steps:
        if remark.place:  # "put the left foot back" can be said of a direction, too
            return None
        return _lacking(turns, f"how the {remark.rest} was before")
    for step in reversed(steps):
        moved = moved_between(step.before, step.after)
        if step.said and step.before is not None and moved & names and moved_between(step.before, current) & names:
            chosen = names
            if _legs(names) and moved - names <= {"pelvis"}:
                chosen |= {"pelvis"}  # the whole change was of this leg
            pose = with_joints(current, step.before, chosen)
            return Answer(f'Put the {remark.rest} back to where it was before "{step.said}".', pose, moved=chosen)
    return Answer(f"The {remark.rest} is where it was before in this conversation. The pose stays as it is.")


def _named(words: str, steps: list[Step]) -> frozenset[str] | None:
    """The joints that words like "left arm", "head turn" mean; None where they name no part."""
    parts = [p for c in clauses_of(words) for p in c.parts]
    out: set[str] = set()
    for part in parts:
        for group in _PARTS.get(part.kind, ()):
            if group not in ("arm", "hand", "leg"):
                out |= set(GROUPS[group])
                continue
            sides = (part.side,) if part.side in SIDES else SIDES if part.plural else _last_side(group, steps)
            out |= {j for s in sides for j in GROUPS[f"{s}_{group}"]}
    return frozenset(out) or None


def _last_side(group: str, steps: list[Step]) -> tuple[str, ...]:
    """The side whose arm or leg moved last."""
    for step in reversed(steps):
        if step.before is not None:
            turns = turns_between(step.before, step.after)
            most = {s: max(turns[INDEX[j]] for j in GROUPS[f"{s}_{group}"]) for s in SIDES}
            if max(most.values()) > _MOVED:
                return (max(most, key=lambda s: most[s]),)
    return SIDES


def _group(kind: str) -> frozenset[str]:
    return frozenset(j for s in SIDES for j in GROUPS[f"{s}_{kind}"])


def _legs(joints: frozenset[str]) -> bool:
    return bool(joints & _group("leg"))
