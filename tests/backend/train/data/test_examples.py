from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from backend.errors import BadFile, BadInput
from backend.train.data.build import Recipe, build
from backend.train.data.described import described, mirrored_text
from backend.train.data.examples import POSE, TASKS, Corpus, example
from backend.train.data.poses import PoseTable, mirrored
from backend.train.data.sources import answered, edited, ways_to_ask
from backend.train.data.splits import SPLITS, split_of
from backend.train.data.wording import worded

SIDE = re.compile(r"\b(left|right)\b")


@pytest.mark.parametrize("task", TASKS)
def test_an_example_has_a_pose_for_every_mark(corpus: Corpus, task: str) -> None:
    for number in range(20):
        one = example(corpus, {task: 1.0}, 0, number)
        assert one.task == task
        turns = len(one.messages) // 2
        assert [role for role, _ in one.messages] == ["user", "assistant"] * turns and (turns == 1 or task == "edit")
        assert sum(text.count(POSE) for _, text in one.messages) == len(one.poses)
        assert all(p.shape == (52, 3) and np.isfinite(p).all() for p in one.poses)
        assert task == "look" or (task in ("generate", "edit")) == (POSE in one.messages[-1][1])
        assert (one.picture is not None) == (task == "look")


def test_an_example_is_made_from_its_number_alone(corpus: Corpus) -> None:
    mix = dict.fromkeys(TASKS, 1.0)
    one, again = (example(corpus, mix, 5, 77) for _ in range(2))
    assert one.messages == again.messages
    assert all((a == b).all() for a, b in zip(one.poses, again.poses, strict=True))
    texts = {example(corpus, mix, 5, n).messages for n in range(60)}
    assert len(texts) > 40


def test_parts_share_no_source(data_folder: Path) -> None:
    parts = [Corpus.load(data_folder, split) for split in SPLITS]
    for name in parts[0].tables:
        keys = [{c.tables[name].keys[i] for i in c.descriptions.get(name, ())} for c in parts]
        assert all(not keys[a] & keys[b] for a in range(4) for b in range(a))
    assert {split_of(f"x {i}") for i in range(200)} == set(SPLITS)


def test_every_name_is_learned_and_its_other_ways_are_dealt_out(data_folder: Path) -> None:
    ways = {split: Corpus.load(data_folder, split).asks.get("atlas", ()) for split in SPLITS}
    names = set(range(len(PoseTable.load(data_folder / "atlas.npz"))))
    assert {row["pose"] for row in ways["train"]} == names
    said = {split: {SIDE.sub("", row["prompt"]) for row in rows} for split, rows in ways.items()}
    assert len(said["test"]) > 0
    assert all(not said[a] & said[b] for a in SPLITS for b in SPLITS if a < b)


def test_a_second_turn_changes_the_pose_of_the_first(corpus: Corpus) -> None:
    talks = [one for n in range(300) if len((one := example(corpus, {"edit": 1.0}, 0, n)).messages) == 4]
    assert talks
    for one in talks:
        (_, asked), (_, answer), (_, change), _ = one.messages
        made, before, after = one.poses
        assert POSE not in asked and POSE in answer and POSE in change
        assert (made == before).all() and (before != after).any()


def test_the_same_seed_makes_the_same_data_with_any_number_of_workers(tmp_path: Path) -> None:
    for workers in (1, 2):
        build(
            tmp_path / str(workers),
            Recipe(names=3, prompts=3, edits=4, pictures=4, workers=workers),
            lambda _line: None,
        )
    for name in ("atlas.jsonl", "asks.jsonl", "edits.jsonl"):
        assert (tmp_path / "1" / name).read_text() == (tmp_path / "2" / name).read_text()
    tables = [PoseTable.load(tmp_path / w / "edited.npz") for w in ("1", "2")]
    assert (tables[0].rotvecs == tables[1].rotvecs).all() and tables[0].keys == tables[1].keys


def test_mirrored_text_tells_the_mirror_image() -> None:
    said = "The left elbow is bent at a right angle, upright, bent right over to the right."
    assert mirrored_text(said) == "The right elbow is bent at a right angle, upright, bent right over to the left."
    assert mirrored_text(mirrored_text(said)) == said


def test_the_mirror_image_is_described_by_the_mirrored_words(corpus: Corpus) -> None:
    """The captioner and the twin that training makes agree about sides."""
    table = corpus.tables["atlas"]
    swap = {"left": "right", "right": "left"}
    for i in list(corpus.told["atlas"])[:6]:
        twin = described(PoseTable(mirrored(table.rotvecs[i])[None], ("twin",)).pose(0))
        told = described(table.pose(i))
        seen = {(f.part, f.side, f.text) for f in twin.facts}
        assert seen == {(f.part, swap.get(f.side, f.side), mirrored_text(f.text)) for f in told.facts}
        assert twin.posture == mirrored_text(told.posture)


def test_worded_texts_differ_and_keep_the_sides(corpus: Corpus) -> None:
    rng = np.random.default_rng(0)
    index = corpus.told["atlas"][0]
    of = corpus.descriptions["atlas"][index]
    texts = {worded(of, rng) for _ in range(40)}
    assert len(texts) > 10
    whole = " ".join((of.line, of.paragraph, of.full, *(f.phrase() for f in of.facts))).lower()
    for side in ("left", "right"):
        assert side in whole or not any(f"the {side} " in t for t in texts)


def test_prompts_are_kept_only_where_the_engine_does_all_of_them() -> None:
    assert answered("the left arm raised overhead") is not None
    assert answered("frobnicating the left quux") is None
    start = answered("standing")
    assert start is not None
    raised = edited(start, "raise the left arm")
    assert raised is not None and np.abs(raised - start).max() > 0.2


def test_aliases_with_a_side_ask_for_both_sides() -> None:
    ways = dict(ways_to_ask("cat washing its paw"))
    assert ways["licking a paw"] is False
    assert all(mirror == ("right" in prompt.split()) for prompt, mirror in ways.items())


def test_unfinished_data_and_tasks_without_rows_are_told(tmp_path: Path, data_folder: Path) -> None:
    with pytest.raises(BadFile, match="no finished training data"):
        Corpus.load(tmp_path, "train")
    empty = Corpus({}, {}, {}, [], [])
    with pytest.raises(BadInput, match="no pairs of poses"):
        example(empty, {"edit": 1.0}, 0, 0)
