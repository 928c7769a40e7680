"""addon/posing/mixing.py: blending, mirroring, parts and root modes keep what they promise."""

import numpy as np
import pytest
from posewright_ext.addon.posing import choices, mixing
from posewright_ext.addon.posing.mixing import Mix, mixed
from posewright_ext.addon.rig.retarget import PELVIS, rotvec_to_matrix
from posewright_ext.rigs.skeleton import GROUPS, INDEX, N_JOINTS
from posewright_ext.rigs.wire import Pose


@pytest.fixture
def poses(rng):
    return [Pose(rng.normal(0, 0.5, (N_JOINTS, 3)), rng.normal(0, 1, 3), rng.normal(0, 1, 10)) for _ in range(2)]


def same_rotations(a, b):
    return np.allclose(rotvec_to_matrix(a), rotvec_to_matrix(b), atol=1e-9)


def traces(a, b):
    """Of a^-1 b: the same trace is the same angle."""
    return np.einsum("jab,jab->j", rotvec_to_matrix(a), rotvec_to_matrix(b))


def test_factor_one_is_the_made_pose_and_zero_the_one_before(poses):
    before, made = poses
    full, none = mixed(before, made, Mix()), mixed(before, made, Mix(factor=0.0))
    assert same_rotations(full.rotvecs, made.rotvecs) and np.allclose(full.transl, made.transl)
    assert same_rotations(none.rotvecs, before.rotvecs) and np.allclose(none.transl, before.transl)
    assert np.array_equal(full.betas, before.betas)  # the character keeps its shape


def test_half_way_is_as_far_from_both(poses):
    before, made = poses
    half = mixed(before, made, Mix(factor=0.5)).rotvecs
    assert np.allclose(traces(half, before.rotvecs), traces(half, made.rotvecs))


def test_joints_outside_the_mix_keep_their_very_numbers(poses):
    before, made = poses
    arm = mixing.joint_set(["left_arm"])
    out = mixed(before, made, Mix(joints=arm))
    others = sorted(set(range(N_JOINTS)) - arm)
    assert np.array_equal(out.rotvecs[others], before.rotvecs[others])
    assert np.array_equal(out.transl, before.transl)
    assert same_rotations(out.rotvecs[sorted(arm)], made.rotvecs[sorted(arm)])


def test_mirroring_twice_is_nothing_and_keeps_place_and_heading(poses):
    _, made = poses
    once = mixing.mirrored(made)
    assert same_rotations(mixing.mirrored(once).rotvecs, made.rotvecs)
    assert np.array_equal(once.transl, made.transl)
    assert np.isclose(np.cos(mixing.heading(once.rotvecs[PELVIS]) - mixing.heading(made.rotvecs[PELVIS])), 1.0)
    left, right = INDEX["left_elbow"], INDEX["right_elbow"]
    assert np.allclose(once.rotvecs[left], made.rotvecs[right] * [1, -1, -1])


@pytest.mark.parametrize("root", [name for name, _, _ in choices.ROOTS])
def test_root_modes(poses, root):
    before, made = poses
    out = mixed(before, made, Mix(root=root))
    heading = mixing.heading(out.rotvecs[PELVIS])
    if root == "FULL":
        assert np.allclose(out.transl, made.transl) and same_rotations(out.rotvecs, made.rotvecs)
    if root in ("PLACE", "STAY"):
        assert np.allclose(out.transl[[0, 2]], before.transl[[0, 2]]) and np.isclose(out.transl[1], made.transl[1])
    if root == "STAY":
        assert np.isclose(np.cos(heading - mixing.heading(before.rotvecs[PELVIS])), 1.0)
        # only the heading: how far the hips tilt is the made pose's
        up = [rotvec_to_matrix(p.rotvecs[PELVIS])[1, 1] for p in (out, made)]
        assert np.isclose(*up)
    if root == "NONE":
        assert np.array_equal(out.rotvecs[PELVIS], before.rotvecs[PELVIS])
        assert np.array_equal(out.transl, before.transl)


def test_parts_cover_every_joint_once():
    members = [j for groups in choices.PART_GROUPS.values() for j in mixing.joint_set(groups)]
    assert sorted(members) == list(range(N_JOINTS))


def test_scopes_name_groups_that_exist():
    assert all(group in GROUPS for groups in choices.SCOPE_GROUPS.values() for group in groups)
    assert set(choices.SCOPE_GROUPS) | {"SELECTED"} == {name for name, _, _ in choices.SCOPES}
