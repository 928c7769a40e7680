"""Make the training data: `python -m backend.train.data.build OUT [--motion POSES.npz] [--seed 0] [--workers 2]`.

OUT gets one file for each kind, so that a stopped run goes on with the kind that it was at:

| file | what a row is |
|---|---|
| motion.npz, atlas.npz, asked.npz, edited.npz | poses (52, 3) rad and the key that each comes from |
| motion.jsonl, atlas.jsonl | `described.Described` of the pose of the same number |
| asks.jsonl | `{"table", "pose", "prompt", "mirrored"}`: a way to ask for a pose |
| edits.jsonl | `{"a": [table, i], "b": [table, j], "text"}`: an instruction that turns a into b |
| pictures.npz | renders of our body in poses of the first three tables (`renders`) |

The same seed and inputs give the same files, whatever the number of workers.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from backend.language.atlas import shipped
from backend.language.captions import difference

from .described import Described, described
from .poses import PoseTable, read_motion_poses
from .prompts import edit_prompt, pose_prompt
from .renders import PICTURES, drawn, jobs_of, rendered
from .sources import answered, atlas_pose, edited, pairs_to_compare, ways_to_ask
from .splits import UNSEEN

A = TypeVar("A")
B = TypeVar("B")
TABLES: Final = ("motion", "atlas", "asked", "edited")
DESCRIBED: Final = TABLES[:2]
_CHUNK: Final = 16


@dataclass(frozen=True)
class Recipe:
    """How much of what is made.

    apart: deg by which kept motion poses differ. names: of the atlas, 0 for all. The rest: counts before filtering.
    """

    motion: Path | None = None
    seed: int = 0
    names: int = 0
    apart: float = 45.0
    poses: int = 5000
    prompts: int = 9000
    edits: int = 6000
    differences: int = 2000
    pictures: int = 24000
    workers: int = 2


def build(out: Path, recipe: Recipe, say: Callable[[str], None] = print) -> None:
    """Make what is not there yet."""
    out.mkdir(parents=True, exist_ok=True)
    rng = [np.random.default_rng([recipe.seed, k]) for k in range(4)]
    if recipe.motion is not None:
        path = recipe.motion
        _table(out, "motion", lambda: read_motion_poses(path, recipe.apart).spread(recipe.poses), say)
    names = sorted(shipped().entries)
    names = names[:: len(names) // recipe.names] if recipe.names else names
    _table(out, "atlas", lambda: _solved([f"atlas {n}" for n in names], _each(atlas_pose, names, recipe)), say)
    prompts = list(dict.fromkeys(pose_prompt(rng[0], names) for _ in range(recipe.prompts)))
    _table(out, "asked", lambda: _solved([f"asked {p}" for p in prompts], _each(answered, prompts, recipe)), say)
    _rows(out / "asks.jsonl", lambda: _asks(out, names), say)
    for name in DESCRIBED:
        if (out / f"{name}.npz").exists():
            poses = PoseTable.load(out / f"{name}.npz")
            _rows(out / f"{name}.jsonl", lambda p=poses: _descriptions(p, recipe), say)  # type: ignore[misc]
    if not (out / "edits.jsonl").exists():
        _edits(out, recipe, rng[1], rng[2], say)
    if recipe.pictures and not (out / PICTURES).exists():
        _pictures(out, recipe, say)


def _table(out: Path, name: str, make: Callable[[], PoseTable], say: Callable[[str], None]) -> None:
    path = out / f"{name}.npz"
    if not path.exists():
        table = make()
        table.save(path)
        say(f"{path.name}: {len(table)} poses")


def _rows(path: Path, make: Callable[[], Iterable[dict[str, Any]]], say: Callable[[str], None]) -> None:
    if not path.exists():
        rows = list(make())
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        say(f"{path.name}: {len(rows)} rows")


def _each(work: Callable[[A], B], items: Iterable[A], recipe: Recipe) -> Iterator[B]:
    """`map` in processes, in order."""
    if recipe.workers < 2:
        yield from map(work, items)
        return
    with ProcessPoolExecutor(recipe.workers) as pool:
        yield from pool.map(work, items, chunksize=_CHUNK)


def _solved(keys: list[str], poses: Iterable[np.ndarray | None]) -> PoseTable:
    kept = [(key, pose) for key, pose in zip(keys, poses, strict=True) if pose is not None]
    return PoseTable(np.stack([pose for _, pose in kept]), tuple(key for key, _ in kept))


def _asks(out: Path, names: list[str]) -> Iterator[dict[str, Any]]:
    for i, name in enumerate(names):
        for prompt, mirrored in ways_to_ask(name):
            yield {"table": "atlas", "pose": i, "prompt": prompt, "mirrored": mirrored}
    for i, key in enumerate(PoseTable.load(out / "asked.npz").keys):
        yield {"table": "asked", "pose": i, "prompt": key.removeprefix("asked "), "mirrored": False}


def _descriptions(poses: PoseTable, recipe: Recipe) -> Iterator[dict[str, Any]]:
    found: Iterator[Described] = _each(described, [poses.pose(i) for i in range(len(poses))], recipe)
    return (d.to_dict() for d in found)


def _edits(
    out: Path,
    recipe: Recipe,
    of_pairs: np.random.Generator,
    of_prompts: np.random.Generator,
    say: Callable[[str], None],
) -> None:
    """Differences of pairs of motion, and instructions carried out on poses of motion and atlas."""
    tables = {n: PoseTable.load(out / f"{n}.npz") for n in TABLES[:3] if (out / f"{n}.npz").exists()}
    rows = []
    if "motion" in tables:
        pairs = pairs_to_compare(tables["motion"].keys, recipe.differences, of_pairs)
        poses = [(tables["motion"].pose(a), tables["motion"].pose(b)) for a, b in pairs]
        for (a, b), text in zip(pairs, _each(_difference, poses, recipe), strict=True):
            rows.append({"a": ["motion", a], "b": ["motion", b], "text": text})
    jobs = []
    for _ in range(recipe.edits):
        name = str(of_prompts.choice(list(tables)))
        jobs.append((name, int(of_prompts.integers(len(tables[name]))), edit_prompt(of_prompts)))
    results = _each(_edited, [(tables[n].rotvecs[i], text) for n, i, text in jobs], recipe)
    keys: list[str] = []
    kept: list[np.ndarray] = []
    for (name, i, text), pose in zip(jobs, results, strict=True):
        if pose is not None:
            rows.append({"a": [name, i], "b": ["edited", len(kept)], "text": text})
            kept.append(pose)
            keys.append(tables[name].keys[i])
    PoseTable(np.stack(kept), tuple(keys)).save(out / "edited.npz")
    say(f"edited.npz: {len(kept)} poses")
    _rows(out / "edits.jsonl", lambda: rows, say)


def _pictures(out: Path, recipe: Recipe, say: Callable[[str], None]) -> None:
    tables = {n: PoseTable.load(out / f"{n}.npz") for n in TABLES[:3] if (out / f"{n}.npz").exists()}
    keys = {name: table.splits for name, table in tables.items()}
    found = jobs_of(tables, recipe.pictures, recipe.seed)
    jobs = [job for job in found if keys[job.table][job.number] != UNSEEN]
    table = drawn(jobs, tables, list(_each(rendered, jobs, recipe)))
    table.save(out / PICTURES)
    say(f"{PICTURES}: {len(table)} pictures")


def _difference(pair: tuple[Any, Any]) -> str:
    return difference(*pair)


def _edited(job: tuple[np.ndarray, str]) -> np.ndarray | None:
    return edited(*job)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--motion", type=Path, help="motion capture poses, .npz; without it only our own")
    for name in ("seed", "names", "poses", "prompts", "edits", "differences", "pictures", "workers"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Recipe, name))
    parser.add_argument("--apart", type=float, default=Recipe.apart)
    options = vars(parser.parse_args(argv))
    build(options.pop("out"), Recipe(**options), lambda line: print(line, flush=True))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
