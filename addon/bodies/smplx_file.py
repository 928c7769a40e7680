"""Reads a licensed SMPL-X model file (SMPLX_*.npz) that the user has; the add-on comes without one. Pure, no bpy.

The arrays are those of the `smplx` package: v_template (V, 3) m, shapedirs (V, 3, S + E), posedirs (V, 3, 486),
J_regressor (55, V), kintree_table (2, 55), weights (V, 55), f (F, 3), and vt, ft for the UV map. Files with 400 shape
directions have 300 of shape and 100 of expression, older ones 10 and 10 (SMPL-X, Pavlakos et al. 2019, 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...rigs.archives import ArchiveTooLarge, BadArchive, array_names, read_arrays
from ...rigs.skeleton import N_JOINTS, PARENTS
from .skinned import N_CORRECTIVES, SkinnedBody

MAX_BYTES: Final = 1 << 30  # unpacked; the published files are a third of it
N_SHAPE, N_EXPRESSION = 300, 100
_OLD: Final = 10  # of either, in files with fewer directions
_REQUIRED: Final = ("v_template", "shapedirs", "J_regressor", "kintree_table", "weights", "f")
_WHERE: Final = "choose the SMPLX_NEUTRAL.npz, SMPLX_FEMALE.npz or SMPLX_MALE.npz that the SMPL-X site gives you"
_OTHERS: Final = {5: "FLAME", 16: "MANO", 24: "SMPL", 52: "SMPL-H", 75: "SUPR"}
"""Number of joints -> the model that has so many."""


class BadModelFile(ValueError):
    """No SMPL-X model can be read from the file: `message` says what is wrong, `hint` the next step."""

    def __init__(self, message: str, hint: str = _WHERE) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def read_smplx(path: Path, *, shapes: int = 10, expressions: int = 10, correctives: bool = False) -> SkinnedBody:
    """Read the model.

    Args:
        shapes, expressions: how many directions of each to take, at most those there are.
        correctives: read the pose correctives as well (120 MB in the published files).

    Raises:
        BadModelFile: it is not an SMPL-X model, too large, or damaged.
        OSError: it cannot be read.
    """
    if path.suffix.lower() in (".pkl", ".pickle"):
        raise BadModelFile(f"{path.name} is a pickle, which may run code; it is never loaded", _WHERE)
    try:
        _check_kind(path)
        required = (*_REQUIRED, "posedirs") if correctives else _REQUIRED
        arrays = read_arrays(path, required, ("vt", "ft"), MAX_BYTES)
    except ArchiveTooLarge as error:
        raise BadModelFile(str(error), "an SMPL-X model is smaller; is it a motion or a data set?") from None
    except BadArchive as error:
        raise BadModelFile(str(error)) from None
    _check_shapes(path, arrays)
    return _body(path, arrays, shapes, expressions, correctives)


def _check_kind(path: Path) -> None:
    """Say which model or what other kind of file it is, before anything large is unpacked."""
    names = set(array_names(path))
    if "poses" in names or "bodyPose" in names:
        raise BadModelFile(f"{path.name} is a motion, not a model", "open it with Open Pose File or Motion from Video")
    if "kintree_table" not in names:
        return  # what is missing is named by `read_arrays`
    table = read_arrays(path, ("kintree_table",), (), MAX_BYTES)["kintree_table"]
    joints = table.shape[-1] if table.ndim == 2 else 0
    if joints != N_JOINTS:
        other = _OTHERS.get(joints)
        instead = f" but {other}" if other else ""
        raise BadModelFile(f"{path.name} is not SMPL-X{instead}: it has {joints} joints, SMPL-X has {N_JOINTS}")
    parents = table[0].astype(np.int64)[1:]
    if tuple(parents) != PARENTS[1:]:
        raise BadModelFile(f"{path.name} has {N_JOINTS} joints, but not the skeleton of SMPL-X")


def _check_shapes(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Sizes that fit each other, finite numbers, corners that exist, weights that sum to one."""
    n = arrays["v_template"].shape[0] if arrays["v_template"].ndim == 2 else 0
    expected: dict[str, tuple[Any, ...]] = {
        "v_template": (n, 3),
        "shapedirs": (n, 3, None),
        "posedirs": (n, 3, N_CORRECTIVES),
        "J_regressor": (N_JOINTS, n),
        "weights": (n, N_JOINTS),
        "f": (None, 3),
        "vt": (None, 2),
        "ft": (None, 3),
    }
    for name in expected.keys() & arrays.keys():
        shape, wanted = arrays[name].shape, expected[name]
        fits = len(shape) == len(wanted) and all(w is None or s == w for s, w in zip(shape, wanted, strict=True))
        if not fits or 0 in shape:
            said = ", ".join("any" if w is None else str(w) for w in wanted)
            raise BadModelFile(f"{path.name}: {name} has shape {shape}; SMPL-X has ({said})")
        if not np.isfinite(arrays[name]).all():
            raise BadModelFile(f"{path.name}: {name} has values that are no numbers", "get the file again")
    for corners, points in (("f", "v_template"), ("ft", "vt")):
        if corners in arrays and points in arrays and not _indexes(arrays[corners], len(arrays[points])):
            raise BadModelFile(f"{path.name}: {corners} points outside {points}", "get the file again")
    weights = arrays["weights"]
    if weights.min() < 0 or np.abs(weights.sum(axis=1) - 1).max() > 1e-3:
        raise BadModelFile(f"{path.name}: weights do not sum to one at every vertex", "get the file again")


def _indexes(corners: np.ndarray, count: int) -> bool:
    return bool(corners.min() >= 0 and corners.max() < count)


def _body(
    path: Path, arrays: Mapping[str, np.ndarray], shapes: int, expressions: int, correctives: bool
) -> SkinnedBody:
    directions = arrays["shapedirs"]
    count = directions.shape[2]
    first, most = (N_SHAPE, N_EXPRESSION) if count >= N_SHAPE + N_EXPRESSION else (_OLD, _OLD)
    n_vertices = len(arrays["v_template"])
    has_uv = "vt" in arrays and "ft" in arrays and len(arrays["ft"]) == len(arrays["f"])
    return SkinnedBody(
        name=path.stem,
        vertices=arrays["v_template"].astype(float),
        faces=arrays["f"].astype(np.int32),
        joint_weights=arrays["J_regressor"].astype(float),
        skin=arrays["weights"].astype(float),
        shapes=directions[:, :, : min(shapes, first, count)],
        expressions=directions[:, :, first : first + min(expressions, most)],
        correctives=arrays["posedirs"] if correctives else np.zeros((n_vertices, 3, 0)),
        uv=arrays["vt"][arrays["ft"].astype(np.int64)].reshape(-1, 2) if has_uv else None,
    )
