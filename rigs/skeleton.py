"""The 55 joints of SMPL-X: names, parents, mirror pairs and the groups people speak of.

Frames: metres and radians; rest pose is the T-pose, Y up, facing +Z, the character's left is +X.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

import numpy as np

_BODY: Final = (
    ("pelvis", None),
    ("left_hip", "pelvis"),
    ("right_hip", "pelvis"),
    ("spine1", "pelvis"),
    ("left_knee", "left_hip"),
    ("right_knee", "right_hip"),
    ("spine2", "spine1"),
    ("left_ankle", "left_knee"),
    ("right_ankle", "right_knee"),
    ("spine3", "spine2"),
    ("left_foot", "left_ankle"),
    ("right_foot", "right_ankle"),
    ("neck", "spine3"),
    ("left_collar", "spine3"),
    ("right_collar", "spine3"),
    ("head", "neck"),
    ("left_shoulder", "left_collar"),
    ("right_shoulder", "right_collar"),
    ("left_elbow", "left_shoulder"),
    ("right_elbow", "right_shoulder"),
    ("left_wrist", "left_elbow"),
    ("right_wrist", "right_elbow"),
    ("jaw", "head"),
    ("left_eye_smplhf", "head"),
    ("right_eye_smplhf", "head"),
)
FINGERS: Final = ("index", "middle", "pinky", "ring", "thumb")


def _with_hands() -> list[tuple[str, str | None]]:
    table: list[tuple[str, str | None]] = list(_BODY)
    for side in ("left", "right"):
        for finger in FINGERS:
            parent = f"{side}_wrist"
            for k in (1, 2, 3):
                table.append((f"{side}_{finger}{k}", parent))
                parent = f"{side}_{finger}{k}"
    return table


_TABLE: Final = _with_hands()
JOINTS: Final[tuple[str, ...]] = tuple(name for name, _ in _TABLE)
N_JOINTS: Final = len(JOINTS)
INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(JOINTS)}
PARENTS: Final[tuple[int, ...]] = tuple(-1 if p is None else INDEX[p] for _, p in _TABLE)
N_BODY: Final = 22  # pelvis .. right_wrist
ALIASES: Final[dict[str, str]] = {"left_eye": "left_eye_smplhf", "right_eye": "right_eye_smplhf"}


def mirror_name(name: str) -> str:
    """The name of the same part on the other side; a central part is its own mirror image."""
    if name.startswith("left_"):
        return "right_" + name[5:]
    if name.startswith("right_"):
        return "left_" + name[6:]
    return name


MIRROR: Final[np.ndarray] = np.array([INDEX[mirror_name(n)] for n in JOINTS])


def _hand(side: str) -> tuple[str, ...]:
    return tuple(f"{side}_{f}{k}" for f in FINGERS for k in (1, 2, 3))


def _arm(side: str) -> tuple[str, ...]:
    return tuple(f"{side}_{j}" for j in ("collar", "shoulder", "elbow", "wrist"))


def _leg(side: str) -> tuple[str, ...]:
    return tuple(f"{side}_{j}" for j in ("hip", "knee", "ankle", "foot"))


GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "root": ("pelvis",),
    "torso": ("spine1", "spine2", "spine3"),
    "head": ("neck", "head"),
    "face": ("jaw", "left_eye_smplhf", "right_eye_smplhf"),
    "left_arm": _arm("left"),
    "right_arm": _arm("right"),
    "left_hand": _hand("left"),
    "right_hand": _hand("right"),
    "left_leg": _leg("left"),
    "right_leg": _leg("right"),
    "arms": _arm("left") + _arm("right"),
    "legs": _leg("left") + _leg("right"),
    "hands": _hand("left") + _hand("right"),
    "body": JOINTS[:N_BODY],
    "all": JOINTS,
}


class UnknownJoint(ValueError):
    """A name that is no joint of the skeleton; the message gives the nearest names."""


def joint_index(name: str) -> int:
    """Index of a joint by name (`left_eye` is accepted for `left_eye_smplhf`).

    Raises:
        UnknownJoint: with the closest valid names.
    """
    found = INDEX.get(ALIASES.get(name, name))
    if found is None:
        near = get_close_matches(str(name), (*JOINTS, *GROUPS), n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(near)}?" if near else "a joint such as left_elbow, or a group such as left_arm"
        raise UnknownJoint(f"unknown joint {name!r}: {hint}")
    return found


def expand_joints(names: Iterable[str]) -> tuple[str, ...]:
    """Joint names in skeleton order, with group names ("left_arm") replaced by their joints."""
    wanted: set[int] = set()
    for name in names:
        members = GROUPS.get(name) or (name,)
        wanted.update(joint_index(m) for m in members)
    return tuple(JOINTS[i] for i in sorted(wanted))


def mirror_rotvecs(rotvecs: np.ndarray) -> np.ndarray:
    """Mirror a pose in the sagittal plane (x -> -x): swap sides and negate y and z of every rotvec.

    Args:
        rotvecs: (..., 55, 3) parent-relative rotation vectors, rad.
    """
    return np.asarray(rotvecs)[..., MIRROR, :] * np.array([1.0, -1.0, -1.0])
