"""What the animator can choose between, as data: how words are taken, what may move, what becomes of the root. No bpy.

Each table holds (identifier, label, description), the form that Blender's enumerations want.
"""

from __future__ import annotations

from typing import Final

Items = tuple[tuple[str, str, str], ...]

MODES: Final[Items] = (
    ("auto", "Auto", "The words decide: a new pose, a change of the current one, or an answer to a question"),
    ("new", "New", "A new pose, whatever the character does now"),
    ("change", "Change", "Change the current pose; what is not spoken of stays"),
    ("describe", "Describe", "Say in words what the character does; nothing is changed"),
)

SCOPES: Final[Items] = (
    ("ALL", "Whole Character", "Everything may move"),
    ("SELECTED", "Selected Bones", "Only the bones selected in Pose Mode move"),
    ("BODY", "Body", "Everything but fingers and face"),
    ("HANDS", "Hands", "Only the fingers"),
    ("FACE", "Face", "Only jaw and eyes"),
    ("UPPER", "Upper Body", "Spine, head, arms and hands; the character stands as it does"),
    ("LOWER", "Lower Body", "Hips and legs; spine, head and arms keep their rotations"),
)

SCOPE_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "ALL": (),
    "BODY": ("body",),
    "HANDS": ("hands",),
    "FACE": ("face",),
    "UPPER": ("torso", "head", "face", "arms", "hands"),
    "LOWER": ("root", "legs"),
}
"""Scope -> groups of `rigs.skeleton`; no group means no limit. SELECTED depends on the scene."""

PARTS: Final[Items] = (
    ("root", "Root", "Where the character is and how the hips are turned"),
    ("torso", "Torso", "The spine"),
    ("head", "Head", "Neck, head, jaw and eyes"),
    ("left_arm", "Left Arm", "Collar, shoulder, elbow and wrist"),
    ("right_arm", "Right Arm", "Collar, shoulder, elbow and wrist"),
    ("hands", "Hands", "The fingers"),
    ("left_leg", "Left Leg", "Hip, knee, ankle and toes"),
    ("right_leg", "Right Leg", "Hip, knee, ankle and toes"),
)

PART_GROUPS: Final[dict[str, tuple[str, ...]]] = {name: (name,) for name, _, _ in PARTS} | {"head": ("head", "face")}

ROOTS: Final[Items] = (
    ("FULL", "As Made", "The hips go and turn as the pose has them"),
    ("PLACE", "Keep Place", "The character stays where it is; height and turn come from the pose"),
    ("STAY", "Keep Place and Heading", "The character stays where it is and faces the same way"),
    ("NONE", "Leave Alone", "The hips are not touched at all"),
)
