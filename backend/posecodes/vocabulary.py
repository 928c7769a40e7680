"""The names that posecodes use: points, segments, body axes and directions, all over the 55 joints and skin regions.

Directions are (left, up, front) triples: x towards the character's left, y up, z to the front.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

import numpy as np

from backend.body.kinematics import Anchor, Axis, joint_anchor, mean_anchor
from backend.body.surfaces import REGIONS
from backend.errors import BadProgram
from rigs.skeleton import FINGERS, JOINTS, joint_index, mirror_name

SIDES: Final = ("left", "right")

# Shares of body mass by segment end (Dempster's table, as given by Winter, Biomechanics of Human Movement, ch. 4).
_MASS: Final = {
    "pelvis": 0.142, "spine1": 0.07, "spine2": 0.07, "spine3": 0.216, "head": 0.081,
    "left_shoulder": 0.014, "left_elbow": 0.022, "left_wrist": 0.014,
    "right_shoulder": 0.014, "right_elbow": 0.022, "right_wrist": 0.014,
    "left_hip": 0.057, "left_knee": 0.066, "left_ankle": 0.038,
    "right_hip": 0.057, "right_knee": 0.066, "right_ankle": 0.038,
}  # fmt: skip


# Larger parts that a touch may name, by the regions of which the nearest one touches, preferred ones first. They are
# what ProsePose's contact tables (Subramanian et al., 2024) name and no region is called: chest, left_shoulder,
# left_thigh, left_knee and so on are regions.
_SIDED_PARTS: Final = {
    "hand": ("palm", "fingertips", "index_tip", "fist", "thumb_tip", "hand_back"),
    "lower_arm": ("forearm", "elbow"),
    "arm": ("upper_arm", "forearm", "elbow"),
    "upper_leg": ("thigh", "thigh_outer", "knee", "thigh_back", "thigh_inner"),
    "lower_leg": ("shin", "calf", "knee"),
    "leg": ("thigh", "knee", "thigh_outer", "shin", "calf", "thigh_back", "thigh_inner"),
    "foot": ("foot_top", "toes", "ankle", "heel", "foot_sole"),
}
_CENTRAL_PARTS: Final = {
    "head": ("left_temple", "right_temple", "head_top", "left_cheek", "right_cheek", "forehead", "left_ear",
             "right_ear", "chin", "mouth", "face", "head_back"),
    "neck": ("neck_back", "neck_front", "throat"),
    "torso": ("chest", "stomach", "left_ribs", "right_ribs", "left_chest", "right_chest", "lower_belly", "left_waist",
              "right_waist", "lower_back", "upper_back", "left_shoulder_blade", "right_shoulder_blade"),
    "breast": ("chest", "left_chest", "right_chest"),
    "back": ("lower_back", "upper_back", "left_shoulder_blade", "right_shoulder_blade"),
    "belly": ("stomach", "lower_belly"),
    "waist": ("left_waist", "right_waist", "stomach", "lower_back"),
    "seat": ("buttocks", "left_buttock", "right_buttock"),
}  # fmt: skip
PARTS: Final[dict[str, tuple[str, ...]]] = {
    **{f"{s}_{part}": tuple(f"{s}_{r}" for r in rs) for part, rs in _SIDED_PARTS.items() for s in SIDES},
    **_CENTRAL_PARTS,
}


def regions_of(name: str) -> tuple[str, ...]:
    """The regions of skin that a name of a region or a part stands for."""
    return (name,) if name in REGIONS else PARTS[name]


def _part_anchor(name: str) -> Anchor:
    """The middle of a part's regions."""
    each = [_region_anchor(r).influences for r in PARTS[name]]
    return Anchor(tuple((j, w / len(each), o) for influences in each for j, w, o in influences))


def _region_anchor(name: str) -> Anchor:
    return Anchor(
        tuple(
            (joint_index(j), float(w), (float(o[0]), float(o[1]), float(o[2]))) for j, w, o in REGIONS[name].influences
        )
    )


def skin(region: str) -> str:
    """The point on the skin of a region; "left_knee" alone is the joint, "skin:left_knee" the kneecap."""
    return f"skin:{region}"


def _points() -> dict[str, Anchor]:
    table = {name: joint_anchor(name) for name in JOINTS}
    table |= {name: _region_anchor(name) for name in REGIONS if name not in table}
    table |= {skin(name): _region_anchor(name) for name in REGIONS}
    table |= {skin(name): _part_anchor(name) for name in PARTS}
    for side in SIDES:
        table[f"{side}_hand"] = mean_anchor({f"{side}_wrist": 1, f"{side}_middle1": 1})
    table["eyes"] = mean_anchor({"left_eye_smplhf": 1, "right_eye_smplhf": 1})
    table["hips"] = mean_anchor({"left_hip": 1, "right_hip": 1})
    table["torso"] = mean_anchor({"pelvis": 1, "neck": 1, "spine3": 1})
    table["com"] = mean_anchor(_MASS)
    return table


