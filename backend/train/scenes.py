"""Reasoning-based pose estimation (ChatPose, section 4.1) on pictures of our own: several bodies, one of them meant.

Each scene is a render of two or three bodies in poses of the atlas, and words that only one of them fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.body.camera import framing, orbit_direction
from backend.body.picture import draw, figure, group
from backend.body.png import encode_png
from backend.errors import BadInput
from backend.pipeline import Pipeline
from rigs.wire import ImageBytes, Pose, PoseRequest

from .data.poses import learned, whole
from .data.sources import atlas_pose
from .kinematics import body_joints
from .metrics import mpjpe, pa_mpjpe

_SIZE: Final = (960, 540)  # px
_APART: Final = 1.5  # m between people
_TURN: Final = np.radians(15.0)  # of the camera to one side of the front
_KINDS: Final = {  # words -> atlas poses that they fit, and that none of the others does
    "the one sitting": ("sit on chair", "sit at a table", "legs crossed on chair"),
    "the one kneeling": ("kneel", "kneel in prayer", "kneel on one knee"),
    "the one squatting": ("squat", "sumo squat", "goblet squat"),
    "the one with both arms raised": ("victory arms raised", "upward salute", "hands up surrender"),
    "the one standing": ("hands on hips", "arms crossed", "parade rest"),
    "the one bending forward": ("half forward bend", "good morning exercise", "bow"),
}
_UPRIGHT: Final = ("the one standing", "the one with both arms raised")  # both stand: never in one scene


@dataclass(frozen=True, eq=False)
class Scene:
    """picture: (h, w, 3) uint8. who: the words. poses: (k, 52, 3) rad of everybody, the meant one is `meant`."""

    picture: np.ndarray
    who: str
    poses: np.ndarray
    meant: int


def scenes(count: int, seed: int = 0) -> list[Scene]:
    """The first `count` scenes of a seed."""
    rng = np.random.default_rng(seed)
    return [_scene(rng) for _ in range(count)]


def _scene(rng: np.random.Generator) -> Scene:
    kinds = list(_KINDS)
    kinds.remove(str(rng.choice(_UPRIGHT)))
    chosen = [kinds[int(i)] for i in rng.permutation(len(kinds))[: int(rng.integers(2, 4))]]
    poses = np.stack([atlas_pose(str(rng.choice(_KINDS[kind]))) for kind in chosen])
    meant = int(rng.integers(len(chosen)))
    return Scene(_picture(poses), chosen[meant], poses, meant)


def _picture(poses: np.ndarray) -> np.ndarray:
    places = _APART * (np.arange(len(poses)) - (len(poses) - 1) / 2)
    people = []
    for rotvecs, x in zip(poses, places, strict=True):
        skin = figure(Pose(whole(rotvecs), np.zeros(3))).vertices
        people.append(Pose(whole(rotvecs), np.array([x, -skin[:, 1].min(), 0.0])))
    bodies = group(people)
    camera = framing(bodies.vertices, orbit_direction(_TURN, np.radians(8.0)), _SIZE)
    return draw(bodies, camera, _SIZE)


def judged(engine: str, found: Sequence[Scene]) -> dict[str, float]:
    """Ask an engine for the meant pose of every scene.

    Returns:
        MPJPE and PA-MPJPE (mm, facing ahead) over the scenes with an answer; percent answered; percent of all in which
        the answer is nearer to the meant body (PA-MPJPE) than to any other of the picture.

    Raises:
        NotAvailable: the engine cannot be used here, or does not look at pictures.
    """
    pipeline = Pipeline()
    errors, aligned, right = [], [], 0
    for scene in found:
        picture = ImageBytes(encode_png(scene.picture))
        try:
            result = pipeline.pose(PoseRequest(image=picture, person=scene.who, engine=engine))
        except BadInput:  # nobody found, or nobody whom the words fit
            continue
        if not result.poses:
            continue
        joints = body_joints(learned(result.poses[0].pose.rotvecs)[None])
        truth = body_joints(scene.poses)
        away = pa_mpjpe(np.repeat(joints, len(truth), 0), truth)
        right += int(np.argmin(away)) == scene.meant
        aligned.append(away[scene.meant])
        errors.append(mpjpe(joints, truth[[scene.meant]])[0])
    count = len(found)
    return {
        "MPJPE": float(np.mean(errors)) if errors else float("nan"),
        "PA-MPJPE": float(np.mean(aligned)) if aligned else float("nan"),
        "right person": 100 * right / count,
        "answered": 100 * len(errors) / count,
    }
