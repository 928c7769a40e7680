"""Judge engines by name: `python -m backend.train.evaluate DATA --judge RETRIEVER --engine embedded --engine small`.

| set | what is asked | figures |
|---|---|---|
| captions | the captioner's line of a test pose | against that pose |
| names | a way to ask for a name that is learned by other ways | against that name's pose |
| describe | a test pose, in words | R-precision, mRecall, and the words posed again by the embedded engine |
| edit | a test pose and an instruction | against the pose that was meant |
| spg | a situation without pose words | the meant pose among 32 (`speculation`) |
| rpe | a picture of several bodies and who is meant | the pose of that body (`scenes`) |
| look | a test render of our body (`data.renders`) | the pose as its camera sees it |

R-precision names its pool; the judge has read none of the texts or poses of the test part, but texts by the same
captioner, which flatters everything that speaks as the captioner does: so posecode agreement stands beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from backend.body.png import encode_png
from backend.engines.talking import TalkingEngine
from backend.errors import BadFile, BadInput, NotAvailable, PosewrightError
from backend.pipeline import Pipeline
from rigs.wire import DescribeRequest, ImageBytes, PoseRequest

from . import metrics, scenes, speculation
from .answers import Asked, agreement, distances, given
from .data.examples import Corpus
from .data.poses import LEARNED
from .kinematics import body_joints
from .retriever import Judge

SETS: Final = ("captions", "names", "describe", "edit", "spg", "rpe", "look")
WORDS: Final = SETS[:5]  # without pictures
POOL: Final = 32
_DESCRIBE: Final = "Describe this pose."
Figures = dict[str, float]


@dataclass(frozen=True, eq=False)
class Cases:
    """The first `count` cases of each set of a part, the same for the same seed. judge: None leaves its figures out."""

    corpus: Corpus
    judge: Judge | None
    count: int
    seed: int = 0

    def rng(self) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.count])

    def captions(self) -> tuple[list[str], np.ndarray]:
        """Lines of described poses, no pose twice; of motion where there is any: names teach the atlas's poses."""
        told = self.corpus.told
        rows = [(table, i) for table in (["motion"] if "motion" in told else sorted(told)) for i in told[table]]
        chosen = [rows[int(k)] for k in self.rng().permutation(len(rows))[: self.count]]
        texts = [self.corpus.descriptions[t][i].line for t, i in chosen]
        return texts, np.stack([self.corpus.pose(t, i) for t, i in chosen])

    def names(self) -> tuple[list[str], np.ndarray]:
        """One way to ask for each name."""
        rng = self.rng()
        ways: dict[int, list[dict[str, Any]]] = {}
        for row in self.corpus.asks["atlas"]:
            ways.setdefault(row["pose"], []).append(row)
        chosen = [sorted(ways)[int(k)] for k in rng.permutation(len(ways))[: self.count]]
        rows = [ways[i][int(rng.integers(len(ways[i])))] for i in chosen]
        poses = [self.corpus.pose(row["table"], row["pose"], row["mirrored"]) for row in rows]
        return [row["prompt"] for row in rows], np.stack(poses)

    def edits(self) -> tuple[list[str], np.ndarray, np.ndarray]:
        """Instructions, the poses before and those after."""
        rows = [self.corpus.edits[int(k)] for k in self.rng().permutation(len(self.corpus.edits))[: self.count]]
        before, after = (np.stack([self.corpus.pose(*row[end]) for row in rows]) for end in ("a", "b"))
        return [row["text"] for row in rows], before, after

    def pictures(self) -> tuple[list[np.ndarray], np.ndarray]:
        """Renders (s, s, 3) uint8 and their poses as seen. Raises BadInput where the data has none."""
        shown = self.corpus.shown
        if self.corpus.pictures is None or not shown:
            raise BadInput("this data has no pictures", "python -m backend.train.data.build DATA makes what is missing")
        chosen = [self.corpus.pictures.shown(shown[int(k)]) for k in self.rng().permutation(len(shown))[: self.count]]
        return [one.pixels for one in chosen], np.stack([one.rotvecs for one in chosen])


def text_to_pose(engine: str, texts: list[str], poses: np.ndarray, judge: Judge | None) -> Figures:
    """How well an engine poses texts."""
    answers = Asked(engine).poses(texts)
    out = {
        "answered %": float(100 * answers.answered.mean()),
        **distances(answers.rotvecs, poses),
        "posecodes %": agreement(answers.rotvecs, poses),
    }
    return out | (_judged(judge, texts, answers.rotvecs, poses) if judge else {})


def _judged(judge: Judge, texts: list[str], answers: np.ndarray, poses: np.ndarray) -> Figures:
    words, made, true = judge.of_texts(texts), judge.of_poses(answers), judge.of_poses(poses)
    return {
        **_retrieval(words, made),
        "Frechet": metrics.frechet_distance(made, true),
        "diversity": metrics.diversity(made),
        "true diversity": metrics.diversity(true),
    }


def _retrieval(words: np.ndarray, poses: np.ndarray) -> Figures:
    """Both directions within a pool and over the full set, whose size is part of the figure's name."""
    pool = min(POOL, len(words))
    out = {f"R@{k} of {pool}": v for k, v in metrics.r_precision(words, poses, pool).items()}
    return out | {f"mRecall of {len(words)}": metrics.m_recall(words, poses)}


