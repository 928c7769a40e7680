"""Who is seen to stand on both feet has both on the ground, and a foot that is raised stays up."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.model import BodyModel
from backend.body.png import encode_png
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.pipeline import Pipeline
from backend.vision.fit import Fit
from backend.vision.landmarks import INDEX as LANDMARK
from backend.vision.photo import pose_photo
from backend.vision.standing import resting
from rigs.skeleton import INDEX
from rigs.wire import ImageBytes, PoseRequest

from .scenes import scene

SHAPED = BodyModel.load().shaped()
SEEN = np.ones(33)


def lowest(found: Fit) -> dict[str, float]:
    """Height (m) of the lowest vertex of each foot."""
    skin = SHAPED.posed(rotmat_to_rotvec(found.local), found.transl).vertices()
    strongest = SHAPED.model.skin_idx[np.arange(len(skin)), np.argmax(SHAPED.model.skin_w, axis=1)]
    return {
        s: float(skin[np.isin(strongest, [INDEX[f"{s}_ankle"], INDEX[f"{s}_foot"]]), 1].min())
        for s in ("left", "right")
    }


def fitted(prompt: str, degrees: float) -> Fit:
    drawn = scene(prompt, degrees)
    return pose_photo(ImageBytes(encode_png(drawn.pixels)), drawn.box, None, SHAPED).fit


@pytest.mark.parametrize("prompt", ["waving with the right hand", "walking", "lunge"])
@pytest.mark.parametrize("degrees", [15.0, 60.0])
def test_both_feet_are_on_the_ground(prompt: str, degrees: float) -> None:
    heights = lowest(fitted(prompt, degrees))
    assert max(heights.values()) < 0.03 and min(heights.values()) > -0.01


def test_a_foot_that_is_raised_stays_up() -> None:
    heights = lowest(fitted("tree pose on the left leg", 15.0))
    assert heights["right"] > 0.25 and abs(heights["left"]) < 0.01


def posed_by(prompt: str) -> tuple[np.ndarray, np.ndarray]:
    pose = Pipeline().pose(PoseRequest(prompt=prompt)).poses[0].pose
    return rotvec_to_rotmat(pose.rotvecs), pose.transl


def test_a_foot_bears_by_what_of_it_is_low() -> None:
    standing = resting(SHAPED, *posed_by("standing"), SEEN)
    assert standing is not None and set(standing.parts) == {"left_foot", "right_foot"}
    tiptoe = resting(SHAPED, *posed_by("standing on tiptoe"), SEEN)
    assert tiptoe is not None and set(tiptoe.parts) == {"left_toes", "right_toes"}


def test_feet_that_were_not_seen_or_are_in_the_air_bear_nothing() -> None:
    hidden = SEEN.copy()
    hidden[LANDMARK["left_ankle"]] = 0.1
    assert resting(SHAPED, *posed_by("standing"), hidden) is None
    assert resting(SHAPED, *posed_by("tree pose on the left leg"), SEEN) is None
