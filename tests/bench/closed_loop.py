"""Photo fit on pictures whose pose is known: `python -m tests.bench.closed_loop [--n 40] [--true-points]`.

Our own body in poses of the atlas is drawn from two sides, found again by the photo tier, and compared: PA-MPJPE over
the 22 body joints and over the 12 of the limbs, and the mean angle by which each limb's direction is off. The landmark
model's own points in space, on the same box, are measured beside it.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backend.atlas_command import posed
from backend.body.model import BodyModel
from backend.body.picture import draw, figure, view_camera
from backend.body.png import encode_png
from backend.errors import BadInput
from backend.language.atlas import atlas
from backend.vision.finders import BUILT_IN, Finders
from backend.vision.images import Picture
from backend.vision.keypoints import Keypoints, with_keypoints
from backend.vision.landmarks import INDEX as LANDMARK
from backend.vision.landmarks import look
from backend.vision.observe import observe
from backend.vision.photo import Photo, pose_photo
from backend.vision.regions import Region
from rigs.skeleton import INDEX, N_BODY
from rigs.wire import ImageBytes, Pose
from tests.backend.vision.scenes import aligned_error

LIMBS = tuple(f"{s}_{j}" for s in ("left", "right") for j in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle"))
SEGMENTS = (("upper arm", "shoulder", "elbow"), ("forearm", "elbow", "wrist"), ("thigh", "hip", "knee"),
            ("shin", "knee", "ankle"))  # fmt: skip
SIZE = (560, 640)
VIEWS = {"front": np.radians(20.0), "side": np.radians(75.0)}


@dataclass(frozen=True, eq=False)
class Case:
    """A pose drawn from one side. joints (55, 3) m in camera axes, points (55, 2) px; pixels (h, w, 3) uint8."""

    name: str
    view: str
    pose: Pose
    joints: np.ndarray
    points: np.ndarray
    pixels: np.ndarray


def cases(names: list[str]) -> Iterator[Case]:
    """Every pose from every side."""
    for name in names:
        entry = posed(atlas(), name)
        body = figure(entry.pose)
        for view, azimuth in VIEWS.items():
            camera = view_camera(body, azimuth, SIZE)
            seen = entry.joints @ camera.rotation.T + camera.translation
            points, _ = camera.project(entry.joints)
            yield Case(name, view, entry.pose, seen, points, draw(body, camera, SIZE))


def with_true_points(case: Case) -> Finders:
    """Finders that know where the limbs' joints are in the picture, as a model of keypoints that errs nowhere would."""
    known = Keypoints(LIMBS, case.points[[INDEX[n] for n in LIMBS]], np.ones(len(LIMBS)))
    return Finders("truth", BUILT_IN.people, lambda picture, box: with_keypoints(observe(picture, box), known))


def fitted(case: Case, finders: Finders = BUILT_IN) -> Photo | None:
    """The photo fit of a case; None where nobody was found."""
    try:
        shaped = BodyModel.load().shaped()
        return pose_photo(ImageBytes(encode_png(case.pixels)), None, None, shaped, finders=finders)
    except BadInput as fault:
        print(f"  {case.name} ({case.view}): {fault}")
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=40)
    parser.add_argument("--true-points", action="store_true", help="with the joints' true places in the picture")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    names = random.Random(3).sample(sorted(atlas().entries), options.n)
    rows, angles, missed = [], {s: [] for s, _, _ in SEGMENTS}, 0
    for case in cases(names):
        photo = fitted(case, with_true_points(case) if options.true_points else BUILT_IN)
        if photo is None:
            missed += 1
            continue
        camera = photo.fit.camera
        mine = photo.fit.joints @ camera.rotation.T + camera.translation
        limbs = [INDEX[n] for n in LIMBS]
        raw = look(Picture(case.pixels), Region.around(photo.person.box)).space[[LANDMARK[n] for n in LIMBS]]
        row = (aligned_error(mine[:N_BODY], case.joints[:N_BODY]), aligned_error(mine[limbs], case.joints[limbs]),
               aligned_error(raw, case.joints[limbs]), photo.confidence)  # fmt: skip
        rows.append(row)
        for segment, a, b in SEGMENTS:
            for s in ("left", "right"):
                ways = [j[INDEX[f"{s}_{b}"]] - j[INDEX[f"{s}_{a}"]] for j in (mine, case.joints)]
                cosine = ways[0] @ ways[1] / np.linalg.norm(ways[0]) / np.linalg.norm(ways[1])
                angles[segment].append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
        if options.verbose:
            print(f"  {case.name} ({case.view}): " + ", ".join(f"{1000 * v:.0f} mm" for v in row[:3]), row[3])
    table = 1000 * np.array(rows)
    print(f"{len(rows)} pictures, {missed} with nobody found")
    for title, column in (("22 joints", 0), ("12 limb joints", 1), ("12 limb joints, landmarks alone", 2)):
        print(f"PA-MPJPE {title}: mean {table[:, column].mean():.1f} mm, median {np.median(table[:, column]):.1f} mm")
    for segment, off in angles.items():
        print(f"{segment}: {np.mean(off):.1f} deg off on average")
    order = table[:, 3].argsort()
    halves = [table[order[: len(order) // 2], 1].mean(), table[order[len(order) // 2 :], 1].mean()]
    print(f"the less sure half: {halves[0]:.1f} mm, the surer half: {halves[1]:.1f} mm")


if __name__ == "__main__":
    main()
