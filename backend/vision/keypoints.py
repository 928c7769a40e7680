"""Keypoints of other models and the landmarks that they are: their order, their names, and how the two go together.

Models of people give 17 keypoints (COCO; Lin et al. 2014) or 133 with feet, face and hands (COCO-WholeBody; Jin et al.
2020), on the picture alone. The landmark network gives 33 with depth. Where both speak of a joint, the keypoint says
where it is in the picture, and the network how far away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from backend.posecodes.vocabulary import SIDES

from .landmarks import INDEX
from .observe import Person

COCO: Final = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle",
)  # fmt: skip
# What COCO-WholeBody has beyond those, by row; the names are those of landmarks. Face (23 to 90) and fingertips aside.
_HAND: Final = {"left": 91, "right": 112}  # rows of the wrists; then four of each finger, from the thumb on
WHOLE_BODY: Final[Mapping[int, str]] = {
    **dict(enumerate(COCO)),
    17: "left_foot_index", 19: "left_heel", 20: "right_foot_index", 22: "right_heel",
    **{_HAND[s] + 2: f"{s}_thumb" for s in SIDES},
    **{_HAND[s] + 5: f"{s}_index" for s in SIDES},
    **{_HAND[s] + 17: f"{s}_pinky" for s in SIDES},
}  # fmt: skip
LAYOUTS: Final[Mapping[int, Mapping[int, str]]] = {17: dict(enumerate(COCO)), 133: WHOLE_BODY}  # by number of keypoints
# Landmarks that hang on another one: where they have no keypoint of their own, they move along with it.
_HANGING: Final[Mapping[str, tuple[str, ...]]] = {
    **{f"{s}_wrist": (f"{s}_index", f"{s}_pinky", f"{s}_thumb") for s in SIDES},
    **{f"{s}_ankle": (f"{s}_heel", f"{s}_foot_index") for s in SIDES},
    **{f"{s}_eye": (f"{s}_eye_inner", f"{s}_eye_outer") for s in SIDES},
    "nose": ("mouth_left", "mouth_right"),
}
_FOUND: Final = 0.2  # score from which on a keypoint takes the place of its landmark


@dataclass(frozen=True, eq=False)
class Keypoints:
    """Where landmarks are in a picture: names of N landmarks, points (N, 2) px, scores (N,) 0..1."""

    names: tuple[str, ...]
    points: np.ndarray
    scores: np.ndarray

    @classmethod
    def of_layout(cls, points: np.ndarray, scores: np.ndarray) -> Keypoints:
        """Those of a model's keypoints (K, 2) px with scores (K,) that are landmarks; K is 17 or 133."""
        layout = LAYOUTS[len(points)]
        return cls(tuple(layout.values()), points[list(layout)], scores[list(layout)])


def with_keypoints(person: Person, found: Keypoints) -> Person:
    """The person with its landmarks where keypoints are in the picture, and the depth of the landmark network.

    Scores become votes. A landmark far from its keypoint was taken for something else, and its depth is as doubtful:
    the distance, in m, goes into its spread.
    """
    sure = found.scores >= _FOUND
    rows = np.array([INDEX[name] for name in found.names], int)[sure]
    if len(rows) == 0:
        return person
    moved = np.zeros((len(person.points), 2))
    moved[rows] = found.points[sure] - person.points[rows]
    named = set(np.array(found.names)[sure])
    for name, hanging in _HANGING.items():
        for other in hanging if name in named else ():
            if other not in named:
                moved[INDEX[other]] = moved[INDEX[name]]
    votes, visible = person.votes.copy(), person.visible.copy()
    votes[rows] = found.scores[sure]
    visible[rows] = np.maximum(visible[rows], found.scores[sure])
    metre = _pixels_per_metre(person, found, rows, sure)
    space = person.space.copy()
    space[:, :2] += moved / metre
    spread = np.hypot(person.spread, np.linalg.norm(moved, axis=1) / metre)
    return replace(person, points=person.points + moved, space=space, votes=votes, visible=visible, spread=spread)


def _pixels_per_metre(person: Person, found: Keypoints, rows: np.ndarray, sure: np.ndarray) -> float:
    """How large a metre is in the picture at the person: how far apart keypoints lie there, and their landmarks."""
    weight = found.scores[sure][:, None]
    spans = []
    for at in (found.points[sure], person.space[rows, :2]):
        middle = (weight * at).sum(axis=0) / weight.sum()
        spans.append(float(np.sqrt((weight * (at - middle) ** 2).sum() / weight.sum())))
    return max(spans[0], 1.0) / max(spans[1], 0.05)
