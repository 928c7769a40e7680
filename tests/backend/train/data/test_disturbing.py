from __future__ import annotations

import torch

from backend.train.data.disturbing import disturbed


def spot(x: int, y: int, count: int = 12, side: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures with a white spot, and its place."""
    pixels = torch.zeros(count, 3, side, side)
    pixels[:, :, y - 2 : y + 3, x - 2 : x + 3] = 1.0
    return pixels, torch.tensor([(x + 0.5) / side, (y + 0.5) / side]).expand(count, 1, 2)


def test_places_go_where_the_picture_goes() -> None:
    pixels, places = spot(40, 24)
    out, moved = disturbed(pixels, places, torch.Generator().manual_seed(0))
    seen = 0
    for picture, (place,) in zip(out, moved, strict=True):
        light = picture.mean(dim=0)
        where = (light > 0.5 * (light.max() + light.median())).nonzero().float().mean(dim=0).flip(0)
        if light.max() - light.median() > 0.4:  # nothing in front of it
            seen += bool((where + 0.5 - place * 64).abs().max() < 2.0)
    assert seen >= 7
    assert (moved - places).abs().max() > 0.02


def test_pictures_stay_pictures_and_chance_is_repeatable() -> None:
    pixels, places = spot(20, 20)
    one, again, other = (disturbed(pixels, places, torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    assert one[0].shape == pixels.shape and one[0].min() >= 0 and one[0].max() <= 1
    assert torch.equal(one[0], again[0]) and torch.equal(one[1], again[1])
    assert not torch.allclose(one[0], other[0])
