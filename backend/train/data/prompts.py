"""Prompts of our own making, for poses and for edits: the embedded engine answers them, and the model learns from that.

`{s}` is one side and `{o}` the other, `{n}` degrees and `{c}` centimetres. Parts are combined at random; what the
engine cannot read whole or cannot meet is thrown away by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from backend.posecodes.vocabulary import SIDES

_POSTURES: Final = (
    "standing", "standing upright", "standing with the feet wide apart", "standing with the feet together",
    "standing on the {s} leg", "lunging with the {s} leg in front", "squatting", "deep squat", "half squat",
    "kneeling", "kneeling on the {s} knee", "sitting on a chair", "sitting cross-legged", "sitting on the ground",
    "sitting on the ground with the legs stretched out", "sitting on the heels", "lying on the back",
    "lying on the front", "lying on the {s} side", "on all fours", "crouching", "walking", "running",
    "leaning on a wall", "standing with the {s} knee raised", "standing with the legs crossed", "tiptoeing",
    "standing with both knees bent", "a step forward with the {s} foot", "bending forward", "bowing",
)  # fmt: skip
_ARMS: Final = (
    "both arms raised overhead", "arms stretched out to the sides", "arms crossed", "hands on the hips",
    "hands behind the head", "hands behind the back", "both arms stretched forward", "arms hanging relaxed",
    "palms together in front of the chest", "both fists raised", "hands on the knees", "both hands on the head",
    "elbows bent at a right angle", "both hands on the chest", "arms raised in a V", "both elbows bent {n} degrees",
    "both hands clenched into fists", "both palms facing up", "hands on the belly",
    "both arms raised to shoulder height",
    "hands folded in front of the hips", "both arms raised {n} degrees to the side", "thumbs up with both hands",
)  # fmt: skip
_ARM: Final = (
    "the {s} arm raised overhead", "the {s} arm stretched out to the side", "the {s} arm stretched forward",
    "the {s} arm pointing down", "the {s} arm stretched back", "the {s} hand on the {s} hip",
    "the {s} hand on the {o} shoulder", "the {s} hand on the head", "the {s} hand on the chest",
    "the {s} hand on the belly", "the {s} hand behind the back", "the {s} hand at the {s} ear",
    "the {s} hand on the {s} knee", "the {s} hand on the {o} knee", "the {s} hand on the chin",
    "the {s} hand behind the head", "the {s} elbow bent 90 degrees", "the {s} elbow bent 120 degrees",
    "the {s} elbow bent 45 degrees", "the {s} arm raised to shoulder height", "the {s} hand waving",
    "the {s} fist raised", "pointing forward with the {s} hand", "pointing up with the {s} hand",
    "the {s} elbow bent {n} degrees", "the {s} arm raised {n} degrees to the side", "the {s} hand open",
    "the {s} arm raised {n} degrees to the front", "the {s} hand clenched into a fist", "the {s} index finger pointing",
    "thumbs up with the {s} hand", "the {s} palm facing forward", "the {s} palm facing up",
    "the {s} arm across the chest",
    "the {s} arm raised to the side by 45 degrees", "the {s} hand on the {o} elbow", "the {s} hand on the forehead",
)  # fmt: skip
_LEG: Final = (
    "the {s} knee bent 90 degrees", "the {s} leg stretched forward", "the {s} leg raised to the side",
    "the {s} leg raised back", "the {s} foot in front", "the {s} knee raised to hip height",
    "both knees slightly bent", "the feet shoulder width apart", "the {s} foot on the {o} knee",
    "the {s} knee bent {n} degrees", "both knees bent {n} degrees", "the {s} leg raised forward",
)  # fmt: skip
_HEAD: Final = (
    "looking up", "looking down", "looking to the {s}", "looking straight ahead", "the head tilted to the {s}",
    "looking over the {s} shoulder", "the head bowed", "the head turned to the {s}", "looking up to the {s}",
    "the head turned {n} degrees to the {s}", "looking down at the {s} hand", "the head tilted back",
)  # fmt: skip
_TRUNK: Final = (
    "leaning forward", "leaning back", "leaning to the {s}", "the torso twisted to the {s}",
    "leaning forward {n} degrees", "the torso turned {n} degrees to the {s}", "bent over at the hips",
    "a side bend to the {s}", "leaning {n} degrees to the {s}", "the back arched",
)  # fmt: skip
_EDITS: Final = (
    "raise the {s} arm", "raise the {s} arm more", "lower the {s} arm", "lower both arms", "raise both arms",
    "bend the {s} elbow", "bend the {s} elbow by {n} degrees", "straighten the {s} elbow", "straighten the {s} arm",
    "bend the {s} knee", "bend the {s} knee by {n} degrees", "bend both knees", "straighten both knees",
    "straighten the {s} leg", "lift the {s} knee", "raise the {s} leg to the side", "move the {s} foot forward",
    "move the {s} foot back", "move the feet apart", "bring the feet together", "turn the head to the {s}",
    "turn the head {n} degrees to the {s}", "look up", "look down", "look to the {s}", "tilt the head to the {s}",
    "lean forward", "lean back", "lean to the {s}", "lean {n} degrees forward", "twist the torso to the {s}",
    "put the {s} hand on the hip", "put the {s} hand on the head", "put the {s} hand on the {o} shoulder",
    "put the {s} hand on the chest", "put both hands on the hips", "cross the arms", "mirror the pose",
    "move the {s} hand up", "move the {s} hand forward", "move the {s} hand {c} cm up", "move the {s} hand {c} cm down",
    "move the {s} hand {c} cm forward", "move the {s} hand to the {o}", "make a fist with the {s} hand",
    "turn the whole body to the {s}", "put the hands behind the head", "stretch the {s} arm forward",
    "stretch the {s} arm out to the side", "stretch both arms out to the sides", "let both arms hang", "crouch more",
    "bring the elbows closer to the body", "raise the {s} arm by {n} degrees", "lower the {s} arm by {n} degrees",
)  # fmt: skip

_NAMED: Final = 0.35  # share of prompts with the name of a pose, where there are names


def pose_prompt(rng: np.random.Generator, names: Sequence[str] = ()) -> str:
    """Like "kneeling on the left knee with the right hand on the hip, looking up".

    Args:
        names: of poses, that some prompts begin with instead of a posture.
    """
    kept: list[str] = []
    if rng.random() < 0.4:
        kept.append(_pick(_ARMS, rng))
    else:
        side = int(rng.integers(2))
        kept.append(_pick(_ARM, rng, side))
        if rng.random() < 0.5:
            kept.append(_pick(_ARM, rng, 1 - side))
    for parts, share in ((_LEG, 0.15), (_TRUNK, 0.2), (_HEAD, 0.35)):
        if rng.random() < share:
            kept.append(_pick(parts, rng))
    named = bool(names) and rng.random() < _NAMED
    posture = str(rng.choice(names)) if named else _pick(_POSTURES, rng)
    if named:
        kept = kept[: int(rng.integers(1, 3))]
    elif rng.random() < 0.15:
        return posture
    if not named and rng.random() < 0.2:
        return ", ".join(kept)
    join = ", " if " with " in posture or rng.random() < 0.5 else " with "
    return posture + join + ", ".join(kept)


def edit_prompt(rng: np.random.Generator) -> str:
    """Like "raise the left arm more", now and then two at once."""
    first = _pick(_EDITS, rng)
    return f"{first} and {_pick(_EDITS, rng)}" if rng.random() < 0.2 else first


def _pick(parts: tuple[str, ...], rng: np.random.Generator, side: int | None = None) -> str:
    chosen = int(rng.integers(2)) if side is None else side
    degrees, cm = 5 * int(rng.integers(2, 13)), 5 * int(rng.integers(1, 7))
    return str(rng.choice(parts)).format(s=SIDES[chosen], o=SIDES[1 - chosen], n=degrees, c=cm)
