"""Writes the free body as a model file in SMPL-X's format, for programs that take bodies through the `smplx` package.

Load it with `smplx.create(path, model_type="smplx", ext="npz", use_pca=False, flat_hand_mean=True, num_betas=10)`.
The format's learned parts are neutral here: pose blend shapes, expressions and hand means are zero, hand components are
the identity, landmarks and the 21 extra joints that smplx reads by vertex number (joints 55 and up) mean nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from rigs.skeleton import N_JOINTS, PARENTS

from .model import N_BETAS, BodyModel

_N_SHAPE, _N_EXPRESSION = 300, 100  # what the format holds; with fewer the package falls back to an old layout
_N_LANDMARKS: Final = 51
_CONTOUR: Final = (79, 17)  # head turns x landmarks of the face contour
_HAND: Final = 45  # 15 finger joints x 3
_ROOT_PARENT: Final = 2**32 - 1  # the format writes "no parent" as the largest uint32


def smplx_arrays(model: BodyModel) -> dict[str, np.ndarray]:
    """The keys that the package reads, for the body at hand (m, T-pose, joints in SMPL-X order)."""
    n = len(model.v_template)
    shapedirs = np.zeros((n, 3, _N_SHAPE + _N_EXPRESSION), np.float32)
    shapedirs[:, :, :N_BETAS] = model.shapedirs
    parents = np.array([_ROOT_PARENT, *PARENTS[1:]], np.int64)
    first_corner = np.zeros((_N_LANDMARKS, 3))
    first_corner[:, 0] = 1.0
    contour_corner = np.zeros((*_CONTOUR, 3))
    contour_corner[..., 0] = 1.0
    return {
        "v_template": model.v_template,
        "shapedirs": shapedirs,
        "posedirs": np.zeros((n, 3, 9 * (N_JOINTS - 1)), np.float32),
        "J_regressor": model.j_regressor,
        "kintree_table": np.stack([parents, np.arange(N_JOINTS)]),
        "weights": model.weights,
        "f": model.triangles.astype(np.uint32),
        "hands_componentsl": np.eye(_HAND),
        "hands_componentsr": np.eye(_HAND),
        "hands_meanl": np.zeros(_HAND),
        "hands_meanr": np.zeros(_HAND),
        "lmk_faces_idx": np.zeros(_N_LANDMARKS, np.int64),
        "lmk_bary_coords": first_corner,
        "dynamic_lmk_faces_idx": np.zeros(_CONTOUR, np.int64),
        "dynamic_lmk_bary_coords": contour_corner,
        "vt": model.uv,
        "ft": np.concatenate([model.uv_quads[:, [0, 1, 2]], model.uv_quads[:, [0, 2, 3]]]).astype(np.uint32),
    }


def write_smplx_file(path: Path, model: BodyModel) -> None:
    """Write `path` (.npz). Name it SMPLX_NEUTRAL.npz where a program is given a folder of models."""
    np.savez_compressed(path, allow_pickle=False, **smplx_arrays(model))
