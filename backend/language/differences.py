"""The instruction that turns one pose into another."""

from __future__ import annotations

from rigs.wire import Pose


def difference(a: Pose, b: Pose) -> str:
    """The instruction that turns `a` into `b`."""
    return "Nothing changes."
