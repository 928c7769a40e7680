"""The terms that a model is trained on: zero at the target, known values, what counts and what does not."""

from __future__ import annotations

import math

import pytest
import torch

from backend.lm.batch import IGNORED
from backend.lm.joints import joint_set
from backend.lm.losses import LossWeights, losses, word_loss
from tests.backend.lm.tiny import rotmats

JOINTS = joint_set("smplx52")
TARGETS = torch.from_numpy(rotmats(2, 52)).float()
ALL = torch.ones(2, 52, dtype=torch.bool)
LOGITS = torch.zeros(1, 4, 10)
LABELS = torch.tensor([[IGNORED, 3, IGNORED, 5]])


def terms(rotmats_: torch.Tensor, known: torch.Tensor = ALL, weights: LossWeights | None = None, joints=JOINTS):
    return losses(LOGITS, LABELS, rotmats_, TARGETS[:, : len(joints)], known, joints, weights or LossWeights())


def test_nothing_is_lost_at_the_target() -> None:
    found = terms(TARGETS)
    assert all(found.terms[name] == 0 for name in ("root", "body", "hands"))


def test_words_that_may_be_anything_cost_the_logarithm_of_their_number() -> None:
    assert float(word_loss(LOGITS, LABELS)) == pytest.approx(math.log(10))


def test_the_word_at_a_place_is_predicted_one_place_before() -> None:
    logits = torch.full((1, 4, 10), -20.0)
    logits[0, 0, 3] = logits[0, 2, 5] = 20.0
    assert float(word_loss(logits, LABELS)) == pytest.approx(0.0, abs=1e-6)


def test_each_term_sees_its_own_joints() -> None:
    for name, row in (("root", 0), ("body", 7), ("body", 21), ("hands", 22), ("hands", 51)):
        off = TARGETS.clone()
        off[:, row] += 0.3
        found = terms(off).terms
        assert [k for k in ("root", "body", "hands") if found[k] > 0] == [name]


def test_a_difference_of_three_tenths_everywhere_costs_that() -> None:
    found = terms(TARGETS + 0.3).terms
    assert all(float(found[name]) == pytest.approx(0.3, rel=1e-5) for name in ("root", "body", "hands"))
    squared = terms(TARGETS + 0.3, weights=LossWeights(norm="l2")).terms
    assert float(squared["body"]) == pytest.approx(0.09, rel=1e-5)


def test_the_total_is_the_weighted_sum() -> None:
    weights = LossWeights(words=2.0, root=0.5, body=0.25, hands=3.0)
    found = terms(TARGETS + 0.1, weights=weights)
    assert float(found.total) == pytest.approx(2 * math.log(10) + 0.05 + 0.025 + 0.3, rel=1e-5)


def test_joints_that_are_not_known_cost_nothing_and_weigh_nothing() -> None:
    off = TARGETS.clone()
    off[0] += 0.3
    off[1, 22:] += 9.0
    known = ALL.clone()
    known[1, 22:] = False
    assert float(terms(off, known).terms["hands"]) == pytest.approx(0.3, rel=1e-5)


def test_the_whole_hands_of_smpl_are_learned_with_its_body() -> None:
    smpl = joint_set("smpl24")
    off = TARGETS[:, :24].clone()
    off[:, 23] += 0.3
    found = terms(off, ALL[:, :24], joints=smpl).terms
    assert found["body"] > 0 and found["hands"] == 0


def test_a_batch_without_poses_or_words_costs_nothing_of_them() -> None:
    none = torch.zeros(0, 52, 3, 3)
    labels = torch.full((1, 4), IGNORED)
    found = losses(LOGITS, labels, none, none, ALL[:0], JOINTS, LossWeights())
    assert float(found.total) == 0.0
