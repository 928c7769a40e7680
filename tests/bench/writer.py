"""How well the model of the writer's settings poses: pass rate on cases, repairs, tokens, seconds.

    POSEWRIGHT_WRITER_URL=... POSEWRIGHT_WRITER_MODEL=... python -m tests.bench.writer [CASES.json] [--limit N]

CASES.json is a list of {"prompt", "kind"?, "program"}: the program holds the statements, as JSON or canonical lines,
that a good answer makes true; without a file, prompts and programs are those of tests/backend/writer/written.json,
which a strong writer should match. It needs a real model: a random one, or a canned answer, says nothing.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from backend.body.model import BodyModel
from backend.engines.writer import WriterEngine
from backend.errors import PosewrightError
from backend.posecodes import Program, program_from_json, read_program
from backend.posecodes.tracking import body_at
from backend.solver.pose_program import pose_program
from backend.writer.writing import Account
from rigs.wire import PoseRequest

WRITTEN = Path(__file__).parent.parent / "backend" / "writer" / "written.json"


def program_of(value: Any) -> Program:
    return read_program(value) if isinstance(value, str) else program_from_json(value)


def load(path: Path | None) -> list[tuple[str, str, Program]]:
    """(kind, prompt, statements that should hold)."""
    rows = json.loads((path or WRITTEN).read_text(encoding="utf-8"))
    wanted = [row["program"] if "program" in row else row["answer"]["program"] for row in rows]
    return [(row.get("kind", "all"), row["prompt"], program_of(w)) for row, w in zip(rows, wanted, strict=True)]


def run(engine: WriterEngine, prompt: str, seed: int) -> tuple[Any, Account, float]:
    """The solved pose (None where there is none), how the answer came about, and s."""
    began = time.perf_counter()
    proposal, account = engine.answered(PoseRequest(prompt=prompt, engine="writer", seed=seed))
    shaped = BodyModel.load().shaped()
    found = pose_program(shaped, proposal.program, proposal.setting)[0] if proposal.program is not None else None
    return found, account, time.perf_counter() - began


def came_about(accounts: list[Account]) -> str:
    """How answers came about: samples read, answers that went back and were better then, tokens."""
    back = Counter(a.went_back or "none" for a in accounts)
    read, written = sum(a.read for a in accounts), sum(a.samples for a in accounts)
    return (
        f"samples read {read}/{written}   went back {dict(back)}, helped {sum(a.helped for a in accounts)}\n"
        f"tokens in {np.mean([a.tokens_in for a in accounts]):.0f}, out {np.mean([a.tokens_out for a in accounts]):.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="?", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    engine, rest = WriterEngine(), BodyModel.load().shaped().joints
    info = engine.info()
    if not info.available:
        raise SystemExit(f"the writer lacks {', '.join(info.missing)}: {info.next_step}")
    passed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    met: list[bool] = []
    accounts: list[Account] = []
    seconds: list[float] = []
    failed: Counter[str] = Counter()
    rows = []
    for kind, prompt, wanted in load(options.cases)[: options.limit]:
        total[kind] += 1
        try:
            found, account, took = run(engine, prompt, options.seed)
        except PosewrightError as error:
            failed[error.code] += 1
            rows.append({"prompt": prompt, "error": error.code})
            continue
        accounts.append(account)
        seconds.append(took)
        body = None if found is None else body_at(rest, found.local, found.transl, wanted)
        checks = [body is not None and code.measure(body).met for code in wanted]
        met += checks
        passed[kind] += all(checks)
        rows.append(
            {"prompt": prompt, "passed": all(checks), "met": sum(checks), "of": len(checks), "s": round(took, 2)}
        )
    for kind in sorted(total):
        print(f"{kind:<12} {passed[kind]:>3}/{total[kind]}")
    print(f"statements {sum(met)}/{len(met)}   errors {dict(failed)}")
    if accounts:
        print(came_about(accounts))
        print(f"median {np.median(seconds):.1f} s, p95 {np.percentile(seconds, 95):.1f} s")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
