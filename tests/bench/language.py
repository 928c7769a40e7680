"""How much of what people write is understood: `python -m tests.bench.language PROMPTS.jsonl ... [--sample N]`.

Each line of a prompt file is an object with "text". For each file it prints the share of prompts that give a pose of
their own, the share whose reply is true (every word that carries meaning did something, belongs to a pose that was
named, or is in the reply), the commonest words left unread and those passed over in silence. Whether a word did
something is tried: the prompt is read again without it. The prompt files are not part of the project.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from backend.language.course import is_gait
from backend.language.lexicon import PART_WORDS
from backend.language.matching import index
from backend.language.reader import read
from backend.language.reading import Reading
from backend.language.replies import reply_to
from backend.language.stems import stem

# Words that mean nothing by themselves here; kept apart from what the reader itself passes over.
_EMPTY = frozenset("""
    a an the this that these those his her hers its their theirs my your our he she it they them him i you we me us who
    which whose what is are was were be been being am do does did doing done has have had having will would can could
    should shall may might must let lets to of in on at by for with from into onto as and or but while then than so if
    there here where when until during person persons people human humans man woman men women someone somebody
    one ones s some any each own self himself herself itself themselves oneself pose poses posing position stance
    perform performs performing performed make makes making made again also just like gets get got getting
    something thing things start starts starting begin begins beginning keep keeps keeping stay stays still very really
    using use uses used through along towards toward near next off against across past between please it's
    go goes going went take takes taking took move moves moving put puts putting give gives way kind
""".split())  # fmt: skip  # noqa: SIM905
_AHEAD = frozenset(("forward", "forwards", "ahead", "straight", "walk", "walks", "walking"))  # said by any gait
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass
class Tally:
    """What is counted over the prompts of a file."""

    seconds: list[float] = field(default_factory=list)
    posed: list[bool] = field(default_factory=list)
    true: list[bool] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)

    def add(self, text: str) -> None:
        began = time.process_time()
        reading = read(text)
        self.seconds.append(time.process_time() - began)
        silent = passed_over(text, reading)
        self.posed.append(not reading.is_empty)
        self.true.append(not silent)
        self.unread.update(reading.unread)
        self.silent.update(silent)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.seconds + other.seconds,
            self.posed + other.posed,
            self.true + other.true,
            self.unread + other.unread,
            self.silent + other.silent,
        )

    def line(self, name: str) -> str:
        own, true = 100 * np.mean(self.posed), 100 * np.mean(self.true)
        median = 1000 * np.median(self.seconds)
        return f"{name:20s} {own:5.1f} % posed, {true:5.1f} % true replies, {median:.2f} ms, {len(self.posed)} prompts"


def passed_over(text: str, reading: Reading) -> list[str]:
    """Words with a meaning that changed nothing, belong to no pose that was named, and are not in the reply."""
    told = {stem(w) for w in _WORD.findall(reply_to(reading).lower())}
    named = {s for name in reading.named for s in index().context[name]}
    out: list[str] = []
    before = ""
    for found in _WORD.finditer(text):
        said, word = before, found[0].lower()
        before = word
        if word in PART_WORDS and said in ("left", "right", "both", "other") and said not in out:
            continue  # "with the left hand": the side is what counts
        if word in _AHEAD and any(is_gait(name) for name in reading.named):
            continue
        if word in _EMPTY or stem(word) in told | named or (len(word) == 1 and word.isalpha()):
            continue
        without = read(f"{text[: found.start()]} {text[found.end() :]}")
        if (without.program, without.notes) == (reading.program, reading.notes):
            out.append(word)
    return out


def _listed(words: Counter[str], n: int) -> str:
    return ", ".join(f"{word} {k}" for word, k in words.most_common(n)) or "none"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="prompts per file, chosen with a fixed seed; 0 is all")
    parser.add_argument("--words", type=int, default=12, help="how many words to list for each file")
    options = parser.parse_args()
    everything = Tally()
    for path in options.files:
        texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if options.sample:
            texts = random.Random(0).sample(texts, min(options.sample, len(texts)))
        tally = Tally()
        for text in texts:
            tally.add(text)
        everything += tally
        print(tally.line(path.stem))
        print(f"    unread: {_listed(tally.unread, options.words)}")
        print(f"    silent: {_listed(tally.silent, options.words)}")
    print(everything.line("all"))
    print(f"    unread: {_listed(everything.unread, 4 * options.words)}")
    print(f"    silent: {_listed(everything.silent, 4 * options.words)}")


if __name__ == "__main__":
    main()
