"""How much of what people write is understood: `python -m tests.bench.language PROMPTS.jsonl ... [--sample N]`.

Each line of a prompt file is an object with "text". Prints the share of prompts that give a pose of their own, the
median time, and the commonest unread words. The prompt files are not part of the project.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from pathlib import Path

import numpy as np

from backend.language.reader import read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="prompts per file, chosen with a fixed seed; 0 is all")
    options = parser.parse_args()
    unread: Counter[str] = Counter()
    everything: list[tuple[bool, float]] = []
    for path in options.files:
        texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if options.sample:
            texts = random.Random(0).sample(texts, min(options.sample, len(texts)))
        rows = []
        for text in texts:
            began = time.perf_counter()
            reading = read(text)
            rows.append((not reading.is_empty, time.perf_counter() - began))
            unread.update(reading.unread)
        everything += rows
        print(f"{path.stem:24s} {100 * np.mean([ok for ok, _ in rows]):5.1f} % of {len(rows)}")
    own = 100 * np.mean([ok for ok, _ in everything])
    median = 1000 * np.median([seconds for _, seconds in everything])
    print(f"{'all':24s} {own:5.1f} % of {len(everything)}, median {median:.2f} ms")
    print("commonest unread words:", ", ".join(f"{word} {n}" for word, n in unread.most_common(40)))


if __name__ == "__main__":
    main()
