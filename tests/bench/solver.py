"""How long a solve takes: `python -m tests.bench.solver [--rounds N]`. Medians over rounds, one process, numpy alone.

Prints, per program, the median and 95th percentile in ms, iterations and statements missed; then the totals.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from backend.body.model import BodyModel
from backend.posecodes import Program, read_program
from backend.solver.pose_program import Setting, pose_program

PROGRAMS = {
    "standing": "left foot, right foot on ground",
    "hand on hip": "left palm touches left hip",
    "hand on ear": "right palm touches right ear",
    "hands on head": "both palms touches head top",
    "arms raised": "both arms points up 0.4 out; look up front",
    "sitting, hands on knees": """
        seat on seat 0.45; left foot, right foot on ground
        both thighs points front 0.1 out; both shins points down; torso points up
        left palm touches left knee; right palm touches right knee""",
    "proposing": """
        right knee, right toes on ground; left foot on ground
        left thigh points front 0.1 up; left shin points down; right thigh points down; right shin points back 0.2 up
        right upper arm points down front; right forearm points front 0.5 up; right palm faces up
        left palm touches left knee; look front 0.4 up""",
    "lying": """
        pelvis faces up; torso points back; back, head on ground
        both legs points front 0.1 out; both arms points out 0.05 down""",
    "all fours": """
        torso points front; both thighs points down; both shins points back
        left knee, right knee, left foot top, right foot top, left hand, right hand on ground
        both arms points down; look front down""",
    "tree": """
        right foot on ground; right leg points down; left thigh points out 0.5 down 0.4 front
        left foot sole touches right thigh inner
        both upper arms points up out; both forearms points up in; left palm touches right palm""",
}


def measure(rounds: int) -> dict[str, tuple[np.ndarray, int, int]]:
    """Per program: times in s (rounds,), iterations, statements missed."""
    shaped = BodyModel.load().shaped()
    programs: dict[str, Program] = {name: read_program(text) for name, text in PROGRAMS.items()}
    out = {}
    for name, program in programs.items():
        times = []
        for _ in range(rounds + 1):
            began = time.perf_counter()
            solution = pose_program(shaped, program, Setting.neutral())[0]
            times.append(time.perf_counter() - began)
        missed = sum(not v.measured.met for v in solution.verdicts)
        out[name] = (np.array(times[1:]), solution.iterations, missed)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    found = measure(parser.parse_args().rounds)
    for name, (times, iterations, missed) in found.items():
        median, p95 = 1000 * np.median(times), 1000 * np.percentile(times, 95)
        print(f"{name:26s} median {median:6.1f} ms  p95 {p95:6.1f} ms  {iterations:3d} iterations  {missed} missed")
    all_times = 1000 * np.concatenate([t for t, _, _ in found.values()])
    median, p95 = np.median(all_times), np.percentile(all_times, 95)
    print(f"{'all':26s} median {median:6.1f} ms  p95 {p95:6.1f} ms  (n={len(all_times)})")


if __name__ == "__main__":
    main()
