"""A head that is drawn turned is found turned; without a face the body's landmarks stay."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.camera import framing, orbit_direction
from backend.body.model import BodyModel
from backend.body.picture import draw, figure
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.pipeline import Pipeline
from backend.posecodes.tracking import body_at
from backend.vision.head import face_turn, with_face
from backend.vision.images import Picture
from backend.vision.observe import observe
from rigs.skeleton import INDEX
from rigs.wire import Pose, PoseRequest

SIZE = (420, 480)
BOX = (90.0, 10.0, 240.0, 470.0)


@pytest.mark.parametrize("turn", [(0.0, 40.0, 0.0), (28.0, 0.0, 0.0), (-20.0, -25.0, 0.0), (0.0, 0.0, 20.0)])
def test_a_turned_head_is_found_turned(turn: tuple[float, float, float]) -> None:
    pose = Pipeline().pose(PoseRequest(prompt="standing")).poses[0].pose
    rotvecs = pose.rotvecs.copy()
    rotvecs[[INDEX["neck"], INDEX["head"]]] = np.radians(turn) / 2
    body = figure(Pose(rotvecs, pose.transl, pose.betas))
    near = body.vertices[body.vertices[:, 1] > body.vertices[:, 1].max() - 1.05]
    camera = framing(near, orbit_direction(0.1, 0.1), SIZE)
    picture = Picture(draw(body, camera, SIZE))
    found = face_turn(picture, observe(picture, BOX))
    assert found is not None
    local = rotvec_to_rotmat(rotvecs)
    true = camera.rotation @ body_at(BodyModel.load().shaped().joints, local, np.zeros(3), ()).world[0, INDEX["head"]]
    assert np.degrees(np.linalg.norm(rotmat_to_rotvec(true.T @ found))) < 14


def test_without_a_face_the_bodys_landmarks_stay() -> None:
    grey = Picture(np.full((*SIZE[::-1], 3), 128, np.uint8))
    person = observe(grey, BOX)
    assert with_face(grey, person) is person
