"""Takes keep what was said, come out the same for the same seed, and mirror only where no side was named."""

from __future__ import annotations

from itertools import islice

import pytest

from backend.language.reader import read
from backend.language.takes import takes
from backend.posecodes import mirrored


@pytest.mark.parametrize(
    "prompt", ["walking", "left arm raised, looking up", "sitting on a chair with arms crossed", "kick"]
)
def test_what_was_said_is_in_every_take(prompt: str) -> None:
    reading = read(prompt)
    for take in islice(takes(reading, 3), 9):
        assert take.explicit in (reading.explicit, mirrored(reading.explicit))
        assert set(take.explicit) <= set(take.program)


@pytest.mark.parametrize("prompt", ["walking", "waving", "left hand on the hip"])
def test_a_seed_repeats_its_takes(prompt: str) -> None:
    first, again, other = ([t.program for t in islice(takes(read(prompt), seed), 5)] for seed in (1, 1, 2))
    assert first == again != other


def test_a_named_side_is_never_mirrored() -> None:
    reading = read("kicking with the left leg, right arm raised")
    assert reading.sided
    assert all(take.explicit == reading.explicit for take in islice(takes(reading, 0), 12))


def test_a_mood_that_was_asked_for_is_the_only_one() -> None:
    assert all(len(take.moods) == 1 for take in islice(takes(read("tree pose, nervous"), 0), 12))


def test_takes_of_a_kick_are_kicks() -> None:
    assert all("kick" in name for take in islice(takes(read("kick"), 0), 12) for name in take.named)
