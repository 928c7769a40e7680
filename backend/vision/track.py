"""From frames to a smooth track: one person followed and fitted frame by frame, then one camera, one ground, no jitter.

Every frame is fitted before a level camera at the origin. The camera stands still, so its pitch is one for all frames;
what was not seen in a frame is bridged; feet that rest on the ground are held there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.body.camera import Camera
from backend.body.model import ShapedBody
from backend.body.outline import floor_of
from backend.body.rotations import quat_wxyz_to_rotmat, rotmat_to_rotvec, rotvec_to_rotmat
from backend.errors import BadInput
from backend.posecodes.hand import hand_joints
from backend.posecodes.vocabulary import SIDES
from backend.ticks import Tick, quiet
from rigs.skeleton import JOINTS, N_JOINTS
from rigs.wire import Pose

from .cuts import CutWatch
from .finders import BUILT_IN, Finders
from .follow import Follower
from .footing import POINTS, bodies, foot_points, held_still, rest_heights, slide
from .frames import Frames
from .images import Picture
from .landmarks import INDEX, LIMB_ROWS, Box
from .lens import FACING, focal_of
from .moments import Moment, empty_like, fitted
from .observe import Person
from .path import walked
from .plants import gait_of, resting, runs, steadied
from .sides import sorted_sides
from .smoothing import smooth_rotations, smooth_values, stiffness

_JOINTS_HZ: Final = 4.0  # motion quicker than this is taken for jitter
_PLACE_HZ: Final = 8.0  # of the place in the picture
_DEPTH_HZ: Final = 0.8  # of the distance from the camera, which one frame says little about
_LEVEL: Final = 0.05  # m: sigma of how far the floors of frames lie from one ground
_PITCH: Final = np.radians(4.0)  # rad: sigma of the pitch about the median of the frames
_HIDDEN_HAND: Final = 0.02  # how much fingers count that were not seen, beside 1 for seen ones
_LONG_GAP: Final = 1.0  # s
# Joints whose rotation is as sure as landmarks of their limb.
_SURE_BY: Final = {
    f"{s}_{joint}": tuple(INDEX[f"{s}_{n}"] for n in names)
    for s in ("left", "right")
    for joint, names in {
        "hip": ("knee",), "knee": ("ankle",), "ankle": ("heel", "foot_index"), "foot": ("foot_index",),
        "shoulder": ("elbow",), "elbow": ("wrist",), "wrist": ("index", "pinky"),
    }.items()
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Track:
    """poses (T), on one ground, rate Hz; joints (T, 55, 3) m; camera in px of the file.

    seen (T,) bool; held (T, 4) bool: heels and toes that rest (left heel, left toes, right heel, right toes); slide: m
    that they move at most; confidence 0..1: how sure landmarks of the limbs were; confidences (T,) 0..1: how likely the
    fit of each frame is right, 0 where nothing was seen; warnings: sentences.
    """

    poses: tuple[Pose, ...]
    rate: float
    joints: np.ndarray
    camera: Camera
    seen: np.ndarray
    held: np.ndarray
    slide: float
    confidence: float
    confidences: np.ndarray
    warnings: tuple[str, ...]


def track(
    frames: Frames,
    box: Box | None,
    who: int | str | None,
    shaped: ShapedBody,
    tick: Tick = quiet,
    *,
    hands: bool = True,
    lens: float | None = None,
    finders: Finders = BUILT_IN,
    enough: Callable[[], bool] = lambda: False,
) -> Track:
    """The motion of one person.

    Args:
        tick: told each frame; may raise to stop.
        hands: look at hands and faces as well, where they are large enough.
        lens: the focal length, mm as on 35 mm film, where it is known.
        finders: who finds people and their landmarks.
        enough: asked after each frame; the motion ends there once it says so.

    Raises:
        BadInput: nobody is there, or it is not clear who is meant. BadFile: a frame cannot be read.
        NotAvailable: the photo tier is not set up.
    """
    follower, watch = Follower(box, who, frames.rate, hands, finders), CutWatch(frames.rate)
    people: list[Person | None] = []
    like: Picture | None = None
    for number, picture in enumerate(frames.pictures, 1):
        count = max(frames.count, number) if frames.count else 0
        tick(f"Frame {number}" + (f" of {count}" if count else ""), step=number, steps=count)
        people.append(_belonging(picture, follower, watch))
        like = like or empty_like(picture, lens)
        if enough() or watch.cut:
            break
    notes = [*follower.notes, *_without_other_shot(people, watch.odd, frames.rate)]
    if like is None or not any(p is not None for p in people):
        what = "I see nobody in these pictures" if people else "there are no frames"
        hint = "take other pictures, a later --start, or give the --box of the person in the first"
        raise BadInput(what, hint, "nobody")
    moments: list[Moment | None] = []
    for number, moment in enumerate(fitted(sorted_sides(people, frames.rate), like, shaped), 1):
        tick(f"Pose {number} of {len(people)}", step=number, steps=len(people))
        moments.append(moment)
    return smoothed(moments, frames.rate, like, shaped, tuple(notes), lambda: tick("Smoothing"))


def _belonging(picture: Picture, follower: Follower, watch: CutWatch) -> Person | None:
    """The person in a picture, unless the picture is of another shot."""
    if watch.belongs(picture):
        return follower.next(picture)
    follower.skip()
    return None


def _without_other_shot(people: list[Person | None], odd: int, rate: float) -> list[str]:
    """Take the frames of another shot away, and say so."""
    if not odd:
        return []
    del people[-odd:]
    at = len(people)
    return [f"There is a cut at frame {at}, {at / rate:.2f} s after the first: the motion ends there."]


# --- from fits to one motion ----------------------------------------------------------------------------------


def smoothed(
    moments: Sequence[Moment | None],
    rate: float,
    like: Picture,
    shaped: ShapedBody,
    notes: tuple[str, ...] = (),
    between: Callable[[], None] = lambda: None,
) -> Track:
    """One motion out of what each frame shows; `like`: a picture of the size of all; `between` may raise to stop."""
    between()
    seen = np.array([m is not None for m in moments])
    at = np.flatnonzero(seen)
    there = [m for m in moments if m is not None]
    near = np.array([at[np.abs(at - t).argmin()] for t in range(len(moments))])  # where unseen: the nearest that was
    shown = [there[i] for i in np.searchsorted(at, near)]
    trust = np.where(seen, 1.0, 0.0)
    trust[: at[0]] = trust[at[-1] + 1 :] = 0.2  # before and after it was seen the body holds still
    sure = np.array([m.sure for m in shown])
    weights = _weights(sure, [m.hands for m in shown]) * trust[:, None]
    smooth = smooth_rotations(np.array([m.local for m in shown]), weights, stiffness(_JOINTS_HZ, rate))
    local = quat_wxyz_to_rotmat(smooth)
    pelvis = _smooth_place(np.array([m.pelvis for m in shown]), trust, rate)
    local, pelvis, level, shift = _on_ground(local, pelvis, np.array([m.pitch for m in there]), shaped)
    camera = _camera(like, level, shift)
    between()
    local, pelvis, held = _on_feet(local, pelvis, shown, trust, camera, rate, shaped, between)
    final = bodies(shaped, local, pelvis - shaped.joints[0])
    poses = tuple(Pose(r, t) for r, t in zip(rotmat_to_rotvec(local), pelvis - shaped.joints[0], strict=True))
    far = slide(final.points(POINTS).value, held)
    confidence = round(float(sure[:, list(LIMB_ROWS)].mean() * seen.mean()), 3)
    each = np.round(np.where(seen, [m.confidence for m in shown], 0.0), 3)
    warnings = (*notes, *_gaps(seen, rate))
    camera = camera.scaled(like.scale)
    return Track(poses, rate, final.joints, camera, seen, held, far, confidence, each, warnings)


def _on_feet(
    local: np.ndarray,
    pelvis: np.ndarray,
    shown: Sequence[Moment],
    trust: np.ndarray,
    camera: Camera,
    rate: float,
    shaped: ShapedBody,
    between: Callable[[], None],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Local rotations and pelvis with what rests of the feet held where it is seen, and which rests (T, 4)."""
    high = rest_heights(shaped)
    votes = np.array([m.votes for m in shown]) * trust[:, None]
    feet = steadied(np.array([m.feet for m in shown]), votes, rate)
    transl = pelvis - shaped.joints[0]
    points = foot_points(shaped, local, transl)
    _, depth = camera.project(pelvis)
    gait = gait_of(pelvis, points - pelvis[:, None], camera.position, rate)
    held = resting(feet, camera.fx / depth, points[..., 1] - high, gait, rate) & (trust > 0)[:, None]
    pelvis = walked(camera, pelvis, trust, points - pelvis[:, None], feet, held, high, rate)
    local, transl, held = held_still(shaped, local, pelvis - shaped.joints[0], held, high, rate, between)
    return local, transl + shaped.joints[0], held


