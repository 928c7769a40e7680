"""Does an edit do what was asked, and nothing else? `python -m tests.bench.edits POSES.npz [--n N] [--seed S]`.

POSES.npz has `poses` (n, 22, 3) rotation vectors, `trial_id` (n,) and `frame` (n,). Two figures:

1. Round trip. Pairs A, B of those poses (half from one trial, 5 to 40 kept poses apart, half from two trials): the
   instruction `difference(A, B)` is carried out on A; the paircodes from A to the result are compared with those from A
   to B. `--half look` takes the odd trials, for work on the rules; `--half final` the even ones, for the figure.
2. Local edits. Hand-written edits on some poses: what they do not name must keep its rotations.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

import numpy as np

from backend.body.rotations import geodesic, rotvec_to_rotmat
from backend.language.captions import difference
from backend.language.measures import Measures
from backend.pipeline import Pipeline
from backend.posecodes.paircodes import agreement, changes, scale_of
from rigs.skeleton import INDEX, JOINTS, expand_joints
from rigs.wire import Pose, PoseRequest

from .poses import padded

_STILL: Final = 2.0  # deg
_NEAR: Final = (5, 40)  # kept poses apart within a trial
LOCAL: Final[tuple[tuple[str, str], ...]] = (  # an edit, and the joints that may move for it ({front}: by the pose)
    ("raise the left arm a bit", "left_arm"),
    ("lower the right arm a little", "right_arm"),
    ("bend the left elbow more", "left_arm"),
    ("straighten the right elbow", "right_arm"),
    ("put the left hand on the hip", "left_arm"),
    ("put the right hand on the head", "right_arm"),
    ("move the left hand 15 cm up", "left_arm"),
    ("bring the right hand 10 cm forward and 10 cm in", "right_arm"),
    ("raise both arms out to the sides", "left_arm right_arm"),
    ("cross the arms", "left_arm right_arm"),
    ("left palm up", "left_arm"),
    ("reach forward with the right hand", "right_arm right_hand"),
    ("make a fist with the left hand", "left_hand"),
    ("open the right hand", "right_hand"),
    ("shrug the shoulders", "left_collar right_collar"),
    ("turn the head to the right", "head"),
    ("tilt the head to the left a bit", "head"),
    ("look up", "head"),
    ("look down slightly", "head"),
    ("lower the chin", "head"),
    ("twist the torso to the left", "torso"),
    ("bend the front knee more", "root left_leg right_leg"),
    ("straighten the back leg a bit", "root left_leg right_leg"),
    ("raise the left knee", "left_leg"),
    ("lift the right foot 10 cm", "right_leg"),
    ("swing the right leg back by 15 degrees", "root right_leg"),
    ("move the feet further apart", "root left_leg right_leg"),
    ("lower the hips by 5 cm", "root left_leg right_leg"),
    ("turn the left foot out", "left_leg"),
    ("bend both knees a little", "root left_leg right_leg"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("poses", type=Path)
    parser.add_argument("--n", type=int, default=200, help="pairs of the round trip")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--half", choices=("look", "final"), default="final")
    parser.add_argument("--local", type=int, default=10, help="poses for the local edits; 0 leaves them out")
    parser.add_argument("--show", type=int, default=0, help="instructions to print, the worst first")
    options = parser.parse_args()
    data = np.load(options.poses)
    rng = np.random.default_rng(options.seed)
    mine = np.flatnonzero(data["trial_id"] % 2 == (1 if options.half == "look" else 0))
    pipeline = Pipeline()
    round_trip(pipeline, _pairs(data, mine, options.n, rng), options.show)
    if options.local:
        local_edits(pipeline, [padded(data["poses"][i]) for i in rng.choice(mine, options.local, replace=False)])


def _pairs(data: np.lib.npyio.NpzFile, mine: np.ndarray, n: int, rng: np.random.Generator) -> list[tuple[Pose, Pose]]:
    """As many pairs, every other one within a trial."""
    trial, poses = data["trial_id"], data["poses"]
    out: list[tuple[Pose, Pose]] = []
    while len(out) < n:
        i = int(rng.choice(mine))
        j = i + int(rng.integers(_NEAR[0], _NEAR[1] + 1)) if len(out) % 2 == 0 else int(rng.choice(mine))
        if j < len(poses) and (trial[i] == trial[j]) == (len(out) % 2 == 0):
            out.append((padded(poses[i]), padded(poses[j])))
    return out


# --- round trip ------------------------------------------------------------------------------------


def round_trip(pipeline: Pipeline, pairs: list[tuple[Pose, Pose]], show: int) -> None:
    rows = [_carried_out(pipeline, a, b) for a, b in pairs]
    print(f"round trip: {len(pairs)} pairs")
    for name, chosen in (("all", rows), ("one trial", rows[::2]), ("two trials", rows[1::2])):
        told = [v for r in chosen for v in r.told.values()]
        everything = [v for r in chosen for v in r.agrees.values()]
        print(f"  {name:10s} agree {_share(told)} of {len(told)} keys that change, {_share(everything)} of all")
    right = sum(len(r.right) for r in rows)
    print(
        f"  precision {right / sum(len(r.got) for r in rows):.3f}, recall {right / sum(len(r.asked) for r in rows):.3f}"
    )
    kinds: dict[str, list[bool]] = defaultdict(list)
    wrong: Counter[str] = Counter()
    for r in rows:
        for key, ok in r.told.items():
            first = key.split()
            kinds[" ".join(first[:1] if first[0] not in ("position", "trunk", "head") else first[::2])].append(ok)
            wrong[key] += not ok
    for kind, values in sorted(kinds.items()):
        print(f"    {kind:16s} {_share(values)} of {len(values)}")
    print("  most wrong:", ", ".join(f"{k} {n}" for k, n in wrong.most_common(14)))
    words = [float(np.median([len(r.text.split()) for r in chosen])) for chosen in (rows[::2], rows[1::2])]
    print(f"  words per instruction: median {words[0]:.0f} within a trial, {words[1]:.0f} across")
    for r in sorted(rows, key=lambda r: np.mean(list(r.told.values()) or [1]))[:show]:
        bad = [f"{k} {r.wanted[k]:+.2f}/{r.reached[k]:+.2f}" for k, ok in r.told.items() if not ok]
        print(f"  - {r.text}\n      {_share(list(r.told.values()))}: {'; '.join(bad)}")


class _Row:
    """One pair: text, and by key what was wanted (A to B), reached (A to the result), and whether they agree."""

    def __init__(self, text: str, wanted: dict[str, float], reached: dict[str, float]) -> None:
        self.text, self.wanted, self.reached = text, wanted, reached
        self.agrees = agreement(wanted, reached)
        self.asked = {k for k, v in wanted.items() if scale_of(k).name(v)}
        self.got = {k for k, v in reached.items() if scale_of(k).name(v)}
        self.told = {k: self.agrees[k] for k in wanted if k in self.asked | self.got}
        self.right = {k for k in self.asked & self.got if self.agrees[k]}


def _carried_out(pipeline: Pipeline, a: Pose, b: Pose) -> _Row:
    """One pair; an instruction that gives no pose ("Hardly anything changes.") leaves A as it is."""
    text = difference(a, b)
    result = pipeline.pose(PoseRequest(prompt=text, start=a)).poses
    before, after = Measures(a).body, result[0].pose if result else a
    return _Row(text, changes(before, Measures(b).body), changes(before, Measures(after).body))


def _share(values: list[bool]) -> str:
    return f"{100 * np.mean(values):5.1f} %" if values else "  none"


# --- local edits -----------------------------------------------------------------------------------


def local_edits(pipeline: Pipeline, poses: list[Pose]) -> None:
    still, equal, lost, moved = [], [], Counter(), []
    for text, scope in LOCAL:
        free = set(expand_joints(scope.split()))
        out = [INDEX[j] for j in JOINTS if j not in free]
        for pose in poses:
            found = pipeline.pose(PoseRequest(prompt=text, start=pose)).poses
            if not found:
                lost[text] += 1
                continue
            after = found[0].pose
            turns = np.degrees(geodesic(rotvec_to_rotmat(pose.rotvecs), rotvec_to_rotmat(after.rotvecs)))
            still += list(turns[out] < _STILL)
            equal += list((pose.rotvecs[out] == after.rotvecs[out]).all(axis=1))
            moved.append(turns.max() > 1.0)
            if (turns[out] >= _STILL).any():
                lost[f"{text} moves {JOINTS[out[int(turns[out].argmax())]]}"] += 1
    print(f"local edits: {len(LOCAL)} on {len(poses)} poses; of the joints out of scope {_share(still)} move less than")
    print(f"  {_STILL:g} degrees, {_share(equal)} are bit-equal; {_share(moved)} of the edits move something")
    for text, n in lost.most_common(12):
        print(f"    {n} x {text}")
    scope_and_locks(pipeline, poses)


def scope_and_locks(pipeline: Pipeline, poses: list[Pose]) -> None:
    """An edit of everything, once within a scope and once with locks: what may not move is bit-equal."""
    equal = []
    for text in ("raise both arms and bend the knees a bit", "mirror it", "make it more energetic", "lean forward"):
        for pose in poses:
            for fields in ({"scope": ("left_arm", "head")}, {"locks": ("left_arm", "head")}):
                named = set(expand_joints(("left_arm", "head")))
                fixed = [INDEX[j] for j in JOINTS if (j in named) == ("locks" in fields)]
                for entry in pipeline.pose(PoseRequest(prompt=text, start=pose, **fields)).poses:  # type: ignore[arg-type]
                    equal += list((entry.pose.rotvecs[fixed] == pose.rotvecs[fixed]).all(axis=1))
    print(f"scope and locks: {_share(equal)} of the joints that may not move are bit-equal")


if __name__ == "__main__":
    main()
