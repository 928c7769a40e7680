"""Photo fit on photos with ground truth: `python -m tests.bench.photos FOLDER [--engine E] [--perfect [--noise S]]`.

FOLDER holds pictures, `manifest.json` (per file: annotations with joint_names, keypoints (x, y, v) and bbox_xywh, px)
and `gt3d.json` (per file: joint_names, joints_cam_m and the camera's f and c, px). Every box is posed. Listed per
photo: PCK@.05 and @.1 of the 12 limb joints, of the longer side of the box, for one plain look of the landmark model at
the box (as its own pipeline does) and for the fitted pose through its camera; ms a person. Then PA-MPJPE where there is
ground truth in space, and how often limbs are right that are said to be so and so sure.

--perfect poses from the keypoints of the ground truth in place of a model's (`vision/keypoints.py`): what a detector of
points that errs nowhere would bring, an upper bound. --noise moves them at random, by a sigma in parts of the box.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backend.body.model import BodyModel
from backend.errors import BadInput
from backend.vision.confidence import LIMBS, confidence_of_limbs
from backend.vision.finders import BUILT_IN, Finders
from backend.vision.images import Picture, read_picture
from backend.vision.keypoints import COCO, Keypoints, with_keypoints
from backend.vision.landmarks import INDEX as LANDMARK
from backend.vision.landmarks import LIMB_ROWS, NAMES, Box, look
from backend.vision.observe import Person, observe
from backend.vision.photo import Photo, pose_photo
from backend.vision.regions import Region
from backend.vision.vitpose import finders_for
from rigs.skeleton import INDEX
from rigs.wire import ImageFile
from tests.backend.vision.scenes import aligned_error

JOINTS = tuple(NAMES[row] for row in LIMB_ROWS)
BINS = ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 1.01))
CLOSE, NEAR = 0.05, 0.1  # of the longer side of the box


@dataclass(frozen=True, eq=False)
class Annotated:
    """One person of a photo. points: px by the name of a joint that is annotated."""

    file: Path
    box: Box
    points: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Measured:
    """off: by joint, of the longer side of the box, of the landmarks and of the pose (inf: missed); sure: by limb."""

    file: str
    landmarks: dict[str, float]
    pose: dict[str, float]
    sure: dict[str, float]
    seconds: float


def annotated(folder: Path) -> Iterator[Annotated]:
    """Everybody with a box and keypoints."""
    for photo in json.loads((folder / "manifest.json").read_text(encoding="utf-8")):
        for note in photo["annotations"]:
            if note.get("keypoints") and note.get("bbox_xywh"):
                named = zip(note["joint_names"], note["keypoints"], strict=False)  # some have more names than points
                points = {name: np.array([x, y]) for name, (x, y, v) in named if v > 0}
                yield Annotated(folder / photo["file"], tuple(note["bbox_xywh"]), points)


def standing_in(points: dict[str, np.ndarray], noise: float) -> Finders:
    """Finders that know where keypoints are, px of the file, but for noise (sigma, of the longer side of the box)."""
    names = tuple(n for n in COCO if n in points)
    rng = np.random.default_rng(0)

    def landmarks(picture: Picture, box: Box) -> Person:
        at = np.array([points[n] for n in names]) / picture.scale
        at = at + rng.normal(0.0, noise * max(box[2:]), at.shape)
        return with_keypoints(observe(picture, box), Keypoints(names, at, np.ones(len(names))))

    return Finders("ground truth", BUILT_IN.people, landmarks)


def measured(person: Annotated, finders: Finders) -> Measured:
    """How far landmarks and pose are off."""
    size, picture = max(person.box[2:]), read_picture(ImageFile(str(person.file)))
    box = tuple(v / picture.scale for v in person.box)
    plain = look(picture, Region.around((box[0], box[1], box[2], box[3]))).points * picture.scale
    wanted = [n for n in JOINTS if n in person.points]
    raw = {n: float(np.hypot(*(plain[LANDMARK[n]] - person.points[n]))) / size for n in wanted}
    began = time.perf_counter()
    try:
        photo = pose_photo(ImageFile(str(person.file)), person.box, None, BodyModel.load().shaped(), finders=finders)
    except BadInput as fault:
        print(f"  {person.file.name}: {fault}")
        return Measured(person.file.name, raw, dict.fromkeys(wanted, np.inf), {}, np.nan)
    seconds = time.perf_counter() - began
    pixels, _ = photo.fit.camera.project(photo.fit.joints)
    off = {n: float(np.hypot(*(pixels[INDEX[n]] - person.points[n]))) / size for n in wanted}
    return Measured(person.file.name, raw, off, confidence_of_limbs(photo.fit, photo.person), seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", default="photo", help="photo or vitpose")
    parser.add_argument("--perfect", action="store_true", help="with the ground truth in place of found keypoints")
    parser.add_argument("--noise", type=float, default=0.0, help="of the ground truth, of the box (default 0)")
    options = parser.parse_args()

    def finders(points: dict[str, np.ndarray]) -> Finders:
        return standing_in(points, options.noise) if options.perfect else finders_for(options.engine)

    rows = [measured(p, finders(p.points)) for p in annotated(options.folder)]
    _print_points(rows)
    _print_space(options.folder, finders)
    _print_reliability(rows)


def _print_points(rows: list[Measured]) -> None:
    print(f"{'':52} {'joints':>6}  {'landmarks':>13}  {'pose':>13}  {'ms':>5}")
    for file in dict.fromkeys(r.file for r in rows):
        some = [r for r in rows if r.file == file]
        print(_line(f"{file} ({len(some)})"[-52:], some))
    print(_line(f"all ({len(rows)})", rows))
    print(f"missed: {sum(np.isnan(r.seconds) for r in rows)} of {len(rows)}")


def _line(title: str, rows: list[Measured]) -> str:
    off = [np.array([v for r in rows for v in of(r).values()]) for of in (lambda r: r.landmarks, lambda r: r.pose)]
    shares = [f"{100 * (o < CLOSE).mean():5.1f} / {100 * (o < NEAR).mean():5.1f}" for o in off]
    return f"{title:52} {len(off[0]):6}  {shares[0]}  {shares[1]}  {1000 * np.median([r.seconds for r in rows]):5.0f}"


def _print_space(folder: Path, finders: Callable[[dict[str, np.ndarray]], Finders]) -> None:
    """PA-MPJPE of the limbs' joints of the largest person, of the landmarks' own points and of the pose."""
    known: dict[str, Any] = json.loads((folder / "gt3d.json").read_text(encoding="utf-8"))
    for file, truth in known.items():
        named = zip(truth["joint_names"], truth["joints_cam_m"], strict=True)
        at = {n.replace("_foot", "_ankle"): np.array(x) for n, x in named}
        names = [n for n in JOINTS if n in at]
        goal = np.array([at[n] for n in names])
        focal, middle = (np.array(truth["camera"][k], float).ravel() for k in ("f", "c"))
        pixels = dict(zip(names, goal[:, :2] / goal[:, 2:] * focal + middle, strict=True))
        given = ImageFile(str(folder / file))
        photo = pose_photo(given, None, None, BodyModel.load().shaped(), finders=finders(pixels))
        errors = [aligned_error(got, goal) for got in (_landmarks_of(photo, names), _joints_of(photo, names))]
        print(f"PA-MPJPE {file}: landmarks {1000 * errors[0]:.0f} mm, pose {1000 * errors[1]:.0f} mm")


def _landmarks_of(photo: Photo, names: list[str]) -> np.ndarray:
    out: np.ndarray = look(photo.picture, Region.around(photo.person.box)).space[[LANDMARK[n] for n in names]]
    return out


def _joints_of(photo: Photo, names: list[str]) -> np.ndarray:
    out: np.ndarray = photo.fit.joints @ photo.fit.camera.rotation.T
    return out[[INDEX[n] for n in names]]


def _print_reliability(rows: list[Measured]) -> None:
    """By bin of the stated confidence: the limbs whose joints are annotated, and how many of those are near."""
    said, near = [], []
    for row in rows:
        for limb, chain in LIMBS.items():
            known = [row.pose[n] < NEAR for n in chain if n in row.pose]
            if row.sure and len(known) == len(chain):
                said.append(row.sure[limb])
                near.append((np.mean(known), float(all(known))))
    sure, right = np.array(said), np.array(near)
    print("stated confidence of a limb: limbs, mean stated, PCK@.1 of its joints, all three near")
    for low, high in BINS:
        part = (sure >= low) & (sure < high)
        if part.any():
            print(f"  {low:.2f}-{min(high, 1.0):.2f}: {part.sum():3}  {sure[part].mean():.2f}  "
                  f"{right[part, 0].mean():.2f}  {right[part, 1].mean():.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
