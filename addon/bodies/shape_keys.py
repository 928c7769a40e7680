"""Shape keys of SMPL-X bodies: Shape000, Exp000 and Pose000, the names that other SMPL-X tools use.

Blender limits a key to 0..1 until its range is widened, and what is set outside is cut off without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import bpy
import numpy as np

from ..rig.retarget import Z_UP

SHAPE, EXPRESSION, CORRECTIVE = "Shape", "Exp", "Pose"
_NAMES: Final = "posewright_shape_names"
RANGE: Final = 5.0
"""Sliders go from minus to plus this, in standard deviations of the model's people."""


def add_shape_keys(mesh: bpy.types.Object, prefix: str, directions: np.ndarray) -> None:
    """Add the keys prefix000, prefix001 ... to a mesh whose space is Z-up, all at zero.

    Args:
        directions: (V, 3, K) m per unit, Y-up.
    """
    if directions.shape[2] == 0:
        return
    if mesh.data.shape_keys is None:
        mesh.shape_key_add(name="Basis", from_mix=False)
    rest = coordinates(mesh.data.shape_keys.reference_key)
    turned = np.einsum("ab,vbk->kva", Z_UP.astype(np.float32), directions.astype(np.float32))
    for index, offsets in enumerate(turned):
        key = mesh.shape_key_add(name=f"{prefix}{index:03d}", from_mix=False)
        key.points.foreach_set("co", (rest + offsets).ravel())
        widen(key)
        key.value = 0.0  # since Blender 5.0 new keys are at one


def widen(key: bpy.types.ShapeKey, reach: float = RANGE) -> None:
    """Let the key take values from -reach to reach; a range that is wider already stays."""
    key.slider_min, key.slider_max = min(key.slider_min, -reach), max(key.slider_max, reach)


def coordinates(key: bpy.types.ShapeKey) -> np.ndarray:
    """(V, 3) float32, the key's vertices in the space of the mesh."""
    values = np.empty(3 * len(key.points), dtype=np.float32)
    key.points.foreach_get("co", values)
    return values.reshape(-1, 3)


def shaped_vertices(mesh: bpy.types.Object) -> np.ndarray:
    """(V, 3) the mesh in its rest pose with all keys as they are set, but for the pose correctives."""
    keys = mesh.data.shape_keys
    rest = coordinates(keys.reference_key).astype(float)
    shaped = rest.copy()
    for key in keys.key_blocks:
        if key == keys.reference_key or key.mute or key.value == 0.0 or is_numbered(key.name, CORRECTIVE):
            continue
        # a key is relative to another one, mostly the basis
        shaped += key.value * (coordinates(key) - coordinates(key.relative_key))
    return shaped


def raise_all(mesh: bpy.types.Object, height: float) -> None:
    """Move the mesh and all its keys up by `height`, in its own space; what a key does stays the same."""
    for key in mesh.data.shape_keys.key_blocks:
        key.points.foreach_set("co", (coordinates(key) + np.array([0.0, 0.0, height], dtype=np.float32)).ravel())
    # without this the mesh shows its old place in Edit Mode
    mesh.data.vertices.foreach_set("co", coordinates(mesh.data.shape_keys.reference_key).ravel())
    mesh.data.update()


def numbered(mesh: bpy.types.Object, prefix: str) -> dict[int, bpy.types.ShapeKey]:
    """The mesh's keys prefix000, prefix001 ... by number."""
    keys = mesh.data.shape_keys
    found = keys.key_blocks if keys is not None else ()
    return {int(key.name[len(prefix) :]): key for key in found if is_numbered(key.name, prefix)}


def name_shapes(mesh: bpy.types.Object, names: Sequence[str]) -> None:
    """Keep with the mesh what its shape keys mean, in their order; the keys keep the names that other tools know."""
    mesh.data[_NAMES] = ",".join(names)


def label_of(mesh: bpy.types.Object, number: int) -> str:
    """What the shape key of this number means, for people."""
    names = str(mesh.data.get(_NAMES, "")).split(",")
    return names[number].replace("_", " ").title() if number < len(names) and names[number] else f"Shape {number}"


def is_numbered(name: str, prefix: str) -> bool:
    """Whether the name is the prefix and digits."""
    return name.startswith(prefix) and name[len(prefix) :].isdigit()
