"""Words beside a picture: who is meant is parted from what is to change."""

from __future__ import annotations

import pytest

from backend.language.photo_words import photo_words


@pytest.mark.parametrize(
    ("prompt", "who", "change"),
    [
        ("", None, ""),
        ("this pose", None, ""),
        ("copy the pose in this photo", None, ""),
        ("the man on the left", "man on the left", ""),
        ("the pose of the second person from the right", "second person from the right", ""),
        ("the tallest one, but sitting", "tallest one", "same but sitting"),
        ("this, but sitting", None, "same but sitting"),
        ("same pose but with the arms crossed", None, "same but with the arms crossed"),
        ("mirror it", None, "same but mirror it"),
        ("raise the left arm", None, "same but raise the left arm"),
        ("her hands are clasped", None, "same but her hands are clasped"),
        ("left arm up", None, "same but left arm up"),
    ],
)
def test_words_are_parted(prompt: str, who: str | None, change: str) -> None:
    words = photo_words(prompt)
    assert (words.who, words.change) == (who, change)
