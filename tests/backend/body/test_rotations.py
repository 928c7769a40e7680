import numpy as np
import pytest

from backend.body.rotations import (
    best_rotation,
    geodesic,
    quat_wxyz_to_rotvec,
    rotation_between,
    rotmat_to_quat_wxyz,
    rotmat_to_rotvec,
    rotvec_to_quat_wxyz,
    rotvec_to_rotmat,
    skew,
    yaw_rotmat,
)


@pytest.mark.parametrize("size", [1e-9, 1e-7, 1e-3, 1.0, 3.0])
def test_rotvec_survives_matrix_and_quaternion(size):
    v = np.random.default_rng(0).normal(size=(50, 3))
    v = v / np.linalg.norm(v, axis=1, keepdims=True) * size
    assert np.allclose(rotmat_to_rotvec(rotvec_to_rotmat(v)), v, atol=1e-9)
    assert np.allclose(quat_wxyz_to_rotvec(rotvec_to_quat_wxyz(v)), v, atol=1e-9)


def test_half_turns_keep_their_rotation():
    for axis in np.eye(3):
        r = rotvec_to_rotmat(np.pi * axis)
        assert np.allclose(rotvec_to_rotmat(rotmat_to_rotvec(r)), r, atol=1e-9)


def test_quarter_turn_about_y_takes_front_to_left():
    assert np.allclose(yaw_rotmat(np.pi / 2) @ [0, 0, 1], [1, 0, 0])


def test_quaternion_of_a_quarter_turn_about_x():
    assert np.allclose(
        rotmat_to_quat_wxyz(rotvec_to_rotmat(np.array([np.pi / 2, 0, 0]))), [np.sqrt(0.5), np.sqrt(0.5), 0, 0]
    )


def test_skew_is_the_cross_product():
    a, b = np.random.default_rng(1).normal(size=(2, 3))
    assert np.allclose(skew(a) @ b, np.cross(a, b))


def test_rotation_between_carries_one_direction_to_the_other_even_when_opposite():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(2, 20, 3))
    a, b = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (a, b))
    b[0], b[1] = -a[0], a[1]
    assert np.allclose(np.einsum("nij,nj->ni", rotation_between(a, b), a), b, atol=1e-7)


def test_geodesic_is_the_angle():
    a = rotvec_to_rotmat(np.array([0.2, -0.4, 0.1]))
    assert np.isclose(geodesic(a, a @ rotvec_to_rotmat(np.array([0, 0.7, 0]))), 0.7)


def test_one_rotation_is_the_same_as_in_a_batch():
    rng = np.random.default_rng(3)
    for size in (0.0, 1e-9, 1e-3, 1.0, np.pi):
        rotvec = rng.normal(size=3)
        rotvec *= size / np.linalg.norm(rotvec)
        assert np.allclose(rotvec_to_rotmat(rotvec), rotvec_to_rotmat(rotvec[None])[0], atol=1e-12), size
    unit = rng.normal(size=(20, 3))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    unit = np.concatenate([unit, np.eye(3), -np.eye(3)])
    for a in unit:
        for b in (*unit[:5], a, -a):
            both = rotation_between(np.stack([a, a]), np.stack([b, b]))[0]
            assert np.allclose(rotation_between(a, b), both, atol=1e-7)


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_best_rotation_is_found_again_and_is_never_a_mirror_image(mirrored):
    rng = np.random.default_rng(4)
    turn = rotvec_to_rotmat(rng.normal(size=3))
    a = rng.normal(size=(12, 3))
    b = (a * [-1.0, 1.0, 1.0] if mirrored else a) @ turn.T + rng.normal(size=3)
    found = best_rotation(a, b)
    assert np.linalg.det(found) == pytest.approx(1.0)
    assert mirrored or np.allclose(found, turn, atol=1e-9)
