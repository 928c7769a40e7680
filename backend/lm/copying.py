"""Taking over from a given pose what words do not change, joint by joint.

A model that changes a pose would have to say all of it anew, and a small one forgets most of it on the way. A gate lets
each joint of its answer be that of the pose that it was given, as pointer-generator networks copy words (See, Liu and
Manning, 2017, section 2.2): six = (1 - s) six_said + s six_given, s in 0..1 for each joint, before Gram-Schmidt.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from .batch import IGNORED

NOTHING: Final = -1  # source of an answer that has nothing to take over from
_BEGINS_AT: Final = 2.0  # logit of an untrained gate: seven eighths are taken over


class CopyGate(nn.Module):
    """width: of the hidden states that predict pose tokens. joints: J."""

    def __init__(self, width: int, joints: int) -> None:
        super().__init__()
        self.share = nn.Linear(width, joints)
        nn.init.zeros_(self.share.weight)
        nn.init.constant_(self.share.bias, _BEGINS_AT)

    def forward(self, hidden: Tensor, said: Tensor, given: Tensor, there: Tensor) -> Tensor:
        """(n, J, 6): what is answered.

        Args:
            hidden: (n, width). said, given: (n, J, 6) in one layout. there: (n,) bool, where something was given.
        """
        share = torch.sigmoid(self.share(hidden.to(self.share.weight.dtype)))[..., None] * there[:, None, None]
        return said + share * (given.to(said) - said)


def sources(ids: Tensor, labels: Tensor, mark: int | None, places: int) -> Tensor:
    """(B, T + 1): which of what is marked an answer at each token would take over from, NOTHING where there is none.

    It is the last one of the words that are being answered: what stands before an earlier answer is of an earlier turn.
    The column behind the last token is for a reply that is still to be written.

    Args:
        ids: (B, T). labels: (B, T), IGNORED but where an assistant speaks. mark: the token that stands, `places` times
            in a row, for each given thing.
    """
    marked = torch.zeros_like(ids, dtype=torch.bool) if mark is None else ids == mark
    number = ((marked.flatten().cumsum(0) - 1) // max(places, 1)).view_as(ids)
    at = torch.arange(ids.shape[1], device=ids.device).expand_as(ids)
    last = torch.where(marked, at, NOTHING).cummax(dim=1).values
    speaks = labels != IGNORED
    begins = speaks & ~nn.functional.pad(speaks, (1, 0))[:, :-1]
    turn = begins.long().cumsum(dim=1) + (~speaks).long()  # of the answer that a token is part of or leads to
    last, turn = (torch.cat([x, x[:, -1:]], dim=1) for x in (last, turn))
    turn[:, -1] = begins.sum(dim=1) + 1
    seen = last.clamp(min=0)
    same = turn.gather(1, seen) == turn
    return torch.where((last >= 0) & same, number.gather(1, seen.clamp(max=ids.shape[1] - 1)), NOTHING)