def pose_to_text(engine: str, poses: np.ndarray, judge: Judge | None) -> Figures:
    """How well an engine describes poses: by the judge, and by posing its words again with the embedded engine."""
    pipeline, texts = Pipeline(), []
    for rotvecs in poses:
        if engine == "embedded":
            texts.append(pipeline.describe(DescribeRequest(given(rotvecs))).line)
        else:
            request = PoseRequest(prompt=_DESCRIBE, start=given(rotvecs), engine=engine, intent="describe")
            texts.append(pipeline.pose(request).reply)
    again = Asked("embedded").poses(texts)
    out = {"words": float(np.mean([len(t.split()) for t in texts])), "posed again %": agreement(again.rotvecs, poses)}
    return out | (_retrieval(judge.of_poses(poses), judge.of_texts(texts)) if judge else {})


def edits(engine: str, texts: list[str], before: np.ndarray, after: np.ndarray) -> Figures:
    """How near edits come, beside leaving the pose as it is."""
    answers = Asked(engine).poses(texts, before)
    kept = np.where(answers.answered[:, None, None], answers.rotvecs, before)
    unchanged = distances(before, after)
    return {
        "answered %": float(100 * answers.answered.mean()),
        **distances(kept, after),
        "unchanged MPJPE": unchanged["MPJPE"],
        "posecodes %": agreement(kept, after),
    }


def looks(engine: str, pictures: list[np.ndarray], poses: np.ndarray) -> Figures:
    """How near an engine comes to poses (n, 52, 3) as their cameras see them; beside it, always answering their mean.

    Raises:
        NotAvailable: the engine cannot be used here. BadInput: it does not look at pictures.
    """
    pipeline, out, truth = Pipeline(), [], []
    for pixels, rotvecs in zip(pictures, poses, strict=True):
        box = (0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]))
        found = pipeline.pose(PoseRequest(image=ImageBytes(encode_png(pixels)), box=box, engine=engine)).poses
        if found:
            out.append(found[0].pose.rotvecs[LEARNED])
            truth.append(rotvecs)
    mean = body_joints(poses).mean(axis=0, keepdims=True).repeat(len(poses), axis=0)
    answered = {"answered %": 100 * len(out) / len(poses)}
    if not out:
        return answered
    figures = distances(np.stack(out), np.stack(truth))
    return answered | figures | {"mean pose MPJPE": float(metrics.mpjpe(mean, body_joints(poses)).mean())}


def _spg(engine: str, cases: Cases) -> Figures:
    rows = speculation.situations()[: cases.count]
    answers = Asked(engine).poses([row.text for row in rows])
    return speculation.judged(answers, speculation.meant_poses(rows))


_RUNS: Final[Mapping[str, Callable[[str, Cases], Figures]]] = {
    "captions": lambda engine, cases: text_to_pose(engine, *cases.captions(), cases.judge),
    "names": lambda engine, cases: text_to_pose(engine, *cases.names(), cases.judge),
    "describe": lambda engine, cases: pose_to_text(engine, cases.captions()[1], cases.judge),
    "edit": lambda engine, cases: edits(engine, *cases.edits()),
    "spg": _spg,
    "rpe": lambda engine, cases: scenes.judged(engine, scenes.scenes(cases.count, cases.seed)),
    "look": lambda engine, cases: looks(engine, *cases.pictures()),
}


def evaluate(engine: str, name: str, cases: Cases) -> Figures:
    """The figures of one engine on one set.

    Raises:
        NotAvailable: the engine cannot be used here, or not for this.
    """
    return _RUNS[name](engine, cases)


def table(name: str, rows: Mapping[str, Figures]) -> str:
    """Figures of engines on a set, as Markdown."""
    columns = list(dict.fromkeys(key for figures in rows.values() for key in figures))
    lines = [f"| {name} | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for engine, figures in rows.items():
        lines.append(f"| {engine} | {' | '.join(_told(figures.get(c)) for c in columns)} |")
    return "\n".join(lines)


def _told(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}" if abs(value) < 1 else f"{value:.1f}"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="training data; its test part is used")
    parser.add_argument("--engine", action="append", required=True, help="may be given several times")
    parser.add_argument("--set", action="append", choices=SETS, dest="sets", help="default: those without pictures")
    parser.add_argument("--judge", type=Path, help="a trained retriever; without it its figures are left out")
    parser.add_argument("--count", type=int, default=200, help="cases of each set (default 200)")
    parser.add_argument("--alone", action="store_true", help="poses of language models as they are, whatever the words")
    parser.add_argument("--part", default="test")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="figures as JSON")
    options = parser.parse_args(argv)
    TalkingEngine.words_hold = not options.alone
    try:
        judge = Judge.load(options.judge) if options.judge else None
        cases = Cases(Corpus.load(options.data, options.part), judge, options.count, options.seed)
        found = _all(options.engine, options.sets or WORDS, cases)
    except PosewrightError as error:
        print("\n".join(filter(None, (error.message, error.hint))), file=sys.stderr)
        return error.exit_status
    if options.out:
        try:
            options.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise BadFile(f"{options.out} cannot be written: {error.strerror}", "name another file") from None
    return 0


def _all(engines: list[str], sets: tuple[str, ...] | list[str], cases: Cases) -> dict[str, dict[str, Figures]]:
    """Every engine on every set, each table said once it is there; an engine that cannot do a set is left out of it."""
    out: dict[str, dict[str, Figures]] = {}
    for name in sets:
        rows: dict[str, Figures] = {}
        for engine in engines:
            try:
                rows[engine] = evaluate(engine, name, cases)
            except NotAvailable as fault:
                print(f"{engine} is left out of {name}: {fault.message}", file=sys.stderr)
        if rows:
            print(table(name, rows), flush=True)
        out[name] = rows
    return out


if __name__ == "__main__":
    raise SystemExit(main())
