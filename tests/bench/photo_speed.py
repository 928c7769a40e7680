"""How long a person of a photo takes: `python -m tests.bench.photo_speed FOLDER [--rounds 3]`.

FOLDER holds pictures and `manifest.json`, as of `tests.bench.photos`; every annotated box is posed. After a round that
warms up, each part is timed by itself in this process: people found in the whole picture, looks at one box, hands and
face, the fit. Medians over all people of the least of some rounds, wall and CPU, with how often the landmark network
was asked; then the whole request (a box given: without the detector). The load of the machine is printed beside it.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from backend.body.model import BodyModel
from backend.vision import landmarks
from backend.vision.detector import find_people
from backend.vision.fit import fit
from backend.vision.hands import with_hands
from backend.vision.head import with_face
from backend.vision.images import read_picture
from backend.vision.observe import observe
from backend.vision.photo import pose_photo
from rigs.wire import ImageFile

from .photos import Annotated, annotated

PARTS = ("read", "detector", "looks", "hands, face", "fit", "whole, box given")
Answer = TypeVar("Answer")


class Clock:
    """Seconds (wall, CPU of the process) by part, and how often the landmark network was asked."""

    def __init__(self) -> None:
        self.spent: dict[str, tuple[float, float]] = {}
        self.looks: dict[str, int] = {}
        self._asked = 0
        self._network = landmarks.network
        landmarks.network = self._noted  # type: ignore[assignment]

    def _noted(self, name: str) -> Any:
        self._asked += name == "body"
        return self._network(name)

    def __call__(self, part: str, work: Callable[[], Answer]) -> Answer:
        asked, wall, cpu = self._asked, time.perf_counter(), time.process_time()
        out = work()
        self.spent[part] = (time.perf_counter() - wall, time.process_time() - cpu)
        self.looks[part] = self._asked - asked
        return out


def timed(person: Annotated, clock: Clock) -> tuple[np.ndarray, np.ndarray]:
    """(6, 2) ms, wall and CPU, of the parts of one person, and how many looks (6,) each took."""
    given, shaped = ImageFile(str(person.file)), BodyModel.load().shaped()
    picture = clock("read", lambda: read_picture(given))
    x, y, w, h = (v / picture.scale for v in person.box)
    clock("detector", lambda: find_people(picture))
    seen = clock("looks", lambda: observe(picture, (x, y, w, h)))
    whole = clock("hands, face", lambda: with_face(picture, with_hands(picture, seen)))
    clock("fit", lambda: fit(whole, picture, shaped))
    clock("whole, box given", lambda: pose_photo(given, person.box, None, shaped))
    return 1000 * np.array([clock.spent[p] for p in PARTS]), np.array([clock.looks[p] for p in PARTS])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    people, clock = list(annotated(options.folder)), Clock()
    timed(people[0], clock)
    rounds = [[timed(p, clock) for p in people] for _ in range(options.rounds)]
    spent = np.min([[ms for ms, _ in row] for row in rounds], axis=0)
    looks = np.array([n for _, n in rounds[0]])
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else "load unknown"
    print(f"{len(people)} people, the least of {options.rounds} rounds, {load}")
    print(f"{'':18} wall ms: median  mean   CPU ms: median  mean   looks: median  mean")
    for k, part in enumerate(PARTS):
        (wall, cpu), (wall_mean, cpu_mean) = np.median(spent[:, k], axis=0), spent[:, k].mean(axis=0)
        asked, asked_mean = np.median(looks[:, k]), looks[:, k].mean()
        told = f"{wall:15.0f} {wall_mean:5.0f} {cpu:16.0f} {cpu_mean:5.0f} {asked:15.0f} {asked_mean:5.1f}"
        print(f"{part:18} {told}")


if __name__ == "__main__":
    main()
