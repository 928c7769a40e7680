"""What UniPose learns from in stages 2 to 4: tasks of the instruction format, filled with poses, texts and renders.

Texts and poses come from the data that `backend.train.data.build` makes; pictures are drawn from the poses themselves,
since the published ImageScript and ImageDiff are not there to be had. Each item is made from its number alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from backend.body.picture import draw, figure, view_camera
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat, yaw_rotmat
from backend.errors import BadInput
from backend.lm.pose_instructions import TASKS, Task, drawn
from backend.lm.unipose import UniPose
from backend.lm.unipose_reading import Read, ReadBatch, joined
from rigs.wire import Pose


class Texts(Protocol):
    """Where poses (52, 3) rad and texts about them come from; `backend.train.data.examples.Corpus` is one."""

    def captioned(self, rng: np.random.Generator, long: bool = True) -> tuple[np.ndarray, str]:
        """A pose and a text about it."""
        ...

    def edit(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, str]:
        """Two poses and the instruction that turns the first into the second."""
        ...

    def difference(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, str]:
        """Two poses and all that changes."""
        ...


@dataclass(frozen=True, eq=False)
class Items:
    """Conversations by number, for one model.

    mix: task -> how often it comes up, relative to the others. picture_size: px of a side of drawn pictures.
    """

    texts: Texts
    model: UniPose
    mix: Mapping[str, float]
    seed: int
    picture_size: int = 256

    def __post_init__(self) -> None:
        unknown = sorted(set(self.mix) - set(TASKS))
        if unknown:
            raise BadInput(f"there is no task {unknown[0]!r}", f"tasks: {', '.join(TASKS)}")
        if not self.mix or min(self.mix.values()) < 0 or not any(self.mix.values()):
            raise BadInput("mix: expected shares of which none is negative and one is positive", "e.g. edit: 1")

    def batch(self, first: int, count: int) -> ReadBatch:
        """The items from the first-th on."""
        return joined([self.item(first + k) for k in range(count)], self.model.pad_id)

    def item(self, number: int) -> Read:
        """The conversation of this number: the same for the same texts, mix and seed."""
        rng = np.random.default_rng([self.seed, number])
        names = sorted(self.mix)
        weights = np.array([self.mix[n] for n in names])
        task = names[int(rng.choice(len(names), p=weights / weights.sum()))]
        return self.of_task(task, rng)  # type: ignore[arg-type]

    def of_task(self, task: Task, rng: np.random.Generator) -> Read:
        """One conversation of a task."""
        things, pictures = self._things(task, rng)
        question, answer = drawn(task, rng).filled(**things)
        turns = [("user", question), ("assistant", answer)]
        shown = sorted((question.index(f"\0{k}"), k) for k in range(len(pictures)))
        for k in range(len(pictures)):
            turns = [(role, text.replace(f"\0{k}", self.model.reader.picture)) for role, text in turns]
        return self.model.reader.read(turns, [pictures[k] for _, k in shown])

    def _things(self, task: Task, rng: np.random.Generator) -> tuple[dict[str, str], list[np.ndarray]]:
        """What fills the template of a task, pictures as marks of their number, and the pictures."""
        if task in ("pose_to_text", "text_to_pose"):
            pose, caption = self.texts.captioned(rng)
            return {"caption": caption, "pose": self._told(pose)}, []
        if task in ("edit", "pose_difference"):
            before, after, text = self.texts.edit(rng) if task == "edit" else self.texts.difference(rng)
            return {"caption": text, "pose": self._told(before), "other": self._told(after)}, []
        if task == "image_difference":
            before, after, text = self.texts.difference(rng)
            pictures = [self._picture(_turned(p, rng)) for p in (before, after)]
            return {"caption": text, "image": "\0000", "other_image": "\0001"}, pictures
        pose, caption = self.texts.captioned(rng)
        seen = _turned(pose, rng)
        things = {"caption": caption, "image": "\0000"}
        if task == "image_to_pose":
            things["pose"] = self._told(seen, picture=True)
        return things, [self._picture(seen)]

    def _told(self, pose: np.ndarray, picture: bool = False) -> str:
        """A pose (52, 3) rad as its tokens, one of a picture with its heading."""
        return self.model.told(pose, picture)

    def _picture(self, pose: np.ndarray) -> np.ndarray:
        """A render (s, s, 3) of a pose (52, 3) rad from the front."""
        from backend.train.data.poses import whole

        body = figure(Pose(whole(pose), np.zeros(3)))
        size = (self.picture_size, self.picture_size)
        return draw(body, view_camera(body, 0.0, size), size)


def _turned(pose: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A pose (52, 3) rad, turned about the vertical to face anywhere."""
    out = pose.copy()
    out[0] = rotmat_to_rotvec(yaw_rotmat(rng.uniform(-np.pi, np.pi)) @ rotvec_to_rotmat(pose[0]))
    return out
