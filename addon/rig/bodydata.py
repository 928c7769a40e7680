"""The free body's numbers (rigs/body.npz), read once. Pure, no bpy. m, Y-up, T-pose, facing +Z; see DESIGN 5."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from ...rigs.skeleton import JOINTS

BODY_FILE: Final = Path(__file__).resolve().parents[2] / "rigs" / "body.npz"


class NoBody(FileNotFoundError):
    """rigs/body.npz is missing or damaged; the message says what to do."""


@dataclass(frozen=True, eq=False)
class BodyData:
    """The body as arrays.

    vertices (V, 3) m; joints (55, 3) m; skin_idx, skin_w (V, k); quads (Q, 4); uv (U, 2) with uv_quads (Q, 4) indices
    into it; material (Q,) indices into material_names and material_rgb (M, 3), linear colour.
    """

    vertices: np.ndarray
    joints: np.ndarray
    skin_idx: np.ndarray
    skin_w: np.ndarray
    quads: np.ndarray
    uv: np.ndarray
    uv_quads: np.ndarray
    material: np.ndarray
    material_names: tuple[str, ...]
    material_rgb: np.ndarray

    @property
    def lift(self) -> float:
        """How far the T-pose must be raised to stand on the ground, m."""
        return float(-self.vertices[:, 1].min())

    @property
    def stand(self) -> np.ndarray:
        """(3,) m, the `transl` with which the T-pose stands on the ground."""
        return np.array([0.0, self.lift, 0.0])


@cache
def load_body(path: Path = BODY_FILE) -> BodyData:
    """Read the body.

    Raises:
        NoBody: when the file is missing or not what it should be.
    """
    with _opened(path) as data:
        return _from_arrays(data)


@contextmanager
def _opened(path: Path) -> Iterator[Mapping[str, np.ndarray]]:
    try:
        with np.load(path, allow_pickle=False) as data:
            yield data
    except (OSError, ValueError, KeyError) as error:
        raise NoBody(f"{path.name} is missing or damaged ({error}): install Posewright again") from None


def _from_arrays(data: Mapping[str, np.ndarray]) -> BodyData:
    names = tuple(str(n) for n in data["joint_names"])
    if names != JOINTS:
        raise ValueError("its joints are not those of rigs/skeleton.py")
    vertices = data["v_template"].astype(float)
    return BodyData(
        vertices=vertices,
        joints=_regress(data, vertices),
        skin_idx=data["skin_idx"].astype(int),
        skin_w=data["skin_w"].astype(float),
        quads=data["quads"].astype(np.int32),
        uv=data["uv"].astype(np.float32),
        uv_quads=data["uv_quads"].astype(np.int64),
        material=data["material"].astype(np.int32),
        material_names=tuple(str(n) for n in data["material_names"]),
        material_rgb=data["material_rgb"].astype(float),
    )


def _regress(data: Mapping[str, np.ndarray], vertices: np.ndarray) -> np.ndarray:
    """Joints (55, 3): the sparse regressor (rows `ptr`, columns `idx`, weights `w`) times the vertices."""
    ptr, idx, weights = (data[f"j_regressor_{part}"] for part in ("ptr", "idx", "w"))
    return np.array([weights[a:b].astype(float) @ vertices[idx[a:b].astype(int)] for a, b in pairwise(ptr)])


@cache
def load_shapes(path: Path = BODY_FILE) -> np.ndarray:
    """(V, 3, 10) m per unit, Y-up: the body's shape directions.

    Raises:
        NoBody: as `load_body`.
    """
    with _opened(path) as data:
        return data["shapedirs"].astype(np.float32)


@cache
def load_shape_names(path: Path = BODY_FILE) -> tuple[str, ...]:
    """What the shape directions change, such as height.

    Raises:
        NoBody: as `load_body`.
    """
    with _opened(path) as data:
        return tuple(map(str, data["beta_names"]))


@cache
def load_joint_weights(path: Path = BODY_FILE) -> np.ndarray:
    """(55, V): the joints as means of vertices.

    Raises:
        NoBody: as `load_body`.
    """
    count = len(load_body(path).vertices)
    with _opened(path) as data:
        ptr, idx, weights = (data[f"j_regressor_{part}"] for part in ("ptr", "idx", "w"))
    dense = np.zeros((len(JOINTS), count))
    for joint, (a, b) in enumerate(pairwise(ptr)):
        dense[joint, idx[a:b].astype(int)] = weights[a:b]
    return dense
