"""From frames to a smooth track: one person followed and fitted frame by frame, then one camera, one ground, no jitter.

Every frame is fitted before a level camera at the origin. The camera stands still, so its pitch is one for all frames;
what was not seen in a frame is bridged; feet that rest on the ground are held there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.body.camera import Camera
from backend.body.model import ShapedBody
from backend.body.outline import floor_of
from backend.body.rotations import quat_wxyz_to_rotmat, rotmat_to_rotvec, rotvec_to_rotmat
from backend.errors import BadFile, BadInput
from rigs.skeleton import JOINTS, N_JOINTS
from rigs.wire import Pose

from .choose import choose, clipped
from .detector import find_people
from .fit import Fit, fit
from .footing import POINTS, bodies, carried, foot_points, hold, rest_heights, resting, runs, slide
from .frames import Frames
from .images import Picture
from .landmarks import INDEX, LIMB_ROWS, Box
from .lens import FACING
from .observe import Person, observe
from .smoothing import smooth_rotations, smooth_values, stiffness

_LOST: Final = 0.25  # mean vote for the limbs below which the person is looked for anew
_FAINT: Final = 0.12  # below which nobody is there
_SEEN: Final = 0.2  # a vote from which on a landmark bounds the person
_MARGIN: Final = 0.1  # of the longer side, around the landmarks
_STRAY: Final = 0.8  # of the person's size that it may move while it was not seen
_JOINTS_HZ: Final = 4.0  # motion quicker than this is taken for jitter
_PLACE_HZ: Final = 4.0  # of the place in the picture
_DEPTH_HZ: Final = 0.8  # of the distance from the camera, which one frame says little about
_LEVEL: Final = 0.05  # m: sigma of how far the floors of frames lie from one ground
_PITCH: Final = np.radians(4.0)  # rad: sigma of the pitch about the median of the frames
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
    that they move at most; confidence 0..1: how sure landmarks of the limbs were; warnings: sentences.
    """

    poses: tuple[Pose, ...]
    rate: float
    joints: np.ndarray
    camera: Camera
    seen: np.ndarray
    held: np.ndarray
    slide: float
    confidence: float
    warnings: tuple[str, ...]


def track(
    frames: Frames,
    box: Box | None,
    who: int | str | None,
    shaped: ShapedBody,
    tick: Callable[[str], None] = lambda stage: None,
) -> Track:
    """The motion of one person. `tick` is told each frame, and may raise to stop.

    Raises:
        BadInput: nobody is there, or it is not clear who is meant. BadFile: a frame cannot be read.
        NotAvailable: the photo tier is not set up.
    """
    follower = _Follower(box, who, shaped)
    fits: list[Fit | None] = []
    for number, picture in enumerate(frames.pictures, 1):
        tick(f"Frame {number}" + (f" of {max(frames.count, number)}" if frames.count else ""))
        fits.append(follower.next(picture))
    if not any(f is not None for f in fits):
        what = "I see nobody in these pictures" if fits else "there are no frames"
        hint = "take other pictures, a later --start, or give the --box of the person in the first"
        raise BadInput(what, hint, "nobody")
    tick("Smoothing")
    return _smooth(fits, frames.rate, shaped, tuple(follower.notes))


class _Follower:
    """Finds the person that is meant in one picture after the other."""

    def __init__(self, box: Box | None, who: int | str | None, shaped: ShapedBody) -> None:
        self.given, self.who, self.shaped = box, who, shaped
        self.box: Box | None = None
        self.local: np.ndarray | None = None
        self.size: tuple[int, int] | None = None
        self.notes: list[str] = []
        self.cost = np.inf

    def next(self, picture: Picture) -> Fit | None:
        """The fit of the person in the next picture; None where it is not to be seen."""
        if self.size is None:
            self.size = picture.size
        elif picture.size != self.size:
            raise BadFile("the pictures are not all of one size", "give the frames of one shot, unchanged")
        person = self._found(picture)
        if person is None:
            self.local = None
            return None
        self.box = bounds(person, picture)
        found = fit(person, picture, self.shaped, self.local)
        if self.local is not None and self._worse(found):
            found = min((found, fit(person, picture, self.shaped)), key=lambda f: f.cost)
        self.cost = found.cost
        self.local = before_camera(found, self.shaped)[0]
        return found

    def _worse(self, found: Fit) -> bool:
        """Whether a pose that began at the last one may be stuck there."""
        return found.cost > 1.5 * self.cost + 5.0

    def _found(self, picture: Picture) -> Person | None:
        if self.box is None:
            region = self._first(picture)
            return None if region is None else _there(observe(picture, region))
        person = observe(picture, self.box)
        if sureness(person) >= _LOST:
            return person
        again = self._again(picture, self.box)
        other = None if again is None else observe(picture, again)
        return _there(max((p for p in (person, other) if p is not None), key=sureness))

    def _first(self, picture: Picture) -> Box | None:
        if self.given is not None:
            return clipped(self.given, picture.size, picture.scale)
        people = find_people(picture)
        if not people:
            return None
        chosen, told = choose(people, self.who, picture)
        self.notes += [told] if told else []
        return chosen.box

    @staticmethod
    def _again(picture: Picture, last: Box) -> Box | None:
        """The person nearest to where it was, if there is one near."""
        middle, size = np.array([last[0] + last[2] / 2, last[1] + last[3] / 2]), max(last[2:])
        found = [(float(np.hypot(*(np.array([b[0] + b[2] / 2, b[1] + b[3] / 2]) - middle))), b)
                 for b in (f.box for f in find_people(picture))]  # fmt: skip
        away, box = min(found, default=(np.inf, last))
        return box if away < _STRAY * size else None


