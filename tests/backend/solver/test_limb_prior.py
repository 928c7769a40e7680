"""The learned prior of limbs."""

import numpy as np

from backend.solver.limb_prior import limb_priors

FLIP = np.array([1.0, -1.0, -1.0])


def _prior(name):
    return next(p for p in limb_priors() if p.name == name)


def test_there_is_one_for_every_limb_named_as_posecodes_name_limbs():
    assert {p.name for p in limb_priors()} == {"left_arm", "right_arm", "left_leg", "right_leg", "torso", "head"}


def test_right_limbs_mirror_left_ones():
    rng = np.random.default_rng(0)
    for limb in ("arm", "leg"):
        left, right = _prior(f"left_{limb}"), _prior(f"right_{limb}")
        x = rng.normal(0, 0.5, len(left.mean))
        mirrored = (x.reshape(-1, 3) * FLIP).ravel()
        assert np.allclose(left.whiten @ (x - left.mean), right.whiten @ (mirrored - right.mean))


def test_where_an_arm_points_costs_nothing_when_the_rest_follows():
    """Only the conditional part is used: for any swing and bend there is a twist and a wrist at no cost."""
    arm = _prior("left_arm")
    x = np.zeros(len(arm.mean))
    x[[1, 2, 4]] = (-1.2, 0.9, -2.0)
    led = [0, 3, 6, 7, 8]
    x[led] = np.linalg.solve(arm.whiten[:, led], arm.whiten @ arm.mean - arm.whiten @ x)
    assert np.allclose(arm.whiten @ (x - arm.mean), 0, atol=1e-9)


def test_spine_joints_bend_together():
    """A side bend shared by the spine is likelier than one of the same size in one joint."""
    torso = _prior("torso")
    shared, single = torso.mean.copy(), torso.mean.copy()
    shared[[2, 5, 8]] += 0.2
    single[2] += 0.6
    cost = [np.sum((torso.whiten @ (x - torso.mean)) ** 2) for x in (shared, single)]
    assert cost[0] < cost[1]
