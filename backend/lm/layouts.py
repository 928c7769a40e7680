"""The three ways in which this field writes a rotation as six numbers. All are two of the nine numbers' threes.

    columns       a0 a1 a2 b0 b1 b2   first column, then second   (HMR2, ChatPose)
    interleaved   a0 b0 a1 b1 a2 b2   the first two columns, row by row   (Zhou et al. 2019, SPIN, PoseLLaVA's head)
    rows          r0 r1 r2 s0 s1 s2   first row, then second   (pytorch3d, UniPose, PoseLLaVA's input)

Mixing them gives poses that look plausible and are wrong. Going back, Gram-Schmidt makes any six numbers a rotation
(Zhou et al. 2019, "On the Continuity of Rotation Representations in Neural Networks", section 4).
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import torch
from torch import Tensor
from torch.nn.functional import normalize

Layout = Literal["columns", "interleaved", "rows"]
LAYOUTS: Final[tuple[Layout, ...]] = get_args(Layout)
_SMALLEST: Final = 1e-8  # length below which a direction is not normalised further


def rotmat_to_six(rotmat: Tensor, layout: Layout) -> Tensor:
    """(..., 3, 3) -> (..., 6)."""
    if layout == "rows":
        return rotmat[..., :2, :].flatten(-2)
    if layout == "interleaved":
        return rotmat[..., :, :2].flatten(-2)
    return rotmat[..., :, :2].transpose(-1, -2).flatten(-2)


def six_to_rotmat(six: Tensor, layout: Layout) -> Tensor:
    """(..., 6), of any lengths and angle -> rotations (..., 3, 3), float32 or finer.

    The first three is normalised, the second made orthogonal to it; the third follows. Degenerate input (zeros,
    parallel threes) gives finite numbers that are no rotation.
    """
    six = six.float() if six.dtype in (torch.float16, torch.bfloat16) else six
    pair = six.unflatten(-1, (3, 2)).transpose(-1, -2) if layout == "interleaved" else six.unflatten(-1, (2, 3))
    first = normalize(pair[..., 0, :], dim=-1, eps=_SMALLEST)
    along = (first * pair[..., 1, :]).sum(-1, keepdim=True)
    second = normalize(pair[..., 1, :] - along * first, dim=-1, eps=_SMALLEST)
    third = torch.linalg.cross(first, second, dim=-1)
    return torch.stack((first, second, third), dim=-2 if layout == "rows" else -1)
