"""Photo fit on pictures whose pose is known: `python -m tests.bench.closed_loop [--n 40] [--all-views] [--true-points]`

Our own body in poses of the atlas is drawn from two sides (or six), found again by the photo tier, and compared:
PA-MPJPE over the 22 body joints and over the 12 of the limbs, the mean angle by which each limb's direction is off, and
"upright", the mean distance of the 22 joints after a turn about the vertical alone, which sees a body that leans. The
landmark model's own points in space, on the same box, are measured beside it.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backend.atlas_command import posed
from backend.body.camera import framing, orbit_direction
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
# Degrees to the character's left, and by how much the camera looks down (None: as pictures of poses are drawn).
VIEWS: dict[str, tuple[float, float | None]] = {"front": (20.0, None), "side": (75.0, None)}
ALL_VIEWS = {
    **VIEWS,
    "three-quarter": (-45.0, None),
    "back": (170.0, None),
    "high": (25.0, 35.0),
    "low": (-20.0, -12.0),
}


@dataclass(frozen=True, eq=False)
class Case:
    """A pose drawn from one side. world, joints (55, 3) m in the pose's and in camera axes; points (55, 2) px; pixels
    (h, w, 3) uint8.
    """

    name: str
    view: str
    pose: Pose
    world: np.ndarray
    joints: np.ndarray
    points: np.ndarray
    pixels: np.ndarray


def cases(names: list[str], views: dict[str, tuple[float, float | None]]) -> Iterator[Case]:
    """Every pose from every side."""
    for name in names:
        entry = posed(atlas(), name)
        body = figure(entry.pose)
        for view, (azimuth, down) in views.items():
            camera = view_camera(body, np.radians(azimuth), SIZE)
            if down is not None:
                camera = framing(body.vertices, orbit_direction(np.radians(azimuth), np.radians(down)), SIZE)
            seen = entry.joints @ camera.rotation.T + camera.translation
            points, _ = camera.project(entry.joints)
            yield Case(name, view, entry.pose, entry.joints, seen, points, draw(body, camera, SIZE))


def upright_error(a: np.ndarray, b: np.ndarray) -> float:
    """m: mean distance of joints a (n, 3) from b, each about its middle, after the best turn about the vertical."""
    x, y = a - a.mean(axis=0), b - b.mean(axis=0)
    both = x[:, [0, 2]].T @ y[:, [0, 2]]
    turn = np.arctan2(both[0, 1] - both[1, 0], both[0, 0] + both[1, 1])
    c, s = np.cos(turn), np.sin(turn)
    x[:, [0, 2]] = x[:, [0, 2]] @ np.array([[c, s], [-s, c]])
    return float(np.linalg.norm(x - y, axis=1).mean())


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
    parser.add_argument("--all-views", action="store_true", help="from behind, above and below too")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    names = random.Random(3).sample(sorted(atlas().entries), options.n)
    rows, angles, views, missed = [], {s: [] for s, _, _ in SEGMENTS}, [], 0
    for case in cases(names, ALL_VIEWS if options.all_views else VIEWS):
        photo = fitted(case, with_true_points(case) if options.true_points else BUILT_IN)
        if photo is None:
            missed += 1
            continue
        camera = photo.fit.camera
        mine = photo.fit.joints @ camera.rotation.T + camera.translation
        limbs = [INDEX[n] for n in LIMBS]
        raw = look(Picture(case.pixels), Region.around(photo.person.box)).space[[LANDMARK[n] for n in LIMBS]]
        row = (aligned_error(mine[:N_BODY], case.joints[:N_BODY]), aligned_error(mine[limbs], case.joints[limbs]),
               aligned_error(raw, case.joints[limbs]), photo.confidence,
               upright_error(photo.fit.joints[:N_BODY], case.world[:N_BODY]))  # fmt: skip
        rows.append(row)
        views.append(case.view)
        for segment, a, b in SEGMENTS:
            for s in ("left", "right"):
                ways = [j[INDEX[f"{s}_{b}"]] - j[INDEX[f"{s}_{a}"]] for j in (mine, case.joints)]
                cosine = ways[0] @ ways[1] / np.linalg.norm(ways[0]) / np.linalg.norm(ways[1])
                angles[segment].append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
        if options.verbose:
            print(f"  {case.name} ({case.view}): " + ", ".join(f"{1000 * v:.0f} mm" for v in row[:3]), row[3])
    table = 1000 * np.array(rows)
    print(f"{len(rows)} pictures, {missed} with nobody found")
    titles = {
        0: "PA-MPJPE 22 joints",
        1: "PA-MPJPE 12 limb joints",
        2: "the same, landmarks alone",
        4: "upright, 22 joints",
    }
    for column, title in titles.items():
        print(f"{title}: mean {table[:, column].mean():.1f} mm, median {np.median(table[:, column]):.1f} mm")
    for view in dict.fromkeys(views):
        some = table[[v == view for v in views]]
        told = (f"{title} {some[:, c].mean():.1f} / {np.median(some[:, c]):.1f}" for c, title in titles.items())
        print(f"  {view}: {', '.join(told)}")
    for segment, off in angles.items():
        print(f"{segment}: {np.mean(off):.1f} deg off on average")
    order = table[:, 3].argsort()
    halves = [table[order[: len(order) // 2], 1].mean(), table[order[len(order) // 2 :], 1].mean()]
    print(f"the less sure half: {halves[0]:.1f} mm, the surer half: {halves[1]:.1f} mm")


if __name__ == "__main__":
    main()
