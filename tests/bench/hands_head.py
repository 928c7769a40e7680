"""Hands and head of the photo tier on pictures whose pose is known: `python -m tests.bench.hands_head`.

Hand shapes of the atlas on raised hands, drawn from near, and heads turned, bowed and tilted: the mean angle by which
finger joints are off, how often the shape that comes nearest is the right one, and how far the head's turn is off.
"""

from __future__ import annotations

import argparse
from functools import cache
from itertools import product

import numpy as np

from backend.body.camera import framing, orbit_direction
from backend.body.model import BodyModel
from backend.body.picture import draw, figure
from backend.body.png import encode_png
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.pipeline import Pipeline
from backend.posecodes.hand import hand_joints, shape_rotvecs
from backend.posecodes.tracking import body_at
from backend.posecodes.vocabulary import SIDES
from backend.vision.photo import Photo, pose_photo
from rigs.skeleton import INDEX
from rigs.wire import ImageBytes, Pose, PoseRequest

SHOWN = ("fist", "open", "point", "peace", "thumbs_up", "relaxed")
HANDS_UP = ("both hands raised in front of the shoulders, palms forward", "arms out to the sides, palms down",
            "standing")  # fmt: skip
ANGLES = (0.0, 35.0)
# Of the head, deg: to its left, down, to its right shoulder.
TURNS = (
    (0, 0, 0),
    (40, 0, 0),
    (-40, 0, 0),
    (0, 30, 0),
    (0, -30, 0),
    (0, 0, 25),
    (0, 0, -25),
    (30, 20, 0),
    (-30, -15, 10),
)
SIZE = (700, 800)


@cache
def posed(prompt: str) -> Pose:
    return Pipeline().pose(PoseRequest(prompt=prompt)).poses[0].pose


def drawn(pose: Pose, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of the upper body, and the rotation of the camera."""
    body = figure(pose)
    high = body.vertices[body.vertices[:, 1] > body.vertices[:, 1].max() - 1.05]
    camera = framing(high, orbit_direction(np.radians(degrees), np.radians(5.0)), SIZE)
    return draw(body, camera, SIZE), camera.rotation


def angle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Degrees between rotations (..., 3, 3)."""
    return np.degrees(np.linalg.norm(rotmat_to_rotvec(np.swapaxes(a, -1, -2) @ b), axis=-1))


def found(pixels: np.ndarray) -> Photo:
    return pose_photo(ImageBytes(encode_png(pixels)), None, None, BodyModel.load().shaped())


def turned(local: np.ndarray, joint: str) -> np.ndarray:
    """The rotation of a joint in the world, (3, 3)."""
    world: np.ndarray = body_at(BodyModel.load().shaped().joints, local, np.zeros(3), ()).world[0, INDEX[joint]]
    return world


def shape(name: str, side: str) -> np.ndarray:
    return rotvec_to_rotmat(shape_rotvecs(name, side))


def hands(verbose: bool) -> None:
    """Every shape on every pose from every side."""
    rows: list[tuple[float, float, float, bool]] = []
    missed = 0
    for prompt, name, degrees in product(HANDS_UP, SHOWN, ANGLES):
        rotvecs = posed(prompt).rotvecs.copy()
        for side in SIDES:
            rotvecs[hand_joints(side)] = shape_rotvecs(name, side)
        local = rotvec_to_rotmat(rotvecs)
        pixels, rotation = drawn(Pose(rotvecs, posed(prompt).transl, posed(prompt).betas), degrees)
        photo = found(pixels)
        for side in SIDES:
            if side not in photo.person.hands:
                missed += 1
                continue
            mine, true = (a[hand_joints(side)] for a in (photo.fit.local, local))
            off = {n: float(angle(shape(n, side), mine).mean()) for n in SHOWN}
            wrist = (photo.fit.camera.rotation @ turned(photo.fit.local, f"{side}_wrist"),
                     rotation @ turned(local, f"{side}_wrist"))  # fmt: skip
            rows.append((float(angle(mine, true).mean()), float(angle(shape("relaxed", side), true).mean()),
                         float(angle(*wrist)), min(off, key=off.__getitem__) == name))  # fmt: skip
            if verbose:
                print(f"  {prompt[:18]} {degrees:.0f} {side} {name}: {rows[-1][0]:.0f}, wrist {rows[-1][2]:.0f}", off)
    table = np.array(rows, float)
    print(f"hands: {len(rows)} seen, {missed} not seen; finger joints {table[:, 0].mean():.1f} deg off (left relaxed:"
          f" {table[:, 1].mean():.1f}), nearest shape right {table[:, 3].mean():.0%}, wrist {table[:, 2].mean():.1f}"
          f" deg off, median {np.median(table[:, 2]):.1f}")  # fmt: skip


def head(verbose: bool) -> None:
    """Turns of the head against the chest; the error in camera axes."""
    rows = []
    for (yaw, pitch, roll), degrees in product(TURNS, ANGLES):
        rotvecs = posed("standing").rotvecs.copy()
        turn = rotvec_to_rotmat(np.radians([[0.0, yaw, 0.0], [pitch, 0.0, 0.0], [0.0, 0.0, roll]]))
        rotvecs[[INDEX["neck"], INDEX["head"]]] = rotmat_to_rotvec(turn[0] @ turn[1] @ turn[2]) / 2
        pixels, rotation = drawn(Pose(rotvecs, posed("standing").transl, posed("standing").betas), degrees)
        photo = found(pixels)
        mine = photo.fit.camera.rotation @ turned(photo.fit.local, "head")
        rows.append(np.degrees(rotmat_to_rotvec(turned(rotvec_to_rotmat(rotvecs), "head").T @ rotation.T @ mine)))
        if verbose:
            print(f"  yaw {yaw} pitch {pitch} roll {roll} from {degrees:.0f}: off by {rows[-1].round()} (x, y, z)")
    off = np.array(rows)
    size, each, bias = np.linalg.norm(off, axis=1), np.abs(off).mean(axis=0), off.mean(axis=0)
    print(f"head: {size.mean():.1f} deg off, worst {size.max():.1f}; pitch {each[0]:.1f} (bias {bias[0]:+.1f}),"
          f" yaw {each[1]:.1f} ({bias[1]:+.1f}), roll {each[2]:.1f} ({bias[2]:+.1f})")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("hands", "head"))
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    if options.only != "head":
        hands(options.verbose)
    if options.only != "hands":
        head(options.verbose)


if __name__ == "__main__":
    main()