def _segments() -> dict[str, tuple[str, str]]:
    table = {"torso": ("pelvis", "neck"), "neck": ("neck", "head"), "shoulders": ("right_shoulder", "left_shoulder")}
    for s in SIDES:
        table |= {
            f"{s}_upper_arm": (f"{s}_shoulder", f"{s}_elbow"),
            f"{s}_forearm": (f"{s}_elbow", f"{s}_wrist"),
            f"{s}_arm": (f"{s}_shoulder", f"{s}_wrist"),
            f"{s}_hand": (f"{s}_wrist", f"{s}_middle1"),
            **{f"{s}_{f}": (f"{s}_{f}1", f"{s}_{f}3") for f in FINGERS},
            f"{s}_thigh": (f"{s}_hip", f"{s}_knee"),
            f"{s}_shin": (f"{s}_knee", f"{s}_ankle"),
            f"{s}_leg": (f"{s}_hip", f"{s}_ankle"),
            f"{s}_foot": (f"{s}_ankle", f"{s}_foot"),
        }
    return table


def _axes() -> dict[str, Axis]:
    table: dict[str, Axis] = {}
    for part, joint in (("pelvis", "pelvis"), ("chest", "spine3"), ("head", "head")):
        for name, direction in (("left", (1.0, 0.0, 0.0)), ("up", (0.0, 1.0, 0.0)), ("front", (0.0, 0.0, 1.0))):
            table[f"{part}_{name}"] = Axis(joint_index(joint), direction)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        wrist, ankle = joint_index(f"{side}_wrist"), joint_index(f"{side}_ankle")
        table[f"{side}_palm_front"] = Axis(wrist, (0.0, -1.0, 0.0))  # in the T-pose the palms face down
        table[f"{side}_hand_along"] = Axis(wrist, (sign, 0.0, 0.0))
        table[f"{side}_thumb_side"] = Axis(wrist, (0.0, 0.0, 1.0))
        table[f"{side}_foot_front"] = Axis(ankle, (0.0, 0.0, 1.0))
        table[f"{side}_sole_front"] = Axis(ankle, (0.0, -1.0, 0.0))
    for name, region in REGIONS.items():
        n = np.asarray(region.normal, float)
        n = n / np.linalg.norm(n)
        table[f"normal:{name}"] = Axis(joint_index(region.joint), (float(n[0]), float(n[1]), float(n[2])))
    return table


POINTS: Final[dict[str, Anchor]] = _points()
PLACES: Final = tuple(n for n in POINTS if not n.startswith("skin:"))  # the points that statements may name
SEGMENTS: Final[dict[str, tuple[str, str]]] = _segments()
AXES: Final[dict[str, Axis]] = _axes()
FACES: Final = {  # what can "face" somewhere -> the axis that does
    "pelvis": "pelvis_front", "chest": "chest_front", "head": "head_front",
    "left_palm": "left_palm_front", "right_palm": "right_palm_front",
    "left_thumb": "left_thumb_side", "right_thumb": "right_thumb_side",
    "left_foot": "left_foot_front", "right_foot": "right_foot_front",
    "left_sole": "left_sole_front", "right_sole": "right_sole_front",
    "pelvis_up": "pelvis_up", "chest_up": "chest_up", "head_up": "head_up", "pelvis_left": "pelvis_left",
}  # fmt: skip
DIRECTIONS: Final[dict[str, tuple[float, float, float]]] = {
    "left": (1, 0, 0), "right": (-1, 0, 0), "up": (0, 1, 0), "down": (0, -1, 0), "front": (0, 0, 1), "back": (0, 0, -1),
}  # fmt: skip

_LIMB_OF: Final = {  # joint -> the limb group it belongs to, for "which statements does this one replace?"
    **dict.fromkeys(("pelvis", "spine1", "spine2", "spine3", "left_collar", "right_collar"), "torso"),
    **dict.fromkeys(("neck", "head", "jaw", "left_eye_smplhf", "right_eye_smplhf"), "head"),
    **{f"{s}_{j}": f"{s}_arm" for s in SIDES for j in ("shoulder", "elbow", "wrist")},
    **{f"{s}_{j}": f"{s}_leg" for s in SIDES for j in ("hip", "knee", "ankle", "foot")},
}  # fmt: skip


def limb_of_joint(index: int) -> str:
    """The limb group (torso, head, left_arm, ... left_fingers) of a joint."""
    name = JOINTS[index]
    return _LIMB_OF.get(name) or f"{name.split('_')[0]}_fingers"


def limb_of_point(name: str) -> str:
    """The limb group that carries a point (by its strongest influence)."""
    anchor = POINTS[name]
    joint = max(anchor.influences, key=lambda i: i[1])[0]
    limb = limb_of_joint(joint)
    return limb.replace("_fingers", "_arm")


def check_name(name: str, table: dict, what: str, path: str) -> str:
    """`name` itself when it is in the table.

    Raises:
        BadProgram: naming the path and the nearest valid names.
    """
    if name in table:
        return name
    near = get_close_matches(str(name), list(table), n=3, cutoff=0.5)
    raise BadProgram(
        f"{path}: unknown {what} {name!r}", f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(table)}"
    )


def mirror_direction(d: tuple[float, float, float]) -> tuple[float, float, float]:
    return (-d[0], d[1], d[2])


def words(name: str) -> str:
    """left_upper_arm -> "left upper arm"."""
    return name.replace("_smplhf", "").replace("_", " ")


__all__ = [
    "AXES", "DIRECTIONS", "FACES", "PARTS", "PLACES", "POINTS", "SEGMENTS", "SIDES",
    "check_name", "limb_of_joint", "limb_of_point", "mirror_direction", "mirror_name", "regions_of", "skin", "words",
]  # fmt: skip
