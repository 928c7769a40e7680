"""The command line with another engine for all lines of a batch: `python -m tests.bench.as_engine ENGINE batch IN OUT`.

For tools that drive `CMD batch IN OUT` and name no engine: give them `--cmd "python -m tests.bench.as_engine small"`;
with `--alone` before the engine, poses of language models are taken as they are, whatever the words say to the letter;
with `--at-once N`, so many lines are asked at once, for models that are slow but answer many (`parked_model`).
Of the writer it is said at the end, on stderr, how its answers came about.
"""

from __future__ import annotations

import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from backend.batch import answer_line, read_lines
from backend.cli import main as command
from backend.engines.proposal import Proposal
from backend.engines.talking import TalkingEngine
from backend.engines.writer import WriterEngine
from backend.pipeline import Pipeline
from backend.ticks import Tick, quiet
from backend.writer.writing import Account
from rigs.wire import PoseRequest

from .writer import came_about


def main(argv: list[str]) -> int:
    at_once = 1
    while argv[:1] in (["--alone"], ["--at-once"]):
        if argv[0] == "--alone":
            TalkingEngine.words_hold = False
            argv = argv[1:]
        else:
            at_once, argv = int(argv[1]), argv[2:]
    engine, verb, source, target, *rest = argv
    if verb != "batch":
        print("only batch can be run with another engine: python -m tests.bench.as_engine ENGINE batch IN OUT")
        return 2
    rows = [json.loads(line) for line in Path(source).read_text(encoding="utf-8").splitlines() if line.strip()]
    accounts = _accounts()
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "in.jsonl"
        lines.write_text("".join(json.dumps({"engine": engine, **row}) + "\n" for row in rows), encoding="utf-8")
        if at_once > 1:
            code = _answer_at_once(lines, Path(target), at_once)
        else:  # of this process
            workers = [] if "--workers" in rest else ["--workers", "1"]
            code = command([verb, str(lines), target, *rest, *workers])
    if accounts:
        print(came_about(accounts), file=sys.stderr)
    return code


def _answer_at_once(source: Path, target: Path, n: int) -> int:
    """The batch with so many lines at a time, in one process."""
    pipeline = Pipeline()
    with source.open("rb") as lines, target.open("wb") as out, ThreadPoolExecutor(n) as pool:
        for reply in pool.map(lambda line: answer_line(pipeline, line), list(read_lines(lines))):
            out.write(reply)
    return 0


def _accounts() -> list[Account]:
    """A list that fills with how the writer's answers come about."""
    accounts: list[Account] = []
    answered = WriterEngine.answered

    def noted(self: WriterEngine, request: PoseRequest, tick: Tick = quiet) -> tuple[Proposal, Account]:
        found = answered(self, request, tick)
        accounts.append(found[1])
        return found

    WriterEngine.answered = noted  # type: ignore[method-assign]
    return accounts


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
