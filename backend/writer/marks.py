"""Pictures as a model of vision and language sees them: with a number at everybody (set-of-marks, Yang et al. 2023).

Models name a number that they see far more surely than the corners of a box.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import numpy as np

from backend.vision.detector import Found
from backend.vision.images import Picture
from backend.vision.landmarks import Box
from backend.vision.overlay import numbered
from backend.vision.regions import Region, cropped

_PERSON: Final = 640  # px
_MARGIN: Final = 1.25  # side of what is shown, of the longer side of the person
_QUALITY: Final = 88


def marked(picture: Picture, people: Sequence[Found]) -> bytes:
    """The whole picture as JPEG, with a box and its number, from 0 on, at each of several people."""
    return _jpeg(numbered(picture, people if len(people) > 1 else ()))


def alone(picture: Picture, box: Box) -> bytes:
    """The part of the picture around one person, as JPEG. box: (x, y, w, h) px of the picture that was read."""
    return _jpeg((cropped(picture, Region.around(box, _MARGIN), _PERSON) * 255).astype(np.uint8))


def _jpeg(pixels: np.ndarray) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
