"""Where somebody in a picture faces, as words of an answer beside a pose that faces ahead.

A pose tokenizer that knows bodies as they face ahead spends none of its codes on headings, and the same body has the
same tokens wherever it faces. The heading that a picture shows stands behind them: "turned 40 degrees to the left".
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

STEP: Final = 5  # deg, to which headings are said
_AHEAD: Final = "facing ahead"
_SAID: Final = re.compile(r"\bturned (\d{1,3}) degrees(?: to the (left|right))?\b")


def heading_words(yaw: float) -> str:
    """A heading (rad about the vertical, positive to the body's own left) in words, to the nearest step."""
    degrees = round(np.degrees(yaw) / STEP) * STEP
    degrees = (degrees + 180) % 360 - 180
    if degrees == 0:
        return _AHEAD
    if abs(degrees) == 180:
        return "turned 180 degrees"
    return f"turned {abs(degrees)} degrees to the {'left' if degrees > 0 else 'right'}"


def heading_in(text: str) -> float:
    """The heading (rad) that the words of an answer say; 0, ahead, where they say none."""
    found = _SAID.search(text)
    if found is None:
        return 0.0
    yaw = float(np.radians(float(found[1]) % 360))
    return -yaw if found[2] == "right" else yaw
