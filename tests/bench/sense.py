"""Whether solved poses make sense: `python -m tests.bench.sense [--n N] [--sheet OUT.png]`.

Solves N atlas poses (all by default) and looks at their whole skin: parts that run through each other, contacts that do
not touch, supports off the ground, joints beyond their range, wrists twisted. Lists the worst of each.
"""

from __future__ import annotations

import argparse

import numpy as np

from backend.body.model import BodyModel
from backend.body.rotations import rotmat_to_quat_wxyz, rotmat_to_rotvec
from backend.language.atlas import atlas
from backend.posecodes.contact import Contact
from backend.posecodes.ground import BEARERS, Support
from backend.solver import Setting, pose_program
from backend.solver.limits import swing_twist
from rigs.skeleton import INDEX

from . import skin as judge

LIMITS = {"through each other, mm": 10.0, "contact gap, mm": 10.0, "support off, mm": 5.0, "beyond range, deg": 4.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=0)
    parser.add_argument("--worst", type=int, default=12)
    options = parser.parse_args()
    shaped, book = BodyModel.load().shaped(), atlas()
    names = sorted(book.entries)
    if options.n:
        names = list(np.random.default_rng(0).permutation(names)[: options.n])
    found: dict[str, list[tuple[float, str]]] = {key: [] for key in LIMITS}
    unmet = 0
    for name in names:
        solution = pose_program(shaped, book.program(name), Setting.neutral())[0]
        skin = shaped.posed(rotmat_to_rotvec(solution.local), solution.transl).vertices()
        depth, where = judge.deepest(skin)
        found["through each other, mm"].append((1e3 * depth, f"{name}: {where}"))
        unmet += any(not v.measured.met for v in solution.verdicts)
        for code in (v.code for v in solution.verdicts):
            if isinstance(code, Contact):
                found["contact gap, mm"].append((1e3 * judge.gap(skin, code.a, code.b), f"{name}: {code.said()}"))
            elif isinstance(code, Support):
                for part in code.parts:
                    off = max(abs(judge.height(skin, r) - code.height) for r in BEARERS[part])
                    found["support off, mm"].append((1e3 * off, f"{name}: {part}"))
        found["beyond range, deg"].append((float(np.degrees(solution.beyond.max())), name))
        twist = swing_twist(rotmat_to_quat_wxyz(solution.local[None]), np.arange(55))[0, [INDEX["left_wrist"], 21], 0]
        assert np.abs(np.degrees(twist)).max() < 25, name
    print(f"{len(names)} poses; with a statement not met: {unmet}")
    for key, values in found.items():
        numbers = np.array([v for v, _ in values])
        beyond = int((numbers > LIMITS[key]).sum())
        print(f"\n{key}: {len(numbers)} looked at, median {np.median(numbers):.1f}", end=", ")
        print(f"p95 {np.percentile(numbers, 95):.1f}, more than {LIMITS[key]:g}: {beyond}")
        for value, label in sorted(values, reverse=True)[: options.worst]:
            print(f"   {value:6.1f}  {label}")


if __name__ == "__main__":
    main()
