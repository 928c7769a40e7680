"""Pictures to check poses from a photo by, and to say who of a photo is meant: what is asked and what comes back."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np

from .decode import Fields, WireError
from .pictures import png_from
from .request import MAX_POSES, Image, image_from_dict
from .result import PoseEntry

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class OverlayRequest:
    """Draw over a picture: the body of POST /v1/overlays.

    poses: entries of the picture's answer, whose skeletons are drawn, several with their numbers from 1; without them
    everybody in the picture gets a box and the number that `PoseRequest.person` takes. engine: whose finders look.
    """

    image: Image
    poses: tuple[PoseEntry, ...] = ()
    engine: str = "auto"

    def to_dict(self) -> dict[str, Any]:
        return {"image": self.image.to_dict(), "poses": [p.to_dict() for p in self.poses], "engine": self.engine}

    @classmethod
    def from_dict(cls, value: Any, path: str = "") -> OverlayRequest:
        f = Fields(value, path)
        image = image_from_dict(f.raw("image", required=True), f.at("image"))
        poses = f.items("poses", PoseEntry.from_dict)
        if len(poses) > MAX_POSES:
            raise WireError(f.at("poses"), f"expected up to {MAX_POSES} poses, got {len(poses)}")
        for i, entry in enumerate(poses):
            if entry.camera is None or entry.person is None:
                raise WireError(f"{f.at('poses')}[{i}]", "not from a picture: the pose has no camera or no person")
        out = cls(image, poses, f.text("engine", "auto"))
        f.done()
        return out


@dataclass(frozen=True)
class Overlay:
    """A square PNG file (base64 on the wire); where people were looked for, their boxes by number, px of the file."""

    png: bytes
    people: tuple[Box, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"picture": base64.b64encode(self.png).decode("ascii"), "people": [list(box) for box in self.people]}

    @classmethod
    def from_dict(cls, value: Any, path: str = "") -> Overlay:
        f = Fields(value, path)
        out = cls(png_from(f.raw("picture", required=True), f.at("picture")), f.items("people", _box))
        f.done()
        return out


def _box(value: Any, path: str) -> Box:
    x, y, w, h = np.asarray(Fields({"box": value}, path).array("box", (4,), required=True)).tolist()
    return (x, y, w, h)