def _weights(sure: np.ndarray, hands: Sequence[frozenset[str]]) -> np.ndarray:
    """(T, 55): how sure the rotation of each joint is, of landmarks (T, 33) and the hands that were seen."""
    out = np.ones((len(sure), N_JOINTS))
    for name, rows in _SURE_BY.items():
        out[:, JOINTS.index(name)] = np.clip(sure[:, list(rows)].min(axis=1), 0.03, 1.0)
    for side in SIDES:
        out[:, hand_joints(side)] = np.where([side in h for h in hands], 1.0, _HIDDEN_HAND)[:, None]
    return out


def _smooth_place(pelvis: np.ndarray, trust: np.ndarray, rate: float) -> np.ndarray:
    """Places (T, 3) m before the camera: steady in the picture, steadier in depth."""
    depth = -pelvis[:, 2:]
    across = smooth_values(pelvis[:, :2] / depth, trust, stiffness(_PLACE_HZ, rate))
    far = np.exp(smooth_values(np.log(depth), trust, stiffness(_DEPTH_HZ, rate)))
    return np.concatenate([across * far, -far], axis=1)


def _on_ground(
    local: np.ndarray, pelvis: np.ndarray, pitches: np.ndarray, shaped: ShapedBody
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Bodies turned by the one pitch that puts them on one ground, that turn (3, 3), and how they moved (3,) m."""
    usual = float(np.median(pitches))
    best: tuple[float, float, float] = (np.inf, usual, 0.0)
    flat = bodies(shaped, local, pelvis - shaped.joints[0])
    some = np.unique(np.linspace(0, len(local) - 1, min(len(local), 60)).astype(int))
    low = [_lowest(flat.joints[t], usual) for t in some]
    places = flat.joints[some, low]
    for pitch in usual + np.radians(np.arange(-8.0, 8.5, 0.5)):
        floor = places @ rotvec_to_rotmat(np.array([pitch, 0.0, 0.0]))[1]
        middle = float(np.median(floor))
        cost = ((pitch - usual) / _PITCH) ** 2 + float(np.minimum(((floor - middle) / _LEVEL) ** 2, 9.0).mean())
        best = min(best, (cost, float(pitch), middle))
    level = rotvec_to_rotmat(np.array([best[1], 0.0, 0.0]))
    local = local.copy()
    local[:, 0] = level @ local[:, 0]
    pelvis = pelvis @ level.T
    turned = bodies(shaped, local, pelvis - shaped.joints[0])
    floors = np.array([floor_of(shaped, turned.rows(np.array([t]))) for t in some])
    height = -float(np.median(floors))
    pelvis = pelvis + np.array([0.0, height, 0.0])
    aside = np.array([pelvis[0, 0], 0.0, pelvis[0, 2]])  # the motion begins at the origin
    return local, pelvis - aside, level, np.array([-aside[0], height, -aside[2]])


def _lowest(joints: np.ndarray, pitch: float) -> int:
    return int((joints @ rotvec_to_rotmat(np.array([pitch, 0.0, 0.0]))[1]).argmin())


def _camera(like: Picture, level: np.ndarray, shift: np.ndarray) -> Camera:
    rotation, focal = FACING @ level.T, focal_of(like)
    return Camera(focal, focal, like.size[0] / 2, like.size[1] / 2, rotation, -rotation @ shift)


def _gaps(seen: np.ndarray, rate: float) -> list[str]:
    """What was not seen, in words."""
    out = []
    for first, last in runs(~seen):
        span = f"frame {first}" if last - first == 1 else f"frames {first} to {last - 1}"
        if first == 0 or last == len(seen):
            out.append(f"The person is not seen in {span}: the nearest pose is held.")
        else:
            guess = "a guess" if (last - first) / rate > _LONG_GAP else "bridged"
            out.append(f"The person is not seen in {span}: the motion there is {guess}.")
    return out
