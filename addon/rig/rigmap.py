"""Rig maps: which bone of an armature is which SMPL-X joint, and how to recognise the armature. Pure, no bpy.

A map is data, `rigs/maps/*.json`; the format is described in docs/rig-maps.md.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from ...rigs.skeleton import JOINTS, joint_index

MAP_VERSION: Final = 1
MAPS_FOLDER: Final = Path(__file__).resolve().parents[2] / "rigs" / "maps"
_FIELDS: Final = {"version", "name", "title", "bones", "optional", "telltale", "foreign"}


class BadRigMap(ValueError):
    """A rig map file that does not fit the format; the message names the file and the field."""


@dataclass(frozen=True)
class RigMap:
    """One family of armatures.

    bones: bone name -> joint name. optional: bones that may be missing; all others are required.
    telltale / foreign: bones that speak for / against this family where several maps fit.
    """

    name: str
    title: str
    bones: Mapping[str, str]
    optional: frozenset[str]
    telltale: frozenset[str]
    foreign: frozenset[str]

    @property
    def required(self) -> frozenset[str]:
        return frozenset(self.bones) - self.optional

    def score(self, bone_names: Collection[str]) -> int | None:
        """How well an armature with these bones fits, None when a required bone is missing."""
        have = set(bone_names)
        if not self.required <= have:
            return None
        return len(have & set(self.bones)) + 2 * len(have & self.telltale) - 2 * len(have & self.foreign)

    def bone_by_joint(self, bone_names: Collection[str]) -> dict[int, str]:
        """Joint index -> bone name, for the bones that are there."""
        have = set(bone_names)
        return {joint_index(joint): bone for bone, joint in self.bones.items() if bone in have}


def read_map(path: Path) -> RigMap:
    """Read and check one map file.

    Raises:
        BadRigMap: naming file and field.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadRigMap(f"{path.name}: {error}") from None
    if data.get("version") != MAP_VERSION:
        raise BadRigMap(f"{path.name}: version {data.get('version')!r}; this add-on reads version {MAP_VERSION}")
    if set(data) != _FIELDS:
        raise BadRigMap(f"{path.name}: fields {sorted(set(data) ^ _FIELDS)} are missing or unknown")
    bones = data["bones"]
    for bone, joint in bones.items():
        if joint not in JOINTS:
            raise BadRigMap(f"{path.name}: bones.{bone}: {joint!r} is no joint of rigs/skeleton.py")
    if len(set(bones.values())) != len(bones):
        raise BadRigMap(f"{path.name}: bones: two bones for one joint")
    unknown = set(data["optional"]) - set(bones)
    if unknown:
        raise BadRigMap(f"{path.name}: optional: {sorted(unknown)} are not in bones")
    sets = (frozenset(data[field]) for field in ("optional", "telltale", "foreign"))
    return RigMap(data["name"], data["title"], bones, *sets)


@cache
def all_maps(folder: Path = MAPS_FOLDER) -> tuple[RigMap, ...]:
    """Every map in the folder, by file name. Read once."""
    return tuple(read_map(path) for path in sorted(folder.glob("*.json")))


def best_map(bone_names: Collection[str]) -> RigMap | None:
    """The map that fits an armature with these bones best, or None. All maps are scored."""
    scored = [(m.score(bone_names), m) for m in all_maps()]
    fitting = [(score, m) for score, m in scored if score is not None]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None
