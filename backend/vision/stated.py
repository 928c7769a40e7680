"""A fit told what else is so: its pose and the statements in the same solve, with the way back where that fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from backend.body.kinematics import heading_of
from backend.body.model import ShapedBody
from backend.posecodes import Program
from backend.posecodes.tracking import body_at

from .beside import Beside, shares
from .fit import Fit, fit
from .images import Picture
from .layout import standing_as
from .lens import FACING
from .observe import Person

EASY: Final = 36.0  # by which a touch that is really there may raise what the picture costs


def refit(
    found: Fit,
    person: Person,
    picture: Picture,
    shaped: ShapedBody,
    program: Program,
    starts: Sequence[np.ndarray] = (),
    override: bool = False,
) -> Fit:
    """The pose of a fit once more, now with statements beside the picture.

    Args:
        starts: local rotations (55, 3, 3) in the world of the pose, where a solve may begin too.
        override: whether touches win over the picture on the arms that carry them out.
    """
    level = FACING @ found.camera.rotation  # world of the pose -> that of the level camera
    seen = []
    for local in (found.local, *starts):
        turned = local.copy()
        turned[0] = level @ local[0]
        seen.append(turned)
    pelvis = found.camera.rotation @ found.joints[0] + found.camera.translation
    transl = FACING.T @ pelvis - shaped.joints[0]
    heading = level @ heading_of(found.local[0])
    both = fit(person, picture, shaped, beside=Beside(program, shares(program, override), tuple(seen), transl, heading))
    return standing_as(both, found, shaped)


def missed(found: Fit, shaped: ShapedBody, program: Program) -> list[float]:
    """By how many of its tolerances each statement of a program is missed in a pose; 0..1 where it is met."""
    body = body_at(shaped.joints, found.local, found.transl, program)
    return [code.measure(body).error / code.tolerance for code in program]
