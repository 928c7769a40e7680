"""What touches seen by others do to a photo fit: `python -m tests.bench.contacts [--verbose]`.

Our own body touching itself in known ways is drawn from two sides and found again: by the picture alone, with the true
touches as a model that looks at pictures would name them (without sides, in ProsePose's words), with the true ones
among wrong ones, and with wrong ones alone. Told are PA-MPJPE over the 22 body joints and over the arms, and the gap
between the parts that touch in truth, as `Contact` measures it on the nearest of their regions.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.body.model import BodyModel
from backend.body.png import encode_png
from backend.posecodes.contact import Contact
from backend.posecodes.tracking import body_at
from backend.vision.contacts import with_contacts
from backend.vision.fit import Fit
from backend.vision.photo import pose_photo
from backend.vision.touches import Pair
from rigs.skeleton import INDEX, N_BODY
from rigs.wire import ImageBytes
from tests.backend.vision.scenes import aligned_error, scene

VIEWS: Final = (20.0, 65.0)  # degrees to the body's left of straight ahead
ARMS: Final = [INDEX["neck"], *(INDEX[f"{s}_{j}"] for s in ("left", "right") for j in ("shoulder", "elbow", "wrist"))]
SHAPED = BodyModel.load().shaped()


@dataclass(frozen=True)
class Case:
    """told: the pairs that a model would name. touches: those that hold. wrong: a pair that does not."""

    prompt: str
    told: tuple[Pair, ...]
    touches: tuple[Pair, ...]
    wrong: Pair


def _both(part: str) -> tuple[Pair, ...]:
    """Each hand touches the part on its own side."""
    return tuple((f"{s}_hand", part if part == "head" else f"{s}_{part}") for s in ("left", "right"))


CASES: Final = (
    Case("hands on hips", (("hand", "hip"),), _both("hip"), ("hand", "head")),
    Case("hands on hips", (("hand", "waist"),), _both("hip"), ("arm", "foot")),
    Case("right hand on the head", (("hand", "head"),), (("right_hand", "head"),), ("hand", "leg")),
    Case("both hands on the head", (("hand", "head"),), _both("head"), ("hand", "hip")),
    Case("hands behind the head", (("hand", "head"),), _both("head"), ("hand", "knee")),
    Case("hands on the knees, bending forward", (("hand", "knee"),),
         _both("knee"), ("hand", "foot")),
    Case("sitting on a chair, hands on the knees", (("hand", "leg"),),
         _both("knee"), ("hand", "head")),
    Case("sitting on the floor, hands clasped around the knees", (("hand", "knee"),),
         _both("knee"), ("hand", "head")),
    Case("sitting cross-legged, hands on the knees", (("hand", "knee"),),
         _both("knee"), ("hand", "head")),
    Case("hands clasped in front of the chest", (("hand", "hand"),), (("left_hand", "right_hand"),), ("hand", "head")),
    Case("palms together in front of the chest", (("hand", "hand"),), (("left_hand", "right_hand"),), ("hand", "leg")),
    Case("hands behind the back, clasped", (("hand", "hand"),), (("left_hand", "right_hand"),), ("hand", "head")),
    Case("arms crossed", (("hand", "arm"),), (("left_hand", "right_arm"), ("right_hand", "left_arm")), ("hand", "leg")),
    Case("left hand on the cheek", (("hand", "head"),), (("left_hand", "left_cheek"),), ("hand", "hand")),
    Case("right hand on the chin, thinking", (("hand", "chin"), ("hand", "elbow")),
         (("right_hand", "chin"), ("left_hand", "right_elbow")), ("hand", "hip")),
    Case("right hand on the left shoulder", (("hand", "shoulder (front)"),), (("right_hand", "left_shoulder"),),
         ("hand", "foot")),
    Case("left hand on the belly", (("hand", "stomach"),), (("left_hand", "belly"),), ("hand", "head")),
    Case("right ankle on the left knee, sitting on a chair", (("foot", "leg"), ("hand", "leg")),
         (("right_ankle", "left_leg"), ("right_hand", "right_knee")), ("hand", "head")),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """mm: PA-MPJPE over the body and over the arms, and the mean gap of the true touches."""

    body: float
    arms: float
    gap: float

    def __str__(self) -> str:
        return f"{self.body:.0f} {self.arms:.0f} {self.gap:.0f}"


def row(found: Fit, drawn: np.ndarray, case: Case) -> Row:
    codes = [Contact(*pair) for pair in case.touches]
    body = body_at(SHAPED.joints, found.local, found.transl, codes)
    gap = float(np.mean([code.measure(body).error for code in codes]))
    errors = [aligned_error(found.joints[rows], drawn[rows]) for rows in (range(N_BODY), ARMS)]
    return Row(*(1000 * v for v in (*errors, gap)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    table: dict[str, list[Row]] = defaultdict(list)
    kept, seconds = 0, []
    for case in CASES:
        for view in VIEWS:
            drawn = scene(case.prompt, view)
            photo = pose_photo(ImageBytes(encode_png(drawn.pixels)), drawn.box, None, SHAPED)
            right, wrong = list(case.told), [case.wrong]
            hints = {"true touches": [right], "true among wrong": [right, [*right, *wrong], wrong], "wrong": [wrong]}
            rows = {"picture alone": row(photo.fit, drawn.joints, case)}
            for name, samples in hints.items():
                began = time.process_time()
                found, program, _ = with_contacts(photo.fit, photo.person, photo.picture, SHAPED, samples)
                seconds.append(time.process_time() - began)
                rows[name] = row(found, drawn.joints, case)
                kept += name == "wrong" and bool(program)
                if options.verbose:
                    said = "; ".join(c.said() for c in program) or "none"
                    print(f"  {case.prompt} ({view:g}) {name}: {said}: {rows['picture alone']} -> {rows[name]}")
            for name, each in rows.items():
                table[name].append(each)
    before = _table(table["picture alone"])
    for name, rows_ in table.items():
        after = _table(rows_)
        body, arms, gap = after.mean(axis=0)
        worse = int((after[:, 0] > before[:, 0] + 5.0).sum())
        means = f"body {body:.1f} mm, arms {arms:.1f} mm, gap {gap:.1f} mm"
        print(f"{name}: {means}; {worse} of {len(rows_)} worse by over 5 mm")
    print(f"{kept} of {len(table['wrong'])} wrong ones kept; {np.mean(seconds):.2f} CPU s for a picture's touches")


def _table(rows: list[Row]) -> np.ndarray:
    return np.array([[r.body, r.arms, r.gap] for r in rows])


if __name__ == "__main__":
    main()
