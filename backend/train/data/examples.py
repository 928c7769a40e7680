"""Conversations to learn from, each made from its number alone: a run that goes on sees what it would have seen.

A message's text may hold the placeholder `<pose>`; the poses of a conversation stand in the order of their places.
Those of the user are given to the model, those of the assistant are what it has to answer. A picture belongs to the
first message.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from backend.errors import BadFile, BadInput

from .described import Described, mirrored_text
from .poses import PoseTable, mirrored, turned_alike
from .renders import PICTURES, PictureTable, Shown
from .splits import split_of_way
from .wording import worded

T = TypeVar("T")
POSE: Final = "<pose>"
TASKS: Final = ("generate", "describe", "edit", "compare", "talk", "look")
TALK: Final = Path(__file__).parent / "talk.toml"
_BARE: Final = 0.7  # share of prompts that come as they are, as people type them
_BESIDE: Final = 0.12  # share of prompts that come with a pose that they have nothing to do with, as it is in a scene
_SECOND: Final = 0.4  # share of instructions that are the second turn of a talk, where the first is known
_REQUESTS: Final = (
    "Give me this pose: {}", "Pose the character: {}", "Show me {}", "Make a pose: {}", "The pose should be: {}",
    "Please pose someone like this: {}", "I need a pose: {}", "What does this look like: {}", "{} Show the pose.",
)  # fmt: skip
_ANSWERS: Final = (f"Here it is: {POSE}", f"{POSE}", f"Here is the pose: {POSE}", f"Done: {POSE}")
_WHAT: Final = (
    f"Describe this pose: {POSE}", f"{POSE} What is this pose?", f"What is the character doing? {POSE}",
    f"Say in words what this pose is: {POSE}", f"{POSE} Describe it.",
)  # fmt: skip
_WHAT_EXACTLY: Final = (
    f"Describe this pose in detail: {POSE}", f"{POSE} Describe it limb by limb.", f"Describe it exactly: {POSE}",
)  # fmt: skip
_CHANGE: Final = (
    f"{POSE} {{}}", f"Change this pose: {POSE} {{}}", f"Here is a pose: {POSE} Now {{}}", f"{{}} in {POSE}",
)  # fmt: skip
_COMPARE: Final = (
    f"What changes from {POSE} to {POSE}?", f"Compare {POSE} with {POSE}.", f"How do I get from {POSE} to {POSE}?",
)  # fmt: skip
_LOOK: Final = (
    "", "Take the pose of this picture.", "Pose the character like this.", "this pose", "Estimate the pose.",
    "like this", "What pose is this?", "Give me the pose of the person in the picture.",
    "the pose of the one in the picture",
)  # fmt: skip
_SEEN: Final = (
    "What is this person doing?", "Describe the picture.", "Describe the pose in this picture.", "What do you see?",
    "How does this person stand or sit?",
)  # fmt: skip
_TOLD: Final = 0.25  # share of pictures that are asked about in words
_BUT: Final = 0.25  # share of those whose pose is changed by words, where instructions for it are known
_LIKE_BUT: Final = ("Like this, but {}", "this pose, but {}", "{}", "Take the pose of this picture and {}")
_TINT: Final = (0.7, 1.3)  # by which the colours of a picture are multiplied


@dataclass(frozen=True, eq=False)
class Example:
    """messages: (role, text), user and assistant in turns. poses: (52, 3) rad each. picture: (s, s, 3) uint8."""

    task: str
    messages: tuple[tuple[str, str], ...]
    poses: tuple[np.ndarray, ...] = ()
    picture: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Corpus:
    """The data of one part (`splits`): tables, descriptions, ways to ask and edits, by the number of their pose; and
    the pictures of everything, of which those that are `shown` belong to it.
    """

    tables: Mapping[str, PoseTable]
    descriptions: Mapping[str, Mapping[int, Described]]
    asks: Mapping[str, Sequence[dict[str, Any]]]
    edits: Sequence[dict[str, Any]]
    talk: Sequence[dict[str, Any]]
    pictures: PictureTable | None = None
    shown: Sequence[int] = ()

    @classmethod
    def load(cls, folder: Path, split: str) -> Corpus:
        """Read what `build` has made.

        Raises:
            BadFile: the folder is not one of those.
        """
        tables = {p.stem: PoseTable.load(p) for p in sorted(folder.glob("*.npz")) if p.name != PICTURES}
        if "atlas" not in tables or not (folder / "edits.jsonl").exists():
            raise BadFile(f"{folder} is no finished training data", "python -m backend.train.data.build makes it")
        mine = {name: {i for i, s in enumerate(t.splits) if s == split} for name, t in tables.items()}
        told = {}
        for name in tables:
            if (folder / f"{name}.jsonl").exists():
                rows = enumerate(_rows(folder / f"{name}.jsonl"))
                told[name] = {i: Described.from_dict(row) for i, row in rows if i in mine[name]}
        asks: dict[str, list[dict[str, Any]]] = {}
        for row, part in _with_parts(_rows(folder / "asks.jsonl"), tables):
            if part == split:
                asks.setdefault(row["table"], []).append(row)
        edits = [row for row in _rows(folder / "edits.jsonl") if row["a"][1] in mine[row["a"][0]]]
        talk = tomllib.loads(TALK.read_text("utf-8"))["exchange"]
        pictures = PictureTable.load(folder / PICTURES) if (folder / PICTURES).exists() else None
        shown = [i for i, part in enumerate(pictures.splits) if part == split] if pictures else []
        return cls(tables, told, asks, edits, talk, pictures, shown)

    def pose(self, table: str, index: int, mirror: bool = False) -> np.ndarray:
        rotvecs = self.tables[table].rotvecs[index]
        return mirrored(rotvecs) if mirror else rotvecs

    @cached_property
    def told(self) -> Mapping[str, Sequence[int]]:
        """The described poses of each table, as a list to draw from."""
        return {name: sorted(rows) for name, rows in self.descriptions.items() if rows}

    def captioned(self, rng: np.random.Generator, long: bool = True) -> tuple[np.ndarray, str]:
        """A pose (52, 3) and a text about it, worded anew."""
        pose, of, mirror = self.described(rng)
        text = worded(of, rng, long)
        return pose, mirrored_text(text) if mirror else text

    def described(self, rng: np.random.Generator) -> tuple[np.ndarray, Described, bool]:
        """A pose (52, 3), what is said of it or of its mirror image, and whether of that; motion half of the time."""
        names = self.some(sorted(self.told), "descriptions")
        weights = np.array([2.0 if n == "motion" else 1.0 for n in names])
        name = names[int(rng.choice(len(names), p=weights / weights.sum()))]
        index = self.told[name][int(rng.integers(len(self.told[name])))]
        mirror = bool(rng.random() < 0.5)
        return self.pose(name, index, mirror), self.descriptions[name][index], mirror

    def asked(self, rng: np.random.Generator, names: bool = False) -> tuple[np.ndarray, str]:
        """A pose (52, 3) and a prompt that asks for it; mirrored only where the prompt names a side.

        names: of the atlas alone where it is there, whose names speak of the whole body.
        """
        known = self.some(sorted(self.asks), "ways to ask")
        tables = ["atlas"] if names and "atlas" in known else known
        weights = np.array([1.0 if t == "atlas" else 1.5 for t in tables])
        rows = self.asks[tables[int(rng.choice(len(tables), p=weights / weights.sum()))]]
        row = rows[int(rng.integers(len(rows)))]
        twin = mirrored_text(row["prompt"])
        mirror = bool(rng.random() < 0.5) and twin != row["prompt"]
        return self.pose(row["table"], row["pose"], row["mirrored"] != mirror), twin if mirror else row["prompt"]

    def edit(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, str]:
        """Two poses (52, 3) and the instruction that turns the first into the second."""
        return self._pair(*self._drawn(self.edits, rng))

    def edit_in_talk(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, str, str]:
        """An edit, and the words that asked for its first pose ("" where nobody asked for it)."""
        row, mirror = self._drawn(self.edits, rng)
        table, index = row["a"]
        key = self.tables[table].keys[index]
        asked = key.removeprefix("asked ") if table == "asked" else ""
        return (*self._pair(row, mirror), mirrored_text(asked) if mirror else asked)

    def difference(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, str]:
        """Two poses (52, 3) and all that changes from the first to the second."""
        return self._pair(*self._drawn(self.differences, rng))

    @cached_property
    def differences(self) -> Sequence[dict[str, Any]]:
        return [row for row in self.edits if row["b"][0] != "edited"]

    @staticmethod
    def some(rows: Sequence[T], what: str) -> Sequence[T]:
        """Raises BadInput where there are none."""
        if not rows:
            raise BadInput(
                f"this part of the training data has no {what}", "make more data, or leave the task out of mix"
            )
        return rows

    def picture(self, rng: np.random.Generator) -> tuple[Shown, str]:
        """A picture or its mirror image, and a text about it ("" where there is none)."""
        index = self.some(self.shown, "pictures")[int(rng.integers(len(self.shown)))]
        assert self.pictures is not None
        mirror = bool(rng.random() < 0.5)
        shown = self.pictures.shown(index, mirror)
        table, number = self.pictures.source[index]
        of = self.descriptions.get(table, {}).get(number)
        text = of.line if of is not None else ""
        pixels = np.clip(shown.pixels * rng.uniform(*_TINT, 3).astype(np.float32), 0, 255).astype(np.uint8)
        return replace(shown, pixels=pixels), mirrored_text(text) if mirror else text

    def picture_changed(self, rng: np.random.Generator) -> tuple[Shown, np.ndarray, str] | None:
        """A picture or its mirror image, an instruction, and the pose (52, 3) that it makes of what is seen, as seen
        by the same camera; None where no instruction is known for a pose that is pictured.
        """
        if not self.changeable:
            return None
        index, rows = self.changeable[int(rng.integers(len(self.changeable)))]
        row, mirror = self._drawn(rows, rng)
        assert self.pictures is not None
        seen = self.pictures.shown(index, mirror)
        before, after, text = self._pair(row, mirror)
        return seen, turned_alike(before, seen.rotvecs, after), text

    @cached_property
    def changeable(self) -> Sequence[tuple[int, Sequence[dict[str, Any]]]]:
        """The numbers of pictures, each with the instructions for its pose, of those that have some."""
        known: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for row in self.edits:
            known.setdefault((row["a"][0], row["a"][1]), []).append(row)
        sources = self.pictures.source if self.pictures is not None else ()
        return [(i, known[sources[i]]) for i in self.shown if sources[i] in known]

    def _drawn(self, rows: Sequence[dict[str, Any]], rng: np.random.Generator) -> tuple[dict[str, Any], bool]:
        """One row of pairs, and whether its mirror image is meant."""
        return self.some(rows, "pairs of poses")[int(rng.integers(len(rows)))], bool(rng.random() < 0.5)

    def _pair(self, row: dict[str, Any], mirror: bool) -> tuple[np.ndarray, np.ndarray, str]:
        text = mirrored_text(row["text"]) if mirror else row["text"]
        (table_a, a), (table_b, b) = row["a"], row["b"]
        return self.pose(table_a, a, mirror), self.pose(table_b, b, mirror), text


def example(corpus: Corpus, mix: Mapping[str, float], seed: int, number: int, attempt: int = 0) -> Example:
    """The conversation of this number: the same for the same corpus, mix and seed.

    attempt: further ones of the number, where the first cannot be used.
    """
    rng = np.random.default_rng([seed, number, attempt])
    tasks = sorted(mix)
    weights = np.array([mix[t] for t in tasks])
    task = tasks[int(rng.choice(len(tasks), p=weights / weights.sum()))]
    return _MAKERS[task](corpus, rng)


def _generate(corpus: Corpus, rng: np.random.Generator) -> Example:
    if rng.random() < _BESIDE:
        before, (after, words) = corpus.described(rng)[0], corpus.asked(rng, names=True)
        return Example("generate", (("user", f"{POSE} {words}"), ("assistant", _answer(rng))), (before, after))
    pose, text = corpus.asked(rng) if rng.random() < 0.45 else corpus.captioned(rng, bool(rng.random() < 0.35))
    words = text if rng.random() < _BARE else _one(_REQUESTS, rng).format(text)
    return Example("generate", (("user", words), ("assistant", _answer(rng))), (pose,))


def _describe(corpus: Corpus, rng: np.random.Generator) -> Example:
    exactly = bool(rng.random() < 0.4)
    pose, of, mirror = corpus.described(rng)
    text = of.paragraph if exactly else of.line
    question = _one(_WHAT_EXACTLY if exactly else _WHAT, rng)
    return Example("describe", (("user", question), ("assistant", mirrored_text(text) if mirror else text)), (pose,))


def _edit(corpus: Corpus, rng: np.random.Generator) -> Example:
    """An instruction, at times behind the turns that made the pose that it changes."""
    before, after, text, made = corpus.edit_in_talk(rng)
    words = _one(_CHANGE, rng) if rng.random() > _BARE else f"{POSE} {{}}"
    turns = (("user", words.format(text)), ("assistant", _answer(rng)))
    if made and rng.random() < _SECOND:
        earlier = (("user", made), ("assistant", _answer(rng)))
        return Example("edit", (*earlier, *turns), (before, before, after))
    return Example("edit", turns, (before, after))


def _compare(corpus: Corpus, rng: np.random.Generator) -> Example:
    before, after, text = corpus.difference(rng)
    return Example("compare", (("user", _one(_COMPARE, rng)), ("assistant", text)), (before, after))


def _look(corpus: Corpus, rng: np.random.Generator) -> Example:
    changed = corpus.picture_changed(rng) if rng.random() < _BUT else None
    if changed is not None:
        shown, pose, words = changed
        asked = _one(_LIKE_BUT, rng).format(words)
        return Example("look", (("user", asked), ("assistant", _answer(rng))), (pose,), shown.pixels)
    shown, text = corpus.picture(rng)
    if text and rng.random() < _TOLD:
        return Example("look", (("user", _one(_SEEN, rng)), ("assistant", text)), (), shown.pixels)
    return Example("look", (("user", _one(_LOOK, rng)), ("assistant", _answer(rng))), (shown.rotvecs,), shown.pixels)


def _talk(corpus: Corpus, rng: np.random.Generator) -> Example:
    exchange = corpus.talk[int(rng.integers(len(corpus.talk)))]
    asked, answer = _one(exchange["ask"], rng), _one(exchange["answer"], rng)
    if rng.random() < 0.4:
        asked = asked[:1].upper() + asked[1:]
    if rng.random() < 0.2:
        asked = asked.rstrip("?.!")
    return Example("talk", (("user", asked), ("assistant", answer)))


def _answer(rng: np.random.Generator) -> str:
    return _ANSWERS[0] if rng.random() < 0.7 else _one(_ANSWERS, rng)


def _one(items: Sequence[str], rng: np.random.Generator) -> str:
    return items[int(rng.integers(len(items)))]


def _with_parts(
    rows: Iterator[dict[str, Any]], tables: Mapping[str, PoseTable]
) -> Iterator[tuple[dict[str, Any], str]]:
    """Ways to ask, each with the part that it belongs to."""
    parts, met = {name: table.splits for name, table in tables.items()}, set()
    for row in rows:
        if row["table"] == "atlas":
            yield row, split_of_way(row["prompt"], first=row["pose"] not in met)
            met.add(row["pose"])
        else:
            yield row, parts[row["table"]][row["pose"]]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


_MAKERS: Final[Mapping[str, Callable[[Corpus, np.random.Generator], Example]]] = {
    "generate": _generate, "describe": _describe, "edit": _edit, "compare": _compare, "talk": _talk, "look": _look,
}  # fmt: skip
