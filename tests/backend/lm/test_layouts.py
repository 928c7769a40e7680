"""Six numbers and rotations: each layout on a known rotation, there and back, and what training needs."""

from __future__ import annotations

import pytest
import torch

from backend.lm.layouts import LAYOUTS, Layout, rotmat_to_six, six_to_rotmat
from tests.backend.lm.tiny import rotmats

# A rotation about no axis in particular: its nine numbers differ, so that no two layouts agree on it.
KNOWN = torch.tensor([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
SIX = {
    "columns": [0.36, -0.8, 0.48, 0.48, 0.6, 0.64],
    "interleaved": [0.36, 0.48, -0.8, 0.6, 0.48, 0.64],
    "rows": [0.36, 0.48, -0.8, -0.8, 0.6, 0.0],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_known_rotation_is_written_and_read(layout: Layout) -> None:
    assert torch.allclose(rotmat_to_six(KNOWN, layout), torch.tensor(SIX[layout]))
    assert torch.allclose(six_to_rotmat(torch.tensor(SIX[layout]), layout), KNOWN, atol=1e-6)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_layout_reads_what_another_wrote(layout: Layout) -> None:
    for other in set(LAYOUTS) - {layout}:
        assert not torch.allclose(six_to_rotmat(torch.tensor(SIX[other]), layout), KNOWN, atol=0.1)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_every_rotation_survives_the_way_there_and_back(layout: Layout, kind: torch.dtype) -> None:
    many = torch.from_numpy(rotmats(5, 24)).to(kind)
    back = six_to_rotmat(rotmat_to_six(many, layout), layout)
    assert back.dtype == kind
    assert torch.allclose(back, many, atol=1e-5)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_six_numbers_become_a_rotation(layout: Layout) -> None:
    found = six_to_rotmat(torch.randn(50, 6, generator=torch.Generator().manual_seed(0)) * 7, layout)
    assert torch.allclose(found @ found.mT, torch.eye(3).expand(50, 3, 3), atol=1e-5)
    assert torch.allclose(torch.linalg.det(found), torch.ones(50), atol=1e-5)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_half_precision_is_read_in_full(layout: Layout) -> None:
    found = six_to_rotmat(torch.tensor(SIX[layout]).bfloat16(), layout)
    assert found.dtype == torch.float32
    assert torch.allclose(found @ found.mT, torch.eye(3), atol=1e-6)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_gradients_are_finite_even_where_there_is_no_rotation(layout: Layout) -> None:
    six = torch.zeros(2, 6, requires_grad=True)
    six_to_rotmat(six, layout).sum().backward()
    assert six.grad is not None and torch.isfinite(six.grad).all()
