"""Whether descriptions read back: `python -m tests.bench.describe [POSES.npz] [--n N] [--seed S] [--final] [--show K]`.

A pose is described, the description read and carried out from the neutral stance, and the PoseScript classes of the
result (backend.posecodes.classes) are compared with those of the pose. Prints the share of the pose's classes that
agree, for everything, the paragraph and the line; per kind of class; the classes that are commonest wrong; how many
classes the result has that the pose has not; and how often something was done on the wrong side.

POSES.npz has `poses` (n, 22, 3) rad, `trial_id` and `pelvis_y` (m): motion capture that is not part of the project.
Trials with an even number are there to look at while the words are worked on, the odd ones (--final) for the figure
that is reported. Without a file only the poses of the atlas are described.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from backend.body.kinematics import Kinematics
from backend.body.model import BodyModel
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.language.atlas import atlas
from backend.language.captions import describe
from backend.language.reader import read
from backend.posecodes import Program
from backend.posecodes.classes import TRACKED, agreeing, looks, mirrored, named, possible, values_of
from backend.posecodes.tracking import posed
from backend.solver.pose_program import Setting, pose_program
from rigs.wire import Pose

from .poses import padded

TEXTS = ("everything", "paragraph", "line")
_AIR = 0.10  # m above the floor of a trial, from which a pose counts as in the air


@dataclass
class Tally:
    """What one kind of text gave over a set of poses."""

    shares: list[float] = field(default_factory=list)
    extra: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    sides: list[str] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)


def solved(program: Program) -> Pose:
    solution = pose_program(BodyModel.load().shaped(), program, Setting.neutral())[0]
    return Pose(rotmat_to_rotvec(solution.local), solution.transl)


def body_of(rotvecs: np.ndarray) -> Kinematics:
    return posed(BodyModel.load().shaped().joints, rotvec_to_rotmat(rotvecs), np.zeros(3), TRACKED)


def captured(path: Path, count: int, seed: int, final: bool) -> list[tuple[str, Pose]]:
    """Sampled poses of a motion capture file, on the ground or as high above it as they were."""
    data = np.load(path, allow_pickle=False)
    trial, height = data["trial_id"], data["pelvis_y"]
    chosen = np.flatnonzero(trial % 2 == int(final))
    chosen = np.random.default_rng(seed).choice(chosen, min(count, len(chosen)), replace=False)
    out = []
    for i in sorted(int(k) for k in chosen):
        same = np.flatnonzero(trial == trial[i])
        gaps = _gaps(data["poses"][same[:: max(1, len(same) // 12)]], height[same[:: max(1, len(same) // 12)]])
        own = float(_gaps(data["poses"][i : i + 1], height[i : i + 1])[0]) - float(np.quantile(gaps, 0.15))
        pose = padded(data["poses"][i], own if own > _AIR else 0.0)
        out.append((f"trial {trial[i]} pose {i}", pose))
    return out


def _gaps(poses: np.ndarray, pelvis: np.ndarray) -> np.ndarray:
    """(n,) m: how high the lowest joint was in the room of the capture."""
    out = []
    for pose, height in zip(poses, pelvis, strict=True):
        rotvecs = np.zeros((55, 3))
        rotvecs[:22] = pose
        joints = body_of(rotvecs).joints[0, :22, 1]
        out.append(float(height) - (float(joints[0]) - float(joints.min())))
    return np.array(out)


def named_poses(count: int, seed: int) -> list[tuple[str, Pose]]:
    names = sorted(atlas().entries)
    names = names if count <= 0 else sorted(random.Random(seed).sample(names, min(count, len(names))))
    return [(name, solved(atlas().program(name))) for name in names]


def compare(pose: Pose, text: str, tally: Tally) -> float:
    """Describe, read, carry out; returns the share of the pose's classes that came back."""
    reading = read(text)
    asked = values_of(body_of(pose.rotvecs))
    got = values_of(body_of(solved(reading.program).rotvecs))
    agree = agreeing(asked, got)
    tally.shares.append(sum(agree.values()) / len(agree))
    tally.extra.append(sum(name not in possible(asked, key) for key, name in named(got).items() if key not in agree))
    tally.words.append(len(text.split()))
    tally.unread.update(reading.unread)
    classes = named(asked)
    for key, right in agree.items():
        tally.asked[key.split()[0]] += 1
        tally.right[key.split()[0]] += right
        if not right:
            tally.wrong[f"{key}: {classes[key]}"] += 1
    tally.sides += _wrong_sides(classes, agree, named(got))
    return tally.shares[-1]


