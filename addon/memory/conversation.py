"""What was said about a character and which poses came of it: the turns that a request carries. No bpy.

The pose service keeps nothing between requests, so "more" and "undo the head turn" are understood from these turns.
Each character has a conversation of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ...rigs.wire import Pose, Turn

KEEP: Final = 24  # turns; older ones are of no use to "more", and every request carries them all


@dataclass(frozen=True)
class Exchange:
    """What the animator said, what came back, and whether a pose came with it."""

    said: str
    reply: str
    posed: bool


@dataclass(eq=False)
class Talk:
    """The conversation about one character."""

    turns: list[Turn] = field(default_factory=list)

    def add(self, said: str, before: Pose | None, reply: str, after: Pose | None) -> None:
        """Remember an exchange; `before` and `after` are the poses around it."""
        from ...rigs.wire import Turn

        self.turns += [Turn("user", said, before), Turn("assistant", reply, after)]
        del self.turns[:-KEEP]

    def revise(self, said: str, after: Pose) -> None:
        """Another alternative was taken for the last thing said."""
        from ...rigs.wire import Turn

        if self.turns and self.turns[-2].text == said:
            self.turns[-1] = Turn("assistant", self.turns[-1].text, after)

    @property
    def exchanges(self) -> list[Exchange]:
        """Oldest first."""
        pairs = zip(self.turns[::2], self.turns[1::2], strict=False)
        return [Exchange(user.text, back.text, back.pose is not None) for user, back in pairs]


class Talks:
    """All conversations of this session, by the `session_uid` of the armature."""

    def __init__(self) -> None:
        self._by_uid: dict[int, Talk] = {}

    def of(self, uid: int) -> Talk:
        return self._by_uid.setdefault(uid, Talk())

    def forget(self, uid: int | None = None) -> None:
        """Begin anew with one character, or with all (another file was opened)."""
        if uid is None:
            self._by_uid.clear()
        else:
            self._by_uid.pop(uid, None)
