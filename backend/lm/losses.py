"""What a pose language model is trained for: the words of its replies and the rotations behind its pose tokens.

ChatPose, section 3.2: L = CE + 0.1 (|R_root - R_root*|_1 + |R_body - R_body*|_1), both means over matrix elements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from .batch import IGNORED
from .joints import JointSet


@dataclass(frozen=True)
class LossWeights:
    """The total is the sum of each term times its weight. Rotations: means over matrix elements, without unit."""

    words: float = 1.0
    """Cross-entropy of the assistant's tokens, nats."""
    root: float = 0.1
    """The root's rotation."""
    body: float = 0.1
    """All other joints but the fingers."""
    hands: float = 0.1
    """The fingers, where the joint set has them."""
    norm: Literal["l1", "l2"] = "l1"
    """Of a difference of matrices: absolute (ChatPose) or squared (PoseLLaVA, with weights of 10)."""


POSELLAVA_WEIGHTS = LossWeights(root=10.0 / 24, body=10.0 * 23 / 24, hands=0.0, norm="l2")


@dataclass(frozen=True, eq=False)
class Losses:
    """total: to be minimised. terms: each term by name, unweighted. A term that the batch says nothing about is 0."""

    total: Tensor
    terms: dict[str, Tensor]


def losses(
    logits: Tensor, labels: Tensor, rotmats: Tensor, targets: Tensor, known: Tensor, joints: JointSet, w: LossWeights
) -> Losses:
    """All terms.

    Args:
        logits: (B, T, V); the one at t predicts the label at t + 1.
        labels: (B, T), IGNORED where nothing is learned.
        rotmats, targets: (n, J, 3, 3). known: (n, J), the joints that count.
    """
    parts = {"root": np.array([0]), "hands": joints.hands}
    parts["body"] = np.setdiff1d(joints.rows, np.concatenate([parts["root"], parts["hands"]]))
    if len(joints.rows) < len(joints):  # SMPL's whole hands: models are trained on them although we drop them
        parts["body"] = np.arange(1, len(joints))
    off = (rotmats - targets.to(rotmats)).abs() if w.norm == "l1" else (rotmats - targets.to(rotmats)) ** 2
    terms = {"words": word_loss(logits, labels)}
    for name, rows in parts.items():
        terms[name] = _mean(off[:, rows].mean((-1, -2)), known[:, rows])
    total = sum(
        (getattr(w, name) * value for name, value in terms.items()), start=logits.new_zeros((), dtype=torch.float)
    )
    return Losses(total, terms)


def word_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy (nats) of the labels that count; 0 where none does."""
    wanted = labels[:, 1:]
    counts = wanted != IGNORED
    if not counts.any():
        return logits.sum().float() * 0
    return cross_entropy(logits[:, :-1][counts].float(), wanted[counts])


def _mean(off: Tensor, known: Tensor) -> Tensor:
    """The mean of what is known; 0 where nothing is."""
    weight = known.to(off)
    return (off * weight).sum() / weight.sum().clamp(min=1.0)
