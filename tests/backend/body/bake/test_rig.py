"""Making a rig: influences are limited without steps, and stay mirror images."""

import numpy as np

from backend.body.bake.rig import limited_influences, neighbour_table, packed_influences
from rigs.skeleton import INDEX, MIRROR, N_JOINTS

STRIP = np.array([[0, 1, 4, 3], [1, 2, 5, 4]])  # two quads side by side


def crowded_weights() -> np.ndarray:
    """6 vertices with 7 influences each, left and right alike."""
    names = ("pelvis", "left_hip", "right_hip", "spine1", "spine2", "left_knee", "right_knee")
    weights = np.zeros((6, N_JOINTS))
    weights[:, [INDEX[n] for n in names]] = [0.3, 0.2, 0.2, 0.15, 0.05, 0.05, 0.05]
    return weights


def test_neighbours_share_an_edge() -> None:
    table = neighbour_table(STRIP, 6)
    assert [sorted(row.tolist()) for row in table] == [[1, 3], [0, 2, 4], [1, 5], [0, 4], [1, 3, 5], [2, 4]]


def test_at_most_four_influences_remain_and_sum_to_one() -> None:
    weights = limited_influences(crowded_weights(), neighbour_table(STRIP, 6))
    assert ((weights > 0).sum(axis=1) <= 4).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1)


def test_equal_left_and_right_influences_go_together() -> None:
    weights = limited_influences(crowded_weights(), neighbour_table(STRIP, 6))
    np.testing.assert_allclose(weights, weights[:, MIRROR])


def test_few_influences_are_left_alone() -> None:
    weights = np.zeros((6, N_JOINTS))
    weights[:, :2] = [0.7, 0.3]
    np.testing.assert_allclose(limited_influences(weights, neighbour_table(STRIP, 6)), weights)


def test_packing_keeps_every_weight_strongest_first() -> None:
    weights = limited_influences(crowded_weights(), neighbour_table(STRIP, 6))
    ids, values = packed_influences(weights)
    dense = np.zeros_like(weights)
    np.add.at(dense, (np.arange(6)[:, None], ids), values)
    np.testing.assert_allclose(dense, weights, atol=1e-6)
    assert (np.diff(values, axis=1) <= 0).all()
