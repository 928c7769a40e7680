"""Motion from pictures that are drawn here: `python -m tests.bench.video POSES.npz --trial N [--frames 40]`.

POSES.npz has local rotations `poses` (N, 22, 3) with `trial_id` and `frame` and no place on the ground; the walker is
led over it by a foot that is low. One trial is drawn from the side and from ahead, found again by the tracker, and
compared: PA-MPJPE of the 22 body joints, jitter (the mean acceleration of joints about the pelvis), and foot slide.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from backend.body.model import BodyModel
from backend.body.picture import draw, figure, view_camera
from backend.body.rotations import quat_wxyz_to_rotvec, rotvec_to_quat_wxyz, rotvec_to_rotmat
from backend.vision.footing import foot_points
from backend.vision.frames import Frames
from backend.vision.images import Picture
from backend.vision.smoothing import continuous, unit
from backend.vision.track import track
from rigs.skeleton import N_BODY, N_JOINTS
from rigs.wire import Pose
from tests.bench.closed_loop import SIZE, aligned_error

_NEAR = 0.06  # m above the lowest: what may bear the walker
VIEWS = {"side": 80.0, "ahead": 15.0}


def walk(rotvecs: np.ndarray) -> list[Pose]:
    """The poses (T, 22, 3) led over the ground by the foot that goes back the most of those that are low."""
    shaped = BodyModel.load().shaped()
    full = np.zeros((len(rotvecs), N_JOINTS, 3))
    full[:, :N_BODY] = rotvecs
    points = foot_points(shaped, rotvec_to_rotmat(full), np.zeros((len(full), 3)))
    place, out = np.zeros(3), []
    for t, pose in enumerate(full):
        if t:
            ahead = rotvec_to_rotmat(pose[0]) @ np.array([0.0, 0.0, 1.0])
            height = points[t - 1 : t + 1, :, 1].max(axis=0)
            moved = points[t] - points[t - 1]
            place = place - moved[np.where(height < height.min() + _NEAR, moved @ ahead, np.inf).argmin()]
        floor = float(shaped.posed(pose, np.zeros(3)).vertices()[:, 1].min())
        out.append(Pose(pose, np.array([place[0], -floor, place[2]])))
    return out


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


def drawn(poses: list[Pose], degrees: float, size: tuple[int, int]) -> list[np.ndarray]:
    """One still camera that sees all of the way."""
    bodies = [figure(p) for p in poses]
    spread = type(bodies[0])(np.concatenate([b.vertices for b in bodies]), bodies[0].normals, bodies[0].triangles,
                             bodies[0].albedo)  # fmt: skip
    camera = view_camera(spread, np.radians(degrees), size)
    return [draw(b, camera, size) for b in bodies]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("poses")
    parser.add_argument("--trial", type=int, required=True)
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--rate", type=float, default=30.0, help="Hz of what is drawn")
    parser.add_argument("--fps", type=float, default=60.0, help="Hz of the numbers in `frame`")
    options = parser.parse_args()
    data = np.load(options.poses)
    mine = np.flatnonzero(data["trial_id"] == options.trial)
    mine = mine[np.argsort(data["frame"][mine])]
    shaped = BodyModel.load().shaped()
    poses = walk(evenly(data["poses"][mine].astype(float), data["frame"][mine] / options.fps, options.rate))
    poses = poses[: options.frames]
    truth = np.array([shaped.posed(p.rotvecs, p.transl).joints for p in poses])
    print(f"{len(poses)} frames; jitter of the truth {jitter(truth, options.rate):.1f} m/s2")
    for view, degrees in VIEWS.items():
        # The walker's own heading: seen from `degrees` to the left of where it faces.
        ahead = rotvec_to_rotmat(poses[0].rotvecs[0]) @ np.array([0.0, 0.0, 1.0])
        azimuth = degrees + float(np.degrees(np.arctan2(ahead[0], ahead[2])))
        pictures = drawn(poses, azimuth, (2 * SIZE[0], SIZE[1]) if view == "side" else SIZE)
        begun = time.perf_counter()
        found = track(Frames((Picture(p) for p in pictures), options.rate, len(pictures)), None, None, shaped)
        seconds = time.perf_counter() - begun
        errors = [aligned_error(a[:N_BODY], b[:N_BODY]) for a, b in zip(found.joints, truth, strict=True)]
        way = [np.linalg.norm((j[-1, 0] - j[0, 0])[[0, 2]]) for j in (found.joints, truth)]
        told = (
            f"PA-MPJPE {1000 * np.mean(errors):.1f} mm",
            f"jitter {jitter(found.joints, options.rate):.1f} m/s2",
            f"slide {1000 * found.slide:.1f} mm of {found.held.mean():.2f} of the points",
            f"went {way[0]:.2f} m of {way[1]:.2f}",
            f"{seconds / len(pictures):.2f} s a frame, {int((~found.seen).sum())} not seen",
        )
        print(f"{view}: {', '.join(told)}")


if __name__ == "__main__":
    main()
