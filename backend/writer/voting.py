"""Which of several answers counts: first whether a pose is meant at all, then the pose nearest to all others' (medoid).

Of samples with errors like those of models (statements left out, sides swapped, another reading of the words) the
medoid gives fewer wrong poses than majorities of single statements, since each way to say a thing has its own
statements (tests/bench/voting.py, docs/benchmarks.md); and it is one program that the model wrote, with its reply.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from backend.solver.alternatives import apart

from .answers import Answer
from .drafts import Draft


def chosen(answers: Sequence[Answer], drafts: Sequence[Draft | None]) -> int:
    """The place of the answer that agrees best with the others; of equals the first.

    Args:
        drafts: each answer carried out, None for those without a pose.
    """
    what = [(a.has_pose, a.person) for a in answers]
    votes = Counter(what)
    most = max(what, key=lambda w: votes[w])  # the first of those with equal votes
    same = [k for k, w in enumerate(what) if w == most]
    posed = [k for k in same if drafts[k] is not None]
    if len(posed) < 2:
        return (posed or same)[0]
    away = np.array([[_apart(drafts[a], drafts[b]) for b in posed] for a in posed])
    return posed[int(np.argmin(away.sum(axis=1)))]


def _apart(a: Draft | None, b: Draft | None) -> float:
    """Mean distance of the body's joints, m."""
    assert a is not None and b is not None
    return apart(a.solution, b.solution)
