"""Pictures of our own body for the image branch: small squares around one body before a backdrop of chance.

A picture's pose is as its camera sees it: upright is +Y, and who faces the camera faces +Z. What is shown is only our
body, so backdrops, skin, light and the camera vary widely and the body does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from backend.body.camera import Camera, framing, look_rotation, orbit_direction
from backend.body.model import BodyModel
from backend.body.picture import Figure, figure
from backend.body.raster import Hits, rasterise
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.body.shading import light_pixels, to_display
from rigs.skeleton import MIRROR, N_BODY
from rigs.wire import Pose

from .poses import PoseTable, mirrored, whole
from .splits import split_of

PICTURES: Final = "pictures.npz"
SIDE: Final = 96  # px
_FINE: Final = 2  # pixels of the drawing for one of the picture, each way
_FRONTAL: Final = 0.6  # share of cameras within some 40 deg of the front; the others stand anywhere
_ELEVATION: Final = (-8.0, 28.0)  # deg; positive looks down
_MARGIN: Final = (0.0, 0.16)  # free border as a part of the side; a model is shown squares of `lm.framing`
_SHIFT: Final = 0.06  # of the side, to all sides


@dataclass(frozen=True, eq=False)
class Shown:
    """One picture. pixels: (s, s, 3) uint8. rotvecs: (52, 3) float32 rad as the camera sees the pose. places: (22, 2)
    where the body's joints are in the picture, x and y from 0 to 1.
    """

    pixels: np.ndarray
    rotvecs: np.ndarray
    places: np.ndarray


@dataclass(frozen=True, eq=False)
class PictureTable:
    """n pictures: what `Shown` has, stacked. source: table and number of each pose. keys: what that pose comes from,
    which decides its part.
    """

    pixels: np.ndarray
    rotvecs: np.ndarray
    places: np.ndarray
    source: tuple[tuple[str, int], ...]
    keys: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(split_of(key) for key in self.keys)

    def shown(self, index: int, mirror: bool = False) -> Shown:
        """One picture, or its mirror image."""
        pixels, rotvecs, places = self.pixels[index], self.rotvecs[index], self.places[index]
        if not mirror:
            return Shown(pixels, rotvecs, places)
        return Shown(pixels[:, ::-1], mirrored(rotvecs), places[MIRROR[:N_BODY]] * [-1.0, 1.0] + [1.0, 0.0])

    def save(self, path: Path) -> None:
        tables, numbers = zip(*self.source, strict=True)
        arrays = {"pixels": self.pixels, "rotvecs": self.rotvecs, "places": self.places}
        np.savez_compressed(path, tables=tables, numbers=numbers, keys=np.array(self.keys), **arrays)

    @classmethod
    def load(cls, path: Path) -> PictureTable:
        with np.load(path, allow_pickle=False) as data:
            source = tuple((str(t), int(n)) for t, n in zip(data["tables"], data["numbers"], strict=True))
            keys = tuple(str(k) for k in data["keys"])
            return cls(data["pixels"], data["rotvecs"], data["places"], source, keys)


@dataclass(frozen=True, eq=False)
class Job:
    """A picture to draw: whose pose, (52, 3) rad facing ahead, and the seed of everything else."""

    table: str
    number: int
    rotvecs: np.ndarray
    seed: int


def jobs_of(tables: dict[str, PoseTable], count: int, seed: int) -> list[Job]:
    """Poses to draw, each table as often as the others, every pose before one comes twice."""
    rng = np.random.default_rng(seed)
    out = []
    for name, table in sorted(tables.items()):
        share = -(-count // len(tables))
        order = np.concatenate([rng.permutation(len(table)) for _ in range(-(-share // len(table)))])[:share]
        out += [Job(name, int(i), table.rotvecs[i], int(rng.integers(1 << 31))) for i in order]
    return out[:count] if len(tables) == 1 else out


def rendered(job: Job) -> Shown:
    """The picture of a job."""
    rng = np.random.default_rng(job.seed)
    azimuth = rng.normal(0.0, 0.7) if rng.random() < _FRONTAL else rng.uniform(-np.pi, np.pi)
    direction = orbit_direction(azimuth, np.radians(rng.uniform(*_ELEVATION)))
    pose = Pose(whole(job.rotvecs), np.zeros(3))
    body, fine = figure(pose), SIDE * _FINE
    view_angle, margin = rng.uniform(0.3, 0.9), rng.uniform(*_MARGIN)
    camera = framing(body.vertices, direction, (fine, fine), view_angle=view_angle, margin=margin)
    shift = rng.uniform(-_SHIFT, _SHIFT, 2) * fine
    pixels, depth = camera.project(body.vertices)
    hits = rasterise(pixels + shift, depth, body.triangles, (fine, fine))
    picture = _backdrop(rng, fine)
    picture.reshape(-1, 3)[hits.pixel] = _lit(body, hits, camera, rng)
    small = picture.reshape(SIDE, _FINE, SIDE, _FINE, 3).mean(axis=(1, 3))
    joints = BodyModel.load().shaped().posed(pose.rotvecs, pose.transl).joints[:N_BODY]
    places = (camera.project(joints)[0] + shift) / fine
    shown = (np.clip(small, 0, 1) * 255 + 0.5).astype(np.uint8)
    return Shown(shown, _as_seen(job.rotvecs, direction), places.astype(np.float32))


def _lit(body: Figure, hits: Hits, camera: Camera, rng: np.random.Generator) -> np.ndarray:
    """Display colours (K, 3) of the hit pixels, in a tint of chance."""
    surface = hits.interpolate(body.triangles, np.hstack([body.vertices, body.normals]).astype(np.float32))
    normals = surface[:, 3:] / np.maximum(np.linalg.norm(surface[:, 3:], axis=1, keepdims=True), 1e-9)
    towards = camera.position.astype(np.float32) - surface[:, :3]
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    tint = (rng.uniform(0.25, 1.0, 3) * rng.uniform(0.4, 1.6)).astype(np.float32)
    return to_display(light_pixels(normals, body.albedo[hits.triangle] * tint, towards, camera))


def _as_seen(rotvecs: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """A pose turned about the vertical until the camera that looks along `direction` stands before +Z."""
    level = np.array([direction[0], 0.0, direction[2]])
    x_right, _, z_away = look_rotation(level / np.linalg.norm(level))
    world_to_seen = np.stack([x_right, np.array([0.0, 1.0, 0.0]), -z_away])  # rows: right, up, towards us
    out = rotvecs.copy()
    out[0] = rotmat_to_rotvec(world_to_seen @ rotvec_to_rotmat(rotvecs[0].astype(float)))
    return out.astype(np.float32)


def _backdrop(rng: np.random.Generator, side: int) -> np.ndarray:
    """(side, side, 3) float in 0..1: a gradient, a floor below a line, or coarse patches."""
    kind, colours = rng.random(), rng.uniform(0.0, 1.0, (2, 3))
    if kind < 0.15:
        return np.zeros((side, side, 3)) + (colours[0] if rng.random() < 0.7 else 0.0)
    if kind < 0.5:
        row = np.linspace(0.0, 1.0, side)[:, None, None]
        return np.broadcast_to(colours[0] * (1 - row) + colours[1] * row, (side, side, 3)).copy()
    if kind < 0.75:
        out = np.broadcast_to(colours[0], (side, side, 3)).copy()
        out[int(side * rng.uniform(0.4, 0.9)) :] = colours[1]
        return out
    cells = int(rng.integers(3, 13))
    patches = rng.uniform(0.0, 1.0, (cells, cells, 3)) * rng.uniform(0.2, 1.0) * colours[0]
    index = np.arange(side) * cells // side
    return np.ascontiguousarray(patches[index][:, index])


def drawn(jobs: Sequence[Job], tables: dict[str, PoseTable], pictures: Sequence[Shown]) -> PictureTable:
    """The table of what was rendered, in the order of its jobs."""
    return PictureTable(
        np.stack([picture.pixels for picture in pictures]),
        np.stack([picture.rotvecs for picture in pictures]),
        np.stack([picture.places for picture in pictures]),
        tuple((job.table, job.number) for job in jobs),
        tuple(tables[job.table].keys[job.number] for job in jobs),
    )
