"""Motion from pictures that are drawn here: `python -m tests.bench.video POSES.npz --trial N`, or `--jump`.

POSES.npz has local rotations `poses` (N, 22, 3) with `trial_id` and `frame` and no place on the ground; the walker is
led over it by a foot that is low, and what is low and slow of its feet is set down for good: that is the true contact.
One trial is drawn from the side, at three quarters and from ahead (a camera at eye height, 60 degrees of view), found
again by the tracker, and compared: PA-MPJPE of the 22 body joints, jitter (the mean acceleration of joints about the
pelvis), precision and recall of resting feet, slide, the way, and frames in the air. `--lens` tells the
tracker the lens.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from backend.body.camera import Camera, framing, orbit_direction
from backend.body.model import BodyModel
from backend.body.picture import draw, figure
from backend.body.rotations import quat_wxyz_to_rotvec, rotmat_to_rotvec, rotvec_to_quat_wxyz, rotvec_to_rotmat
from backend.pipeline import Pipeline
from backend.vision.footing import foot_points, held_still, rest_heights
from backend.vision.frames import Frames
from backend.vision.images import Picture
from backend.vision.plants import runs
from backend.vision.smoothing import continuous, unit
from backend.vision.track import Track, track
from rigs.skeleton import N_BODY, N_JOINTS
from rigs.wire import Pose, PoseRequest
from tests.bench.closed_loop import aligned_error

SIZE = (960, 540)
FIELD = np.radians(60.0)  # of view along the longer side
VIEWS = {"side": 80.0, "three quarters": 45.0, "ahead": 8.0}
_NEAR = 0.06  # m above the lowest: what may bear the walker
_LOW, _SLOW, _AIR = 0.035, 0.45, 0.05  # m and m/s of what rests; m of the lowest point of a body in the air
_JUMP = (  # what is done, and in which frame
    ("standing, arms down", 0), ("half squat, torso leaning forward, arms back", 12),
    ("standing on tiptoes, arms raised forward", 18), ("jumping up, knees slightly bent, arms raised", 24),
    ("standing on tiptoes, arms raised forward", 30), ("half squat, arms forward", 35), ("standing, arms down", 46),
)  # fmt: skip


def walk(rotvecs: np.ndarray, rate: float) -> tuple[list[Pose], np.ndarray]:
    """The poses (T, 22, 3) led over the ground by the foot that goes back the most of those that are low; contacts."""
    shaped = BodyModel.load().shaped()
    full = np.zeros((len(rotvecs), N_JOINTS, 3))
    full[:, :N_BODY] = rotvecs
    local = rotvec_to_rotmat(full)
    points = foot_points(shaped, local, np.zeros((len(full), 3)))
    transl = np.zeros((len(full), 3))
    for t, pose in enumerate(full):
        transl[t, 1] = -float(shaped.posed(pose, np.zeros(3)).vertices()[:, 1].min())
        if t:
            ahead = local[t, 0] @ np.array([0.0, 0.0, 1.0])
            height = points[t - 1 : t + 1, :, 1].max(axis=0)
            moved = points[t] - points[t - 1]
            bears = np.where(height < height.min() + _NEAR, moved @ ahead, np.inf).argmin()
            transl[t, ::2] = transl[t - 1, ::2] - moved[bears, ::2]
    held = contacts(points + transl[:, None], rate)
    local, transl, held = held_still(shaped, local, transl, held, rest_heights(shaped), rate)
    return [Pose(r, t) for r, t in zip(rotmat_to_rotvec(local), transl, strict=True)], held


def contacts(points: np.ndarray, rate: float) -> np.ndarray:
    """(T, 4) bool: which points (T, 4, 3) m are low and slow for at least three frames."""
    speed = np.linalg.norm(np.gradient(points, axis=0), axis=-1) * rate
    out = (points[..., 1] - rest_heights(BodyModel.load().shaped()) < _LOW) & (speed < _SLOW)
    for column in out.T:
        for wanted in (False, True):
            for first, last in runs(column == wanted):
                if last - first < 3:
                    column[first:last] = not wanted
    return out


def jump(rate: float) -> tuple[list[Pose], np.ndarray]:
    """A jump of 20 cm, 40 cm ahead: twelve frames at 30 Hz of free flight between key poses; contacts."""
    shaped = BodyModel.load().shaped()
    keys = np.array([Pipeline().pose(PoseRequest(prompt=words)).poses[0].pose.rotvecs for words, _ in _JUMP])
    keys[:, 0] = 0.0
    rotvecs = evenly(keys, np.array([n for _, n in _JUMP]) / 30.0, rate)
    points = foot_points(shaped, rotvec_to_rotmat(rotvecs), np.zeros((len(rotvecs), 3)))
    t = np.arange(len(rotvecs)) / rate
    air = np.clip(t - 0.6, 0.0, 0.4)
    transl = np.zeros((len(rotvecs), 3))
    transl[:, ::2] = -points[:, [1, 3], ::2].mean(axis=1)
    transl[:, 1] = [-float(shaped.posed(p, np.zeros(3)).vertices()[:, 1].min()) for p in rotvecs]
    transl += np.stack([0.0 * air, 9.81 / 2 * air * (0.4 - air), air], axis=1)
    held = contacts(points + transl[:, None], rate)
    return [Pose(r, p) for r, p in zip(rotvecs, transl, strict=True)], held


def evenly(rotvecs: np.ndarray, seconds: np.ndarray, rate: float) -> np.ndarray:
    """Rotation vectors (T, J, 3) at an even rate, from those of moments (T,) s."""
    quats = continuous(rotvec_to_quat_wxyz(rotvecs))
    moments = np.arange(seconds[0], seconds[-1], 1.0 / rate)
    flat = quats.reshape(len(quats), -1)
    between = np.stack([np.interp(moments, seconds, column) for column in flat.T], axis=1)
    return quat_wxyz_to_rotvec(unit(between.reshape(len(moments), -1, 4)))


def jitter(joints: np.ndarray, rate: float) -> float:
    """M/s^2: mean size of the acceleration of the body joints (T, 55, 3) about the pelvis."""
    about = joints[:, :N_BODY] - joints[:, :1]
    return float(np.linalg.norm(np.diff(about, 2, axis=0), axis=-1).mean() * rate**2)


def camera_of(poses: list[Pose], degrees: float) -> Camera:
    """A still camera that sees all of the way, `degrees` to the left of where the walker faces."""
    ahead = rotvec_to_rotmat(poses[0].rotvecs[0]) @ np.array([0.0, 0.0, 1.0])
    azimuth = np.radians(degrees) + float(np.arctan2(ahead[0], ahead[2]))
    points = np.concatenate([figure(p).vertices[::20] for p in [*poses[::3], poses[-1]]])
    upright = 2 * float(np.arctan(np.tan(FIELD / 2) * SIZE[1] / SIZE[0]))
    return framing(points, orbit_direction(azimuth, np.radians(6.0)), SIZE, view_angle=upright)


def told(found: Track, poses: list[Pose], held: np.ndarray, rate: float) -> str:
    """How a motion compares with the true one."""
    shaped = BodyModel.load().shaped()
    truth = np.array([shaped.posed(p.rotvecs, p.transl).joints for p in poses])
    errors = [aligned_error(a[:N_BODY], b[:N_BODY]) for a, b in zip(found.joints, truth, strict=True)]
    feet, true_feet = (h.reshape(-1, 2, 2).any(axis=2) for h in (found.held, held))
    right = (feet & true_feet).sum()
    way = [np.linalg.norm((j[-1, 0] - j[0, 0])[[0, 2]]) for j in (found.joints, truth)]
    high = [_lowest(p) for p in (list(found.poses), poses)]
    return ", ".join((
        f"PA-MPJPE {1000 * np.mean(errors):.1f} mm",
        f"jitter {jitter(found.joints, rate):.1f} of {jitter(truth, rate):.1f} m/s2",
        f"resting feet: precision {right / max(feet.sum(), 1):.2f}, recall {right / max(true_feet.sum(), 1):.2f}",
        f"slide {1000 * found.slide:.1f} mm",
        f"went {way[0]:.2f} m of {way[1]:.2f}",
        f"in the air {(high[0] > _AIR).sum()} frames of {(high[1] > _AIR).sum()}, up to {high[0].max():.2f} m",
        f"{int((~found.seen).sum())} not seen",
    ))  # fmt: skip


def _lowest(poses: list[Pose]) -> np.ndarray:
    shaped = BodyModel.load().shaped()
    local, transl = rotvec_to_rotmat(np.array([p.rotvecs for p in poses])), np.array([p.transl for p in poses])
    out: np.ndarray = (foot_points(shaped, local, transl)[..., 1] - rest_heights(shaped)).min(axis=1)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("poses", nargs="?")
    parser.add_argument("--trial", type=int)
    parser.add_argument("--jump", action="store_true", help="a jump of our own instead of a trial")
    parser.add_argument("--frames", type=int, default=48)
    parser.add_argument("--rate", type=float, default=30.0, help="Hz of what is drawn")
    parser.add_argument("--fps", type=float, default=60.0, help="Hz of the numbers in `frame`")
    parser.add_argument("--views", default=",".join(VIEWS))
    parser.add_argument("--lens", action="store_true", help="the tracker knows the focal length")
    parser.add_argument("--hands", action="store_true", help="hands and faces as well")
    options = parser.parse_args()
    if options.jump:
        poses, held = jump(options.rate)
    else:
        data = np.load(options.poses)
        mine = np.flatnonzero(data["trial_id"] == options.trial)
        mine = mine[np.argsort(data["frame"][mine])]
        rotvecs = evenly(data["poses"][mine].astype(float), data["frame"][mine] / options.fps, options.rate)
        poses, held = walk(rotvecs[: options.frames], options.rate)
    shaped = BodyModel.load().shaped()
    for view in options.views.split(","):
        camera = camera_of(poses, VIEWS[view])
        pictures = [draw(figure(p), camera, SIZE) for p in poses]
        lens = camera.fx * 43.27 / float(np.hypot(*SIZE)) if options.lens else None
        frames = Frames((Picture(p) for p in pictures), options.rate, len(pictures))
        begun = time.perf_counter()
        found = track(frames, None, None, shaped, hands=options.hands, lens=lens)
        each = (time.perf_counter() - begun) / len(pictures)
        print(f"{view}: {told(found, poses, held, options.rate)}, {1000 * each:.0f} ms a frame", flush=True)


if __name__ == "__main__":
    main()
