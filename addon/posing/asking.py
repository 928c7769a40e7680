"""From the scene and the panel's settings to a request: who is posed, what they do now, what may move.

Main thread only. What needs numpy is imported where it is used, see `session`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import bpy

from ..service.client import ServiceError
from ..service.jobs import Job
from ..settings import preferences
from .choices import SCOPE_GROUPS

if TYPE_CHECKING:
    from ...rigs.wire import Image, Pose, PoseRequest
    from ..memory.conversation import Talks
    from ..rig.armature import Target

_AT_REST: Final = 1e-3  # rad


class CannotAsk(ServiceError):
    """The request cannot be made as things are; nothing was sent."""


@dataclass(frozen=True)
class Wish:
    """What the animator wants, apart from who is meant.

    mode and scope are identifiers of `choices`; count: how many alternatives; picture: what to look at, and its name
    for people; person and box say who in the picture is meant. everyone: all selected characters get the pose.
    """

    words: str = ""
    mode: str = "auto"
    scope: str = "ALL"
    count: int = 1
    seed: int = 0
    engine: str = "auto"
    picture: Image | None = None
    picture_name: str = ""
    person: str | None = None
    box: tuple[float, float, float, float] | None = None
    everyone: bool = False

    @property
    def said(self) -> str:
        """The words for the history and the conversation; a picture alone is called by its name."""
        return self.words or (f"[{self.picture_name or 'picture'}]" if self.picture is not None else "")


def make_job(context: bpy.types.Context, wish: Wish, talks: Talks, *, running: bool) -> Job:
    """A job from what is there now: the wish, the armature, its pose, locks and conversation.

    Raises:
        CannotAsk: with the reason in plain words.
    """
    from ..rig.armature import CannotPose, Target, check_usable, find_armature

    check_words(wish)
    if not running and not preferences.auto_start():
        raise CannotAsk("The pose service is stopped.", "Press Start below.")
    armature = find_armature(context)
    if armature is None:
        raise CannotAsk("There is nothing to pose.", "Select an armature with SMPL-X bones, or press Add Body.")
    try:
        check_usable(armature)
        target = Target.of(armature)
        request = _request(context, wish, armature, target, talks)
    except (CannotPose, FileNotFoundError) as error:
        raise CannotAsk(str(error)) from None
    return Job(request, target, preferences.launch_plan(), said=wish.said, everyone=wish.everyone, wish=wish)


def check_words(wish: Wish) -> None:
    """Raises CannotAsk where there is nothing to go by, or too much of it."""
    from ...rigs.wire import MAX_PROMPT_CHARS

    if not wish.words and wish.picture is None and wish.mode != "describe":
        raise CannotAsk("There are no words yet.", 'Type a pose, such as "sitting on the floor, hugging the knees".')
    if len(wish.words) > MAX_PROMPT_CHARS:
        raise CannotAsk(
            f"The text has {len(wish.words):,} characters; at most {MAX_PROMPT_CHARS:,} are allowed.", "Shorten it."
        )


def _request(
    context: bpy.types.Context, wish: Wish, armature: bpy.types.Object, target: Target, talks: Talks
) -> PoseRequest:
    from ...rigs.wire import PoseRequest
    from ..rig.armature import locked_joints, read_pose

    start = read_pose(armature)
    return PoseRequest(
        prompt=wish.words,
        image=wish.picture,
        box=wish.box,
        person=int(wish.person) if wish.person and wish.person.isdecimal() else wish.person,
        start=start,
        turns=() if wish.mode == "new" or wish.picture is not None else tuple(talks.of(target.session_uid).turns),
        scope=scope_joints(context, wish.scope, armature),
        locks=locked_joints(armature),
        n=wish.count,
        seed=wish.seed,
        engine=wish.engine,
        intent="new" if wish.mode == "auto" and _is_at_rest(start) else wish.mode,
    )


def _is_at_rest(pose: Pose) -> bool:
    """Whether no bone is turned: nobody wants the arms of the T-pose kept when the first words are "waving"."""
    return bool((abs(pose.rotvecs[1:]) < _AT_REST).all())


def scope_joints(context: bpy.types.Context, scope: str, armature: bpy.types.Object) -> tuple[str, ...]:
    """Names of the joints and groups that may move; none when all may.

    Raises:
        CannotAsk: only selected bones may move and none is selected.
    """
    if scope != "SELECTED":
        return SCOPE_GROUPS[scope]
    from ..rig.armature import selected_joints
    from .mixing import joint_names

    chosen = joint_names(selected_joints(context, armature))
    if not chosen:
        raise CannotAsk(
            "Only selected bones may move, and none is selected.",
            "Select bones in Pose Mode, or set What May Move to Whole Character.",
        )
    return chosen
