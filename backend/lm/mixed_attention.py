"""Mixed attention (UniPose §3.3): words see what came before; the queries of a pose see that and one another.

A pose has no first and no last code. Its places are asked for by query tokens that attend to each other in both
directions, so that one forward pass gives all codes, where causal decoding takes one pass for each.

The mask is the explicit one of transformers: (B, 1, new, all) added to the attention scores, which every model with
"eager" or "sdpa" attention takes as it is. Positions are given beside it, since a model cannot count them from it.
"""

from __future__ import annotations

import inspect
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn.functional import pad

ATTENTION: Final = "sdpa"  # what models are loaded with; "eager" takes the same masks


def blocks_of(is_query: Tensor) -> Tensor:
    """(B, T) long: 0 where no query stands, k at the queries of the k-th block; blocks are runs of neighbours."""
    before = pad(is_query[:, :-1], (1, 0))
    starts = is_query & ~before
    return torch.cumsum(starts.long(), dim=1) * is_query


def may_see(present: Tensor, blocks: Tensor, new: int | None = None) -> Tensor:
    """Who attends to whom: (B, new, T) bool, True where row may look at column.

    Args:
        present: (B, T) bool, False at padding, which nobody looks at but itself.
        blocks: (B, T) as `blocks_of` gives them.
        new: the last rows, whose keys and values are not in a cache yet; None: all.
    """
    total = present.shape[1]
    new = total if new is None else new
    rows, columns = torch.arange(total - new, total, device=present.device), torch.arange(total, device=present.device)
    causal = columns[None, :] <= rows[:, None]
    mine = blocks[:, total - new :, None]
    together = (mine == blocks[:, None, :]) & (mine > 0)
    itself = columns[None, :] == rows[:, None]
    out: Tensor = ((causal[None] | together) & present[:, None, :]) | itself[None]
    return out


def additive(seen: Tensor, dtype: torch.dtype) -> Tensor:
    """(B, 1, new, T): 0 where `seen` (B, new, T), the smallest number of the type elsewhere."""
    mask = torch.zeros(seen.shape, dtype=dtype, device=seen.device)
    return mask.masked_fill(~seen, torch.finfo(dtype).min)[:, None]


def positions_of(present: Tensor, new: int | None = None) -> Tensor:
    """Positions (B, new) of the last tokens: padding before them does not count."""
    counted = (torch.cumsum(present.long(), dim=1) - 1).clamp_min(0)
    return counted if new is None else counted[:, -new:]


def cache_name(language: Any) -> str:
    """The name under which this model's `forward` takes its keys and values of earlier tokens.

    transformers renamed it within version 5, and the old name warns.
    """
    inner = language.get_base_model() if hasattr(language, "get_base_model") else language
    return "cache" if "cache" in inspect.signature(inner.forward).parameters else "past_key_values"
