"""Two encoders on one grid: what each of them sees of a picture, and where it lands."""

from __future__ import annotations

import numpy as np
import torch
from transformers import CLIPVisionModel, VitPoseBackbone, VitPoseBackboneConfig

from backend.lm.visual import VisualProcessor, prepared
from tests.backend.lm import tiny, tiny_unipose

CLIP_WIDTH = 24


def features(eyes: VisualProcessor, *pictures: np.ndarray) -> torch.Tensor:
    """(n, patches, C): what the projector is given."""
    seen = []
    hook = eyes.projector.register_forward_pre_hook(lambda _m, args: seen.append(args[0]))
    eyes(pictures)
    hook.remove()
    out: torch.Tensor = seen[0]
    return out


def test_patches_of_both_encoders_are_joined_and_projected() -> None:
    eyes = tiny_unipose.visual(width=32)
    assert eyes.patches == 4
    assert features(eyes, tiny.picture()).shape == (1, 4, CLIP_WIDTH + 20)
    assert eyes([tiny.picture(1), tiny.picture(2)]).shape == (2, 4, 32)


def test_the_first_channels_are_clips_patches_without_its_class_token() -> None:
    eyes, picture = tiny_unipose.visual(), tiny.picture()
    from backend.lm.visual import _CLIP_MEAN, _CLIP_STD

    with torch.no_grad():
        own = eyes.clip(
            pixel_values=prepared(picture, tiny.SIDE, _CLIP_MEAN, _CLIP_STD)[None], output_hidden_states=True
        ).hidden_states[-2][:, 1:]
    torch.testing.assert_close(features(eyes, picture)[..., :CLIP_WIDTH], own)


def test_the_pose_vit_sees_the_middle_columns_and_clip_all() -> None:
    eyes = tiny_unipose.visual()
    plain = np.full((32, 32, 3), 90, np.uint8)
    edge = plain.copy()
    edge[:, :3] = 255  # of 32 columns the pose ViT is shown 4..28
    a, b = features(eyes, plain, edge)
    assert float((a[:, :CLIP_WIDTH] - b[:, :CLIP_WIDTH]).abs().max()) > 1e-3
    torch.testing.assert_close(a[:, CLIP_WIDTH:], b[:, CLIP_WIDTH:], atol=1e-5, rtol=0)


def test_its_map_is_padded_to_a_square_before_it_is_resized() -> None:
    """Of a grid as large as the padded map, the padded columns are zero and the others are the map itself."""
    torch.manual_seed(0)
    config = VitPoseBackboneConfig(
        image_size=[32, 16], patch_size=[8, 8], hidden_size=20, num_hidden_layers=1, num_attention_heads=2, mlp_ratio=2
    )
    clip = CLIPVisionModel(tiny.vision_config())
    clip.config.image_size, clip.config.patch_size = 16, 4  # a grid of 4 x 4, if only by name
    eyes = VisualProcessor(clip, VitPoseBackbone(config).eval(), 32)
    found = eyes._of_pose_vit([tiny.picture()], torch.zeros(1)).detach().unflatten(1, (4, 4))[0]
    assert float(found[:, [0, 3]].abs().max()) == 0.0
    assert float(found[:, 1:3].abs().min(dim=-1).values.max()) > 0.0


def test_encoders_are_frozen_and_the_projector_is_not() -> None:
    eyes = tiny_unipose.visual()
    eyes([tiny.picture()]).sum().backward()
    trained = {n.split(".")[0] for n, p in eyes.named_parameters() if p.grad is not None}
    assert trained == {"projector"}


def test_a_picture_is_cut_out_of_the_middle_and_normalised() -> None:
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, :20, 0], wide[:, 20:40, 1], wide[:, 40:, 2] = 255, 255, 255
    for picture in (wide, wide.transpose(1, 0, 2).copy()):
        found = prepared(picture, 20, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
        assert found.shape == (3, 20, 20)
        np.testing.assert_allclose(found[:, 10, 10].numpy(), [-2.0, 2.0, -2.0], atol=1e-6)
        inside = found[:, 3:17, 3:17]
        np.testing.assert_allclose(inside[1].numpy(), 2.0, atol=0.1)


def test_small_pictures_are_made_larger() -> None:
    assert prepared(tiny.picture(size=(5, 9)), 32, (0, 0, 0), (1, 1, 1)).shape == (3, 32, 32)
