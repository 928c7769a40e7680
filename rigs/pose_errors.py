"""What can be wrong with a pose file."""

from __future__ import annotations


class BadPoseFile(ValueError):
    """A file that is not what it should be: `message` says what is wrong, `hint` the next step."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class NoSuchFrame(BadPoseFile):
    """The file is right, and shorter."""
