"""Model files with the arrays of SMPL-X and numbers of our own: the free body's joints, random vertices around them.

Nothing of the licensed model is in here. 440 vertices are enough: the `smplx` package takes any number.
"""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import numpy as np
from posewright_ext.addon.rig.bodydata import load_body
from posewright_ext.rigs.skeleton import PARENTS

N_ROUND = 8  # vertices around a joint, whose mean it is
_HAND = 45


def smplx_arrays(rng: np.random.Generator, directions: int = 400) -> dict[str, np.ndarray]:
    """Everything that the package reads. directions: 400, or 20 as in the first files."""
    joints = load_body().joints
    around = rng.normal(size=(55, N_ROUND, 3)) * 0.03
    around -= around.mean(axis=1, keepdims=True)
    vertices = (joints[:, None] + around).reshape(-1, 3)
    n = len(vertices)
    regressor = np.repeat(np.eye(55), N_ROUND, axis=1) / N_ROUND
    weights = np.zeros((n, 55))
    for vertex in range(n):  # the joint, its parent and one more
        joint = vertex // N_ROUND
        chosen = {joint, max(PARENTS[joint], 0), int(rng.integers(55))}
        weights[vertex, list(chosen)] = rng.dirichlet(np.ones(len(chosen)))
    return {
        "v_template": vertices,
        "shapedirs": rng.normal(size=(n, 3, directions)) * 0.004,
        "posedirs": rng.normal(size=(n, 3, 486)) * 0.002,
        "J_regressor": regressor,
        "kintree_table": np.stack([np.array([2**32 - 1, *PARENTS[1:]]), np.arange(55)]),
        "weights": weights,
        "f": rng.permuted(np.tile(np.arange(n), (60, 1)), axis=1)[:, :3].astype(np.uint32),
        "hands_componentsl": np.eye(_HAND),
        "hands_componentsr": np.eye(_HAND),
        "hands_meanl": rng.normal(size=_HAND) * 0.2,  # relaxed hands: no part of a flat pose
        "hands_meanr": rng.normal(size=_HAND) * 0.2,
        "lmk_faces_idx": np.zeros(51, np.int64),
        "lmk_bary_coords": np.full((51, 3), 1 / 3),
        "dynamic_lmk_faces_idx": np.zeros((79, 17), np.int64),
        "dynamic_lmk_bary_coords": np.full((79, 17, 3), 1 / 3),
        "vt": rng.random((30, 2)),
        "ft": rng.integers(0, 30, size=(60, 3)).astype(np.uint32),
    }


def write_model(path: Path, **changes: object) -> Path:
    """A model file; `changes` replace arrays, None leaves one out."""
    arrays = smplx_arrays(np.random.default_rng(3)) | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


def package_vertices(
    path: Path, rotvecs: np.ndarray, betas: np.ndarray, expression: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What the real `smplx` package makes of the model: vertices (V, 3) and joints (55, 3), m, Y-up.

    Args:
        rotvecs: (55, 3) rad. betas, expression: (10,).
    """
    import smplx
    import torch
    from smplx.body_models import VERTEX_IDS

    # the package names some of the real model's 10,475 vertices, such as the nose; which ones plays no part here
    with patch.dict(VERTEX_IDS, smplx=dict.fromkeys(VERTEX_IDS["smplx"], 0)):
        model = smplx.create(
            str(path), model_type="smplx", ext="npz", use_pca=False, flat_hand_mean=True, num_betas=10,
            num_expression_coeffs=10, dtype=torch.float64,
        )  # fmt: skip
    pose = torch.tensor(rotvecs, dtype=torch.float64).reshape(1, -1)
    parts = {"global_orient": (0, 1), "body_pose": (1, 22), "jaw_pose": (22, 23), "leye_pose": (23, 24),
             "reye_pose": (24, 25), "left_hand_pose": (25, 40), "right_hand_pose": (40, 55)}  # fmt: skip
    with torch.no_grad():
        made = model(
            betas=torch.tensor(betas, dtype=torch.float64)[None],
            expression=torch.tensor(expression, dtype=torch.float64)[None],
            **{name: pose[:, 3 * a : 3 * b] for name, (a, b) in parts.items()},
        )
    return made.vertices[0].numpy(), made.joints[0, :55].numpy()
