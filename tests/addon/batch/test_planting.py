"""addon/batch/planting.py: feet that bear in two poses stay on their spot."""

import numpy as np
import pytest
from posewright_ext.addon.batch.planting import joint_places, planted, settled
from posewright_ext.addon.rig.bodydata import load_body
from posewright_ext.rigs.skeleton import INDEX

LEFT, RIGHT = INDEX["left_foot"], INDEX["right_foot"]


@pytest.fixture
def body():
    return load_body()


def steps(body, count=4, stride=0.35):
    """Poses of a walk in place: legs swung fore and aft in turn, one foot lifted a little while it swings."""
    rotvecs = np.zeros((count, 55, 3))
    for t in range(count):
        ahead, behind = ("left", "right") if t % 2 else ("right", "left")
        rotvecs[t, INDEX[f"{ahead}_hip"], 0], rotvecs[t, INDEX[f"{behind}_hip"], 0] = -stride, stride
    return rotvecs, np.tile(body.stand, (count, 1))


def test_joints_of_the_rest_pose_are_the_rest_joints(body):
    places = joint_places(body.joints, np.zeros((1, 55, 3)), body.joints[:1])
    assert np.allclose(places[0], body.joints)


def test_one_bearing_foot_stays_exactly(body):
    rotvecs, transl = steps(body, 2)
    rotvecs[:, INDEX["right_knee"], 0] = 1.5  # the right foot is in the air in both
    rotvecs[:, INDEX["left_hip"], 0] = [0.1, -0.15]
    moved = planted(body.joints, body.stand, rotvecs, transl).transl
    feet = joint_places(body.joints, rotvecs, moved)[:, LEFT]
    assert np.linalg.norm((feet[1] - feet[0])[[0, 2]]) < 1e-9
    assert np.linalg.norm(moved[1] - transl[1]) > 0.05 and np.allclose(moved[:, 1], transl[:, 1])


def test_without_a_common_bearing_foot_nothing_moves(body):
    rotvecs, transl = steps(body, 3)
    transl[1, 1] += 0.5  # a jump
    moved = planted(body.joints, body.stand, rotvecs, transl).transl
    assert np.array_equal(moved, transl)


def test_feet_that_do_not_move_are_left_alone(body):
    rotvecs, transl = np.zeros((3, 55, 3)), np.tile(body.stand, (3, 1))
    rotvecs[1, INDEX["left_shoulder"], 2] = 1.0
    assert np.allclose(planted(body.joints, body.stand, rotvecs, transl).transl, transl)


def test_in_betweens_keep_a_held_foot_where_it_is(body):
    rotvecs, transl = steps(body, 2)
    rotvecs[:, INDEX["right_knee"], 0] = 1.5
    rotvecs[:, INDEX["left_hip"], 0], rotvecs[:, INDEX["left_knee"], 0] = [0.0, -0.9], [0.0, 1.8]  # into a crouch
    transl[1, 1] -= 0.35
    along = planted(body.joints, body.stand, rotvecs, transl)
    along.held[:] = [[True, False]]
    parts = np.linspace(0.1, 0.9, 5)
    between = rotvecs[0] + parts[:, None, None] * (rotvecs[1] - rotvecs[0])
    straight = along.transl[0] + parts[:, None] * (along.transl[1] - along.transl[0])
    moved = settled(body.joints, between, straight, along.held[0], along.feet, parts)
    wanted = along.feet[0, 0] + parts[:, None] * (along.feet[1, 0] - along.feet[0, 0])
    assert np.allclose(joint_places(body.joints, between, moved)[:, LEFT], wanted)
    glides = np.linalg.norm(joint_places(body.joints, between, straight)[:, LEFT] - wanted, axis=1)
    assert glides.max() > 0.02  # without it the foot leaves its spot