def sureness(person: Person) -> float:
    """Mean vote for the better two thirds of the limbs' landmarks."""
    return float(np.sort(person.votes[list(LIMB_ROWS)])[len(LIMB_ROWS) // 3 :].mean())


def _there(person: Person) -> Person | None:
    return person if sureness(person) >= _FAINT else None


def bounds(person: Person, picture: Picture) -> Box:
    """The box around the landmarks that were seen, with a margin, within the picture."""
    points = person.points[person.votes > _SEEN]
    if len(points) < 4:
        return person.box
    low, high = points.min(axis=0), points.max(axis=0)
    margin = _MARGIN * float((high - low).max())
    low, high = np.clip([low - margin, high + margin], 0, np.array(picture.size))
    if (high - low).min() < 8:
        return person.box
    return (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))


def before_camera(found: Fit, shaped: ShapedBody) -> tuple[np.ndarray, np.ndarray, float]:
    """Local (55, 3, 3) and transl (3,) m before a level camera at the origin, and the pitch (rad) taken out of them."""
    level = (FACING @ found.camera.rotation).T
    local = found.local.copy()
    local[0] = level.T @ local[0]
    pelvis = FACING @ (found.camera.rotation @ found.joints[0] + found.camera.translation)
    return local, pelvis - shaped.joints[0], float(rotmat_to_rotvec(level)[0])


# --- from fits to one motion ----------------------------------------------------------------------------------


def _smooth(fits: list[Fit | None], rate: float, shaped: ShapedBody, notes: tuple[str, ...]) -> Track:
    seen = np.array([f is not None for f in fits])
    at = np.flatnonzero(seen)
    known = [before_camera(f, shaped) for f in fits if f is not None]
    near = np.array([at[np.abs(at - t).argmin()] for t in range(len(fits))])  # where unseen: the nearest that was
    index = np.searchsorted(at, near)
    local = np.array([k[0] for k in known])[index]
    transl = np.array([k[1] for k in known])[index]
    sure = np.array([f.sure for f in fits if f is not None])[index]
    trust = np.where(seen, 1.0, 0.0)
    trust[: at[0]] = trust[at[-1] + 1 :] = 0.2  # before and after it was seen the body holds still
    smooth = smooth_rotations(local, _weights(sure) * trust[:, None], stiffness(_JOINTS_HZ, rate))
    local = quat_wxyz_to_rotmat(smooth)
    pelvis = _smooth_place(transl + shaped.joints[0], trust, rate)
    local, pelvis, level, shift = _on_ground(local, pelvis, np.array([k[2] for k in known]), shaped)
    transl = pelvis - shaped.joints[0]
    high = rest_heights(shaped)
    points = foot_points(shaped, local, transl)
    held = resting(points, high, rate)
    if held.any():
        transl = transl + carried(points, held, high, rate)
        for _ in range(3):
            local = hold(shaped, local, transl, held, high, rate)
    camera = _camera(next(f for f in fits if f is not None).camera, level, shift)
    final = bodies(shaped, local, transl)
    poses = tuple(Pose(r, t) for r, t in zip(rotmat_to_rotvec(local), transl, strict=True))
    far = slide(final.points(POINTS).value, held)
    confidence = round(float(sure[:, list(LIMB_ROWS)].mean() * seen.mean()), 3)
    return Track(poses, rate, final.joints, camera, seen, held, far, confidence, (*notes, *_gaps(seen, rate)))


def _weights(sure: np.ndarray) -> np.ndarray:
    """(T, 55): how sure the rotation of each joint is, of landmarks (T, 33)."""
    out = np.ones((len(sure), N_JOINTS))
    for name, rows in _SURE_BY.items():
        out[:, JOINTS.index(name)] = np.clip(sure[:, list(rows)].min(axis=1), 0.03, 1.0)
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


def _camera(one: Camera, level: np.ndarray, shift: np.ndarray) -> Camera:
    rotation = FACING @ level.T
    return Camera(one.fx, one.fy, one.cx, one.cy, rotation, -rotation @ shift)


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
