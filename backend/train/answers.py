"""What engines answer, in the layout of the data, and how far it is from what was meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.errors import BadInput
from backend.pipeline import Pipeline
from backend.posecodes.classes import TRACKED, agreeing, values_of
from backend.posecodes.tracking import posed
from backend.solver import neutral_stance
from rigs.wire import Pose, PoseRequest

from .data.poses import learned, whole
from .kinematics import body_joints, rest_joints
from .metrics import mpjpe, pa_mpjpe

_STANDING = np.array([0.0, 0.9, 0.0])  # m; about where a pelvis is


@dataclass(frozen=True, eq=False)
class Answers:
    """rotvecs: (n, 52, 3) rad facing ahead, the stance at ease where there was no pose. answered: (n,) bool."""

    rotvecs: np.ndarray
    answered: np.ndarray
    replies: tuple[str, ...]


class Asked:
    """One engine, asked through the pipeline as any user asks it."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self._pipeline = Pipeline()

    def poses(self, prompts: Sequence[str], starts: np.ndarray | None = None) -> Answers:
        """An answer to each prompt, with the pose (52, 3) that it starts from where there is one.

        Raises:
            NotAvailable: the engine cannot be used here.
        """
        ease = learned(rotmat_to_rotvec(neutral_stance()))
        out, answered, replies = [], [], []
        for i, prompt in enumerate(prompts):
            start = None if starts is None else given(starts[i])
            try:
                result = self._pipeline.pose(PoseRequest(prompt=prompt, start=start, engine=self.engine))
            except BadInput as fault:  # this prompt is nothing to this engine; the others may be
                out.append(ease)
                answered.append(False)
                replies.append(fault.message)
                continue
            out.append(learned(result.poses[0].pose.rotvecs) if result.poses else ease)
            answered.append(bool(result.poses))
            replies.append(result.reply)
        return Answers(np.stack(out), np.array(answered), tuple(replies))


def given(rotvecs: np.ndarray) -> Pose:
    """A pose of the data (52, 3) as a user would have it in the scene."""
    return Pose(whole(rotvecs), _STANDING)


def distances(answers: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Mean MPJPE and PA-MPJPE (mm) of poses (n, 52, 3), over the 22 joints of the body."""
    a, b = body_joints(answers), body_joints(truth)
    return {"MPJPE": float(mpjpe(a, b).mean()), "PA-MPJPE": float(pa_mpjpe(a, b).mean())}


def agreement(answers: np.ndarray, truth: np.ndarray) -> float:
    """Percent of the posecodes of the true poses that hold in the answers as well (PoseScript's classes)."""
    shares = []
    for a, b in zip(answers, truth, strict=True):
        held = agreeing(_values(b), _values(a))
        shares.append(np.mean(list(held.values())))
    return float(100 * np.mean(shares))


def _values(rotvecs: np.ndarray) -> dict[str, float]:
    local = rotvec_to_rotmat(whole(rotvecs))
    return values_of(posed(rest_joints(), local, np.zeros(3), TRACKED))
