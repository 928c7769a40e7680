"""How samples of one request are best put together: by the pose in the middle, or by majorities of statements.

    python -m tests.bench.voting [--entries N] [--level X]

No strong model is at hand here, so the samples are atlas programs with the errors that models make: other ways to say
the same, statements left out, sides swapped, one component of a direction the wrong way, numbers off, and with a chance
of 0.15 another reading of the words (another pose). Told is how far the chosen pose is from the true one: mean and
median over entries of the mean distance of the body's joints, mm, and the share of entries beyond 150 mm.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import Field, fields, replace
from typing import Any

import numpy as np

from backend.body.model import BodyModel
from backend.body.rotations import rotvec_to_rotmat
from backend.language.atlas import shipped
from backend.posecodes import Posecode, Program, mirrored
from backend.posecodes.angle import Angle
from backend.posecodes.direction import Direction
from backend.posecodes.tracking import body_at
from backend.solver import Solution, pose_program
from backend.solver.alternatives import apart
from backend.solver.pose_program import Setting
from backend.writer.answers import Answer
from backend.writer.beginnings import STANDING
from backend.writer.drafts import Draft
from backend.writer.voting import chosen

SHAPED = BodyModel.load().shaped()
FIGURES = ("vector", "place", "number", "side_number")
WRONG = 0.15  # m
OTHER = 0.15  # chance of another reading
AGAIN = 0.35  # chance of another way to say a limb
LOWER = {"forearm": "elbow", "shin": "knee"}
HALVES = {"arm": ("upper_arm", "forearm"), "leg": ("thigh", "shin")}


def solved(program: Program) -> Solution:
    return pose_program(SHAPED, program, Setting.neutral())[0]


def said_again(program: Program, true: Solution, rng: np.random.Generator) -> Program:
    """Another way to say the same: the bend of a hinge for a direction, both halves of a limb for the whole."""
    out: list[Posecode] = []
    for code in program:
        side, _, part = code.segment.partition("_") if isinstance(code, Direction) else ("", "", "")
        if not isinstance(code, Direction) or part not in {*LOWER, *HALVES} or rng.random() >= AGAIN:
            out.append(code)
        elif part in LOWER:
            bend = Angle(f"{side}_{LOWER[part]}", 0.0)
            value = bend.value(body_at(SHAPED.joints, true.local, true.transl, (bend,)))
            out.append(replace(bend, degrees=float(np.clip(value, 0, 170))))
        else:
            out += [replace(code, segment=f"{side}_{half}") for half in HALVES[part]]
    return tuple(out)


def with_errors(program: Program, rng: np.random.Generator, level: float) -> Program:
    out: list[Posecode] = []
    for code in program:
        if rng.random() < 0.12 * level:
            continue
        if rng.random() < 0.05 * level:
            code = code.mirrored()
        out.append(replace(code, **{f.name: off(code, f, rng, level) for f in fields(code) if is_figure(code, f)}))
    return mirrored(out) if rng.random() < 0.1 * level else tuple(out)


def is_figure(code: Posecode, f: Field[Any]) -> bool:
    return f.metadata["type"] in FIGURES[:1] + FIGURES[2:] and getattr(code, f.name) is not None and f.name != "height"


def off(code: Posecode, f: Field[Any], rng: np.random.Generator, level: float) -> Any:
    """A direction (off by 14 degrees times the level) or a number as somebody else would give it."""
    value, meta = getattr(code, f.name), f.metadata
    if meta["type"] == "vector":
        axis = rng.normal(size=3)
        turn = rotvec_to_rotmat(axis / np.linalg.norm(axis) * np.radians(14 * level * rng.normal()))
        v = np.round(turn @ (np.array(value) / np.linalg.norm(value)), 1)
        if rng.random() < 0.04 * level:
            v[int(np.argmax(np.abs(v)))] *= -1
        return tuple(float(x) for x in v)
    low, high = meta["low"], meta["high"]
    return float(np.clip(value + rng.normal() * level * (12.0 if high - low > 10 else 0.05), low, high))


def agreed(programs: Sequence[Program]) -> Program:
    """The statements (by kind and names) of more than half of the programs, with the middle of their figures."""
    groups: dict[tuple, list[Posecode]] = defaultdict(list)
    for program in programs:
        for key, code in {names_of(code): code for code in program}.items():
            groups[key].append(code)
    return tuple(middle(codes) for codes in groups.values() if 2 * len(codes) > len(programs))


def names_of(code: Posecode) -> tuple:
    kept = (f.name for f in fields(code) if f.metadata["type"] not in FIGURES)
    return (code.kind, *(getattr(code, name) for name in kept))


def middle(codes: Sequence[Posecode]) -> Posecode:
    """Medians of numbers; of directions the mean of those within 45 degrees of the one that is nearest to all."""
    changes: dict[str, Any] = {}
    for f in fields(codes[0]):
        values = [getattr(code, f.name) for code in codes]
        if f.metadata["type"] not in FIGURES or values[0] is None:
            continue
        if f.metadata["type"] == "vector":
            unit = np.array(values) / np.linalg.norm(values, axis=1, keepdims=True)
            best = unit[np.argmin(np.arccos(np.clip(unit @ unit.T, -1, 1)).sum(axis=1))]
            changes[f.name] = tuple(float(v) for v in unit[unit @ best > np.cos(np.pi / 4)].mean(axis=0))
        else:
            median = np.median(np.array(values, float), axis=0)
            changes[f.name] = tuple(float(v) for v in median) if f.metadata["type"] == "place" else float(median)
    return replace(codes[0], **changes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=30)
    parser.add_argument("--level", type=float, default=0.6)
    parser.add_argument("--samples", type=int, nargs="+", default=[3, 5, 9])
    options = parser.parse_args()
    book = shipped()
    names = [n for n in book.entries if book.posture(n)]
    names = list(np.random.default_rng(1).choice(names, options.entries, replace=False))
    for n in options.samples:
        away: dict[str, list[float]] = defaultdict(list)
        for j, name in enumerate(names):
            rng = np.random.default_rng((7, j, n))
            true = solved(book.program(name))
            other = book.program(names[(j + 1) % len(names)])
            meant = [said_again(book.program(name), true, rng) if rng.random() > OTHER else other for _ in range(n)]
            programs = [with_errors(p, rng, options.level) for p in meant]
            drafts = [Draft.of(solved(p), p) for p in programs]
            away["one"] += [apart(d.solution, true) for d in drafts]
            best = chosen([Answer("", STANDING, p) for p in programs], drafts)
            away["medoid"].append(apart(drafts[best].solution, true))
            away["agreed"].append(apart(solved(agreed(programs)), true))
        for way, values in away.items():
            mm = 1000 * np.array(values)
            beyond = np.mean(mm > 1000 * WRONG)
            print(f"n {n}  {way:<7} mean {mm.mean():4.0f}  median {np.median(mm):4.0f}  beyond {100 * beyond:3.0f} %")


if __name__ == "__main__":
    main()
