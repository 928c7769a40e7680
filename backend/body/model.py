"""The free body as typed states: BodyModel.load() -> .shaped(betas) -> .posed(rotvecs, transl) -> .vertices().

What is posed has been shaped first, by type. Conventions are SMPL-X's: rest pose = T-pose with identity axes, so a
joint's skinning transform is G_j(rotvecs) T(-rest_joint_j); `transl` is the position of the pelvis, whose rest position
is the origin for every betas. Frames as in rigs/skeleton.py. Numpy only, float64; leading batch axes are free.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from rigs.skeleton import JOINTS, N_JOINTS, PARENTS

from ..errors import BadFile
from .rotations import rotvec_to_rotmat

BODY_FILE: Final = Path(__file__).parents[2] / "rigs" / "body.npz"
FILE_VERSION: Final = 1
N_BETAS: Final = 10


class WrongShape(ValueError):
    """An array of another shape than the body needs; the message says which one, what came and what is allowed."""

    def __init__(self, what: str, got: tuple[int, ...], allowed: str) -> None:
        super().__init__(f"{what} has shape {got}; allowed: {allowed}")


@dataclass(frozen=True, eq=False)
class BodyModel:
    """The body of a file: V vertices, Q quads, M materials, 10 betas. Arrays are read-only."""

    v_template: np.ndarray
    """(V, 3) m."""
    shapedirs: np.ndarray
    """(V, 3, 10) m per unit beta."""
    beta_names: tuple[str, ...]
    j_regressor: np.ndarray
    """(55, V); rows sum to 1: joints = j_regressor @ vertices."""
    skin_idx: np.ndarray
    """(V, 4) joint ids, strongest first."""
    skin_w: np.ndarray
    """(V, 4); rows sum to 1."""
    quads: np.ndarray
    """(Q, 4) vertex ids, counter-clockwise seen from outside."""
    uv: np.ndarray
    """(T, 2)."""
    uv_quads: np.ndarray
    """(Q, 4) ids into uv."""
    material: np.ndarray
    """(Q,) ids into material_names."""
    material_names: tuple[str, ...]
    material_rgb: np.ndarray
    """(M, 3) linear RGB, 0..1."""

    @staticmethod
    @lru_cache(maxsize=4)
    def load(path: Path = BODY_FILE) -> BodyModel:
        """Read a body file (cached).

        Raises:
            BadFile: the file is missing, or of another version or skeleton.
        """
        try:
            with np.load(path, allow_pickle=False) as data:
                arrays = dict(data)
        except (OSError, ValueError) as error:
            raise BadFile(f"cannot read the body {path}: {error}", "reinstall Posewright") from error
        version = int(arrays.get("version", -1))
        if version != FILE_VERSION or tuple(arrays["joint_names"]) != JOINTS:
            hint = "bake it again: python -m backend.body.bake"
            raise BadFile(f"{path} is version {version} of the body; this program reads version {FILE_VERSION}", hint)
        return _from_arrays(arrays)

    @cached_property
    def triangles(self) -> np.ndarray:
        """(2Q, 3) vertex ids: every quad cut along its first diagonal."""
        return np.concatenate([self.quads[:, [0, 1, 2]], self.quads[:, [0, 2, 3]]])

    @cached_property
    def weights(self) -> np.ndarray:
        """(V, 55) dense skinning weights."""
        dense = np.zeros((len(self.v_template), N_JOINTS))
        np.add.at(dense, (np.arange(len(dense))[:, None], self.skin_idx), self.skin_w)
        return dense

    @cached_property
    def joint_template(self) -> np.ndarray:
        """(55, 3) m, rest joints at betas 0."""
        return self.j_regressor @ self.v_template

    @cached_property
    def jointdirs(self) -> np.ndarray:
        """(55, 3, 10) m per unit beta."""
        return np.tensordot(self.j_regressor, self.shapedirs, axes=1)

    def shaped(self, betas: np.ndarray | None = None) -> ShapedBody:
        """The body of one shape (or of a batch of shapes).

        Args:
            betas: (..., 10) or fewer (missing ones are 0); None is the mean body.
        """
        betas = np.zeros(N_BETAS) if betas is None else np.asarray(betas, float)
        if betas.ndim < 1 or betas.shape[-1] > N_BETAS:
            raise WrongShape("betas", betas.shape, f"(..., n) with n <= {N_BETAS}")
        filled = np.zeros((*betas.shape[:-1], N_BETAS))
        filled[..., : betas.shape[-1]] = betas
        return ShapedBody(self, filled)


@dataclass(frozen=True, eq=False)
class ShapedBody:
    """A body of known shape in the rest pose (T-pose, pelvis at the origin)."""

    model: BodyModel
    betas: np.ndarray
    """(..., 10)."""

    @cached_property
    def joints(self) -> np.ndarray:
        """(..., 55, 3) m, rest joints."""
        return self.model.joint_template + np.einsum("jcb,...b->...jc", self.model.jointdirs, self.betas)

    @cached_property
    def vertices(self) -> np.ndarray:
        """(..., V, 3) m, rest vertices."""
        if not self.betas.any():
            return np.broadcast_to(self.model.v_template, self.betas.shape[:-1] + self.model.v_template.shape)
        return self.model.v_template + np.einsum("vcb,...b->...vc", self.model.shapedirs, self.betas)

    def posed(self, rotvecs: np.ndarray, transl: np.ndarray | None = None) -> PosedBody:
        """The shaped body in a pose.

        Args:
            rotvecs: (..., 55, 3) parent-relative rotation vectors, rad; zero is the T-pose.
            transl: (..., 3) m, position of the pelvis; None is the origin.
        """
        rotvecs = np.asarray(rotvecs, float)
        if rotvecs.shape[-2:] != (N_JOINTS, 3):
            raise WrongShape("rotvecs", rotvecs.shape, f"(..., {N_JOINTS}, 3)")
        transl = np.zeros(3) if transl is None else np.asarray(transl, float)
        if transl.shape[-1:] != (3,):
            raise WrongShape("transl", transl.shape, "(..., 3)")
        try:
            batch = np.broadcast_shapes(rotvecs.shape[:-2], transl.shape[:-1], self.betas.shape[:-1])
        except ValueError:
            got = rotvecs.shape[:-2] + transl.shape[:-1] + self.betas.shape[:-1]
            raise WrongShape("the batch of rotvecs, transl and betas", got, "axes that broadcast") from None
        rotations = _world_rotations(np.broadcast_to(rotvec_to_rotmat(rotvecs), (*batch, N_JOINTS, 3, 3)))
        return PosedBody(self, rotations, _world_joints(rotations, self.joints, transl))


@dataclass(frozen=True, eq=False)
class PosedBody:
    """A shaped body in a pose: all in the world, m."""

    shape: ShapedBody
    rotations: np.ndarray
    """(..., 55, 3, 3) R_world_joint."""
    joints: np.ndarray
    """(..., 55, 3) m."""

    @property
    def skinning_transforms(self) -> np.ndarray:
        """(..., 55, 3, 4) [R | t]: takes points of the rest pose along with each joint."""
        rest = self.shape.joints
        offset = self.joints - np.einsum("...jab,...jb->...ja", self.rotations, rest)
        return np.concatenate([self.rotations, offset[..., None]], axis=-1)

    def vertices(self) -> np.ndarray:
        """(..., V, 3) m, by linear blend skinning."""
        model, transforms = self.shape.model, self.skinning_transforms
        batch = transforms.shape[:-3]
        rest = np.broadcast_to(self.shape.vertices, batch + model.v_template.shape)
        out = np.empty(batch + model.v_template.shape)
        for index in np.ndindex(batch):  # one body at a time: the blended transforms of a batch would fill the memory
            blended = (model.weights @ transforms[index].reshape(N_JOINTS, 12)).reshape(-1, 3, 4)
            out[index] = np.einsum("vab,vb->va", blended[..., :3], rest[index]) + blended[..., 3]
        return out


def _world_rotations(local: np.ndarray) -> np.ndarray:
    """(..., 55, 3, 3) parent-relative -> in the world; parents come before children."""
    world = np.empty(local.shape)
    for joint, parent in enumerate(PARENTS):
        here = local[..., joint, :, :]
        world[..., joint, :, :] = here if parent < 0 else world[..., parent, :, :] @ here
    return world


def _world_joints(rotations: np.ndarray, rest: np.ndarray, transl: np.ndarray) -> np.ndarray:
    """(..., 55, 3) m: t_world_joint = t_world_parent + R_world_parent (rest_joint - rest_parent)."""
    joints = np.empty(rotations.shape[:-1])
    joints[..., 0, :] = transl + rest[..., 0, :]
    for joint, parent in enumerate(PARENTS[1:], start=1):
        bone = rest[..., joint, :] - rest[..., parent, :]
        turned = np.einsum("...ab,...b->...a", rotations[..., parent, :, :], bone)
        joints[..., joint, :] = joints[..., parent, :] + turned
    return joints


def _from_arrays(arrays: dict[str, np.ndarray]) -> BodyModel:
    """The file's compact arrays -> float64 and dense, pelvis exactly at the origin."""
    vertices = arrays["v_template"].astype(float)
    shapedirs = arrays["shapedirs"].astype(float)
    regressor = np.zeros((N_JOINTS, len(vertices)))
    rows = np.repeat(np.arange(N_JOINTS), np.diff(arrays["j_regressor_ptr"]))
    regressor[rows, arrays["j_regressor_idx"]] = arrays["j_regressor_w"]
    vertices -= regressor[0] @ vertices  # float16 shape directions leave the pelvis some 0.01 mm off
    shapedirs -= np.tensordot(regressor[0], shapedirs, axes=1)
    skin_w = arrays["skin_w"].astype(float)
    fields = {
        "v_template": vertices,
        "shapedirs": shapedirs,
        "j_regressor": regressor,
        "skin_idx": arrays["skin_idx"].astype(np.intp),
        "skin_w": skin_w / skin_w.sum(axis=1, keepdims=True),
        "quads": arrays["quads"].astype(np.intp),
        "uv": arrays["uv"].astype(float),
        "uv_quads": arrays["uv_quads"].astype(np.intp),
        "material": arrays["material"].astype(np.intp),
        "material_rgb": arrays["material_rgb"].astype(float),
    }
    for value in fields.values():
        value.flags.writeable = False
    beta_names, material_names = (tuple(str(n) for n in arrays[key]) for key in ("beta_names", "material_names"))
    return BodyModel(beta_names=beta_names, material_names=material_names, **fields)
