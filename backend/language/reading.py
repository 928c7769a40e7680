"""What was made of a prompt: a value, complete at birth."""

from __future__ import annotations

from dataclasses import dataclass

from backend.posecodes import Program

from .compose import composed
from .modifiers import Mood


@dataclass(frozen=True)
class Reading:
    """What was made of a prompt.

    program: all statements; named: atlas entries used; explicit: what was said in body language; unread: content words
    nothing was made of; notes: assumptions to tell the user; stance: trunk and legs of a gesture, for a new pose only.
    """

    program: Program
    named: tuple[str, ...] = ()
    explicit: Program = ()
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    free: tuple[int, ...] = ()
    """Places of the unread words."""
    sided: bool = False
    """Whether the words name a side, so that the mirror image is not what was asked."""
    unshown: tuple[str, ...] = ()
    """What was understood of a motion and has no place in one pose: "4 steps", "in a circle"."""
    moods: tuple[Mood, ...] = ()
    """Moods and energies that change what the program comes to ("tired", "proudly"); see in_mood."""
    stance: Program = ()

    @property
    def is_empty(self) -> bool:
        return not self.program and not self.moods

    @property
    def whole(self) -> Program:
        """The program of a pose that is made anew."""
        return composed(self.stance, self.program)
