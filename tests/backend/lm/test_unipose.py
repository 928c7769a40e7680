"""UniPose as a whole: learning, frames of poses, parts that do not fit each other."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from backend.body.rotations import geodesic, rotvec_to_rotmat
from backend.errors import BadFile, NotAvailable
from backend.lm.unipose import UniPose, UniPoseConfig
from backend.lm.unipose_reading import joined
from backend.lm.unipose_writing import write
from rigs.skeleton import N_JOINTS
from tests.backend.lm import tiny
from tests.backend.lm.tiny_unipose import PLACES, answered, pose_tokenizer, unipose


def test_learning_lowers_the_loss_and_the_answer_is_then_written() -> None:
    model = unipose().train()
    codes, read = answered(model, before="It is this pose.", after="")
    batch = joined([read], model.pad_id)
    optimizer = torch.optim.AdamW(model.language.parameters(), 1e-2)
    first = float(model.loss(batch).detach())
    for _ in range(60):
        optimizer.zero_grad()
        loss = model.loss(batch)
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.1 * first
    found = write(model.eval(), model.reader.read([("user", "sitting on a chair")], ask=True))
    assert [c.tolist() for c in found.codes] == [codes.tolist()]
    assert found.text == "It is this pose." and found.ended


def test_an_answer_depends_on_the_picture() -> None:
    model = unipose(pictures=True)
    logits = []
    for seed in (1, 2):
        read = model.reader.read([("user", f"{model.reader.picture} pose")], [tiny.picture(seed)], ask=True)
        logits.append(model(joined([read], model.pad_id))[0, -1].detach())
    assert float((logits[0] - logits[1]).abs().max()) > 1e-4


@pytest.mark.parametrize("frame", ["y_up", "z_up", "camera"])
def test_poses_come_back_in_our_frame_through_codes(frame: str) -> None:
    """The tokenizer is random, so its pose is compared in the frame's own terms: decoded, encoded by hand, decoded."""
    model = unipose()
    rotvecs = np.zeros((2, N_JOINTS, 3))
    rotvecs[:, :22] = np.random.default_rng(0).normal(0, 0.4, (2, 22, 3))
    seen = []
    model.pose_tokenizer.encode = lambda r: seen.append(r) or torch.zeros(len(r), PLACES, dtype=torch.long)  # type: ignore[method-assign]
    model.codes(rotvecs, frame)  # type: ignore[arg-type]
    model.pose_tokenizer.decode = lambda _: seen[0]  # type: ignore[method-assign]
    rest = np.random.default_rng(1).normal(0, 0.2, (N_JOINTS, 3))
    back = model.rotvecs(np.zeros((2, PLACES), int), rest, frame)  # type: ignore[arg-type]
    assert geodesic(rotvec_to_rotmat(back[:, :22]), rotvec_to_rotmat(rotvecs[:, :22])).max() < 1e-3
    np.testing.assert_array_equal(back[:, 22:], np.repeat(rest[None, 22:], 2, axis=0))


def test_frames_put_up_where_it_belongs() -> None:
    model = unipose()
    seen = {}
    for frame in ("y_up", "z_up", "camera"):
        model.pose_tokenizer.encode = lambda r, f=frame: seen.update({f: r[0, 0]}) or torch.zeros(1, PLACES)  # type: ignore[method-assign]
        model.codes(np.zeros((1, N_JOINTS, 3)), frame)
    up, front = torch.tensor([0.0, 1.0, 0.0]), torch.tensor([0.0, 0.0, 1.0])
    assert (seen["z_up"] @ up).tolist() == [0, 0, 1] and (seen["z_up"] @ front).tolist() == [0, -1, 0]
    assert (seen["camera"] @ up).tolist() == [0, -1, 0] and (seen["camera"] @ front).tolist() == [0, 0, -1]


def test_flash_attention_is_refused() -> None:
    words = tiny.tokenizer()
    language = tiny.llama(len(words))
    language.config._attn_implementation_internal = "flash_attention_2"
    with pytest.raises(NotAvailable, match="flash"):
        UniPose(language, words, pose_tokenizer(), UniPoseConfig(conversation="plain"))


def test_a_vocabulary_without_poses_is_refused() -> None:
    words = tiny.tokenizer()
    with pytest.raises(BadFile, match="pose_id_0"):
        UniPose(tiny.llama(len(words)), words, pose_tokenizer(), UniPoseConfig(conversation="plain"))


@pytest.mark.parametrize(("value", "told"), [({"frame": "x_up"}, "x_up"), ({"colour": 1}, "colour")])
def test_unknown_settings_are_named(value: dict[str, str], told: str) -> None:
    with pytest.raises(BadFile, match=told):
        UniPoseConfig.from_dict(value, "unipose.json")