def _wrong_sides(classes: dict[str, str], agree: dict[str, bool], got: dict[str, str]) -> list[str]:
    """Keys at which the result does what only the mirror image of the pose does, on the one side and on the other."""
    there = mirrored(classes)
    out = []
    for key in (k for k, right in agree.items() if not right):
        twin = next(iter(mirrored({key: classes[key]})))
        swapped = key in got and got[key] == there.get(key) != classes[key] and _far(key, got[key], classes[key])
        if swapped and (twin == key or (got.get(twin) == there[twin] != classes.get(twin))):
            out.append(f"{key}: {classes[key]} became {got[key]}")
    return out


def _far(key: str, a: str, b: str) -> bool:
    """Whether bends and distances differ by more than neighbouring classes, which is no matter of sides."""
    if key.split()[0] not in ("angle", "distance"):
        return True
    names = looks()[key].scale.names
    return abs(names.index(a) - names.index(b)) > 1


def measure(poses: list[tuple[str, Pose]], show: int) -> dict[str, Tally]:
    out: dict[str, Tally] = defaultdict(Tally)
    worst: list[tuple[float, str, str]] = []
    for name, pose in poses:
        line, paragraph, everything = describe(pose)
        for kind, text in zip(TEXTS, (everything, paragraph, line), strict=True):
            share = compare(pose, text, out[kind])
            if kind == TEXTS[0]:
                worst.append((share, name, text))
    for share, name, text in sorted(worst)[:show]:
        print(f"  {100 * share:.0f} % {name}: {text}")
    return out


def report(title: str, found: dict[str, Tally], keys: int) -> None:
    print(f"{title}: {len(found[TEXTS[0]].shares)} poses")
    for kind in TEXTS:
        t = found[kind]
        print(
            f"  {kind:11s} {100 * np.mean(t.shares):5.1f} % of the classes"
            f" (p10 {100 * np.quantile(t.shares, 0.1):.0f}),"
            f" {np.mean(t.extra):.1f} further ones, {len(t.sides)} on the wrong side, {np.mean(t.words):.0f} words"
        )
    t = found[TEXTS[0]]
    print("  by kind: " + ", ".join(f"{k} {100 * t.right[k] / n:.0f} ({n})" for k, n in sorted(t.asked.items())))
    print("  wrong: " + "; ".join(f"{key} {n}" for key, n in t.wrong.most_common(keys)))
    print("  wrong side: " + "; ".join(t.sides[:12]))
    print("  unread: " + ", ".join(f"{w} {n}" for w, n in t.unread.most_common(12)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--n", type=int, default=100, help="poses of the file")
    parser.add_argument("--atlas", type=int, default=0, help="poses of the atlas; 0 is all, -1 none")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--final", action="store_true", help="the trials that nobody looks at while working")
    parser.add_argument("--show", type=int, default=0, help="how many of the worst to print")
    options = parser.parse_args()
    if options.file:
        poses = captured(options.file, options.n, options.seed, options.final)
        report("motion capture", measure(poses, options.show), 24)
    if options.atlas >= 0:
        report("atlas", measure(named_poses(options.atlas, options.seed), options.show), 24)


if __name__ == "__main__":
    main()
