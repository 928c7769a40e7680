"""The 55 joints and the names people use for them."""

from __future__ import annotations

import numpy as np
import pytest

from rigs.skeleton import (
    GROUPS,
    INDEX,
    JOINTS,
    MIRROR,
    N_BODY,
    N_JOINTS,
    PARENTS,
    UnknownJoint,
    expand_joints,
    joint_index,
    mirror_name,
    mirror_rotvecs,
)


def test_smplx_order() -> None:
    assert (N_JOINTS, N_BODY, JOINTS[0], JOINTS[21], JOINTS[22], JOINTS[25], JOINTS[40], JOINTS[54]) == (
        55, 22, "pelvis", "right_wrist", "jaw", "left_index1", "right_index1", "right_thumb3",
    )  # fmt: skip


def test_every_parent_comes_before_its_child() -> None:
    assert PARENTS[0] == -1
    assert all(0 <= parent < child for child, parent in enumerate(PARENTS) if child)


def test_fingers_hang_from_their_wrist() -> None:
    for name in ("left_index1", "left_thumb1", "right_pinky1"):
        assert JOINTS[PARENTS[INDEX[name]]] == name.split("_")[0] + "_wrist"
    assert JOINTS[PARENTS[INDEX["left_ring3"]]] == "left_ring2"


def test_mirror_swaps_sides_and_is_its_own_inverse() -> None:
    assert (MIRROR[MIRROR] == np.arange(N_JOINTS)).all()
    assert mirror_name("left_knee") == "right_knee"
    assert mirror_name("spine2") == "spine2"


def test_mirrored_rotations_mirror_back_and_swap_sides() -> None:
    pose = np.random.default_rng(0).normal(size=(2, N_JOINTS, 3))
    mirrored = mirror_rotvecs(pose)
    np.testing.assert_allclose(mirror_rotvecs(mirrored), pose)
    np.testing.assert_allclose(mirrored[0, INDEX["left_knee"]], pose[0, INDEX["right_knee"]] * [1, -1, -1])


def test_names_groups_and_aliases() -> None:
    assert joint_index("left_eye") == INDEX["left_eye_smplhf"]
    assert expand_joints(["head", "left_knee"]) == ("left_knee", "neck", "head")
    assert expand_joints(["all"]) == JOINTS
    assert expand_joints([]) == ()


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_is_made_of_joints(group: str) -> None:
    assert set(GROUPS[group]) <= set(JOINTS)
    assert expand_joints([group])


@pytest.mark.parametrize(
    ("name", "near"), [("left_elbo", "left_elbow"), ("rigth_knee", "right_knee"), ("", "left_elbow")]
)
def test_an_unknown_joint_names_what_was_meant(name: str, near: str) -> None:
    with pytest.raises(UnknownJoint, match=near):
        joint_index(name)
