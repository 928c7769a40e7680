"""Pictures over a photo: the skeletons of its poses, or the numbers of the people to choose from."""

from __future__ import annotations

from typing import Final

from backend.body.png import encode_png
from backend.errors import BadInput
from backend.ticks import Tick, quiet
from backend.vision.images import read_picture
from backend.vision.overlay import numbered, over
from backend.vision.vitpose import finders_for
from rigs.wire import Overlay, OverlayRequest

_ZOOM: Final = 2  # of the height that the CLI draws: large enough to judge a pose by
_MARGIN: Final = 1.2  # closer than the CLI's: a panel is small
_LETTERS: Final = 6  # scale of the numbers, to be read in a panel


def photo_overlay(request: OverlayRequest, tick: Tick = quiet) -> Overlay:
    """Draw what a request asks for.

    Raises:
        BadFile: the picture cannot be read. BadInput: nobody is in it. NotAvailable: the photo tier is not set up.
        Cancelled: by `tick`.
    """
    tick("Reading the picture")
    picture = read_picture(request.image)
    if request.poses:
        tick("Drawing")
        return Overlay(encode_png(over(picture, request.poses, _ZOOM, _MARGIN)))
    tick("Looking for people")
    people = finders_for(request.engine).people(picture)
    if not people:
        raise BadInput("I see nobody in this picture", "take another picture", "nobody")
    x_y_w_h = (tuple(v * picture.scale for v in found.box) for found in people)
    return Overlay(encode_png(numbered(picture, people, _LETTERS)), tuple((x, y, w, h) for x, y, w, h in x_y_w_h))
