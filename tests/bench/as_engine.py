"""The command line with another engine for all lines of a batch: `python -m tests.bench.as_engine ENGINE batch IN OUT`.

For tools that drive `CMD batch IN OUT` and name no engine: give them `--cmd "python -m tests.bench.as_engine small"`;
with `--alone` before the engine, poses of language models are taken as they are, whatever the words say to the letter.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from backend.cli import main as command
from backend.engines.talking import TalkingEngine


def main(argv: list[str]) -> int:
    if argv[:1] == ["--alone"]:
        TalkingEngine.words_hold = False
        argv = argv[1:]
    engine, verb, source, *rest = argv
    if verb != "batch":
        print("only batch can be run with another engine: python -m tests.bench.as_engine ENGINE batch IN OUT")
        return 2
    rows = [json.loads(line) for line in Path(source).read_text(encoding="utf-8").splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "in.jsonl"
        lines.write_text("".join(json.dumps({"engine": engine, **row}) + "\n" for row in rows), encoding="utf-8")
        return command(
            [verb, str(lines), *rest, *([] if "--workers" in rest else ["--workers", "1"])]
        )  # of this process


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
