"""Where a new body stands: at the 3D cursor, or beside what stands there already. Blender space: Z-up, m."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import bpy
import numpy as np
from mathutils import Vector

Box = tuple[np.ndarray, np.ndarray]
"""Lowest and highest corner (3,) of an upright box, world."""
_SOLID: Final = {"MESH", "CURVE", "SURFACE", "META", "FONT"}
_GAP: Final = 0.15
_STEP: Final = 0.1  # what rises no higher above the feet is floor
_SURROUNDINGS: Final = 6.0  # what is wider, a room or a landscape, is what the body stands in
_TRIES: Final = 50


def boxes_of(context: bpy.types.Context) -> list[Box]:
    """Boxes around what can be seen of the scene and could stand in a body's way."""
    return [box for box in _all_boxes(context) if float(np.max((box[1] - box[0])[:2])) < _SURROUNDINGS]


def _all_boxes(context: bpy.types.Context) -> Iterator[Box]:
    depsgraph = context.evaluated_depsgraph_get()
    for thing in context.visible_objects:
        if thing.type in _SOLID:
            seen = thing.evaluated_get(depsgraph)
            corners = np.array([seen.matrix_world @ Vector(corner) for corner in seen.bound_box])
            yield corners.min(axis=0), corners.max(axis=0)


def free_place(wanted: np.ndarray, body: Box, boxes: Sequence[Box]) -> np.ndarray:
    """The place (3,) at `wanted` or to its right (+X, the character's left) where a body meets none of the boxes.

    Args:
        body: the body's own box, around the place where it stands.

    Returns:
        `wanted` itself where nothing else is free within reach.
    """
    low, high = body[0] + [0.0, 0.0, _STEP], body[1]
    place = np.array(wanted, float)
    for _ in range(_TRIES):
        met = [box for box in boxes if bool(np.all(place + low < box[1]) and np.all(place + high > box[0]))]
        if not met:
            return place
        place[0] = max(float(box[1][0]) for box in met) + _GAP - float(low[0])
    return np.array(wanted, float)
