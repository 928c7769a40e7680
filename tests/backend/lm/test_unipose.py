"""UniPose as a whole: learning, frames of poses, parts that do not fit each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from backend.body.rotations import geodesic, rotmat_to_rotvec, rotvec_to_rotmat, yaw_rotmat
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


LYING = {  # rad, the root of a body that faces ahead
    "upright": (0.0, 0.0, 0.0),
    "on the back": (-np.pi / 2, 0.0, 0.0),
    "on the front": (np.pi / 2, 0.0, 0.0),
    "on a side": (0.0, 0.0, np.pi / 2),
    "head down": (np.pi, 0.0, 0.0),
}


@pytest.mark.parametrize("headings", ["apart", "coded"])
@pytest.mark.parametrize("lying", LYING)
def test_bodies_of_pictures_keep_where_they_face_however_they_lie(lying: str, headings: str) -> None:
    """Through a tokenizer that is perfect for what it is given, which with headings apart always faces ahead."""
    model = unipose()
    model.config = replace(model.config, headings=headings)
    coded: list[torch.Tensor] = []
    model.pose_tokenizer.encode = lambda r: coded.append(r) or torch.zeros(len(r), PLACES, dtype=torch.long)  # type: ignore[method-assign]
    model.pose_tokenizer.decode = lambda _: coded[-1]  # type: ignore[method-assign]
    for degrees in range(-180, 180, 45):
        root = yaw_rotmat(np.radians(degrees)) @ rotvec_to_rotmat(np.array(LYING[lying]))
        pose = np.zeros((N_JOINTS, 3))
        pose[0] = rotmat_to_rotvec(root)
        text = model.told(pose, picture=True)
        words = text.rsplit(">", 1)[1]
        back = model.seen(np.zeros((1, PLACES), int), words, np.zeros((N_JOINTS, 3)))[0]
        assert geodesic(rotvec_to_rotmat(back[0]), root) < 1e-3
        assert bool(words) == (headings == "apart")
    if headings == "apart":
        for one in coded:
            torch.testing.assert_close(one, coded[0], atol=1e-5, rtol=0)


def test_poses_of_words_have_the_same_tokens_wherever_they_face() -> None:
    model = unipose()
    pose = np.random.default_rng(0).normal(0, 0.3, (N_JOINTS, 3))
    away = pose.copy()
    away[0] = rotmat_to_rotvec(yaw_rotmat(2.5) @ rotvec_to_rotmat(pose[0]))
    assert model.told(pose) == model.told(away)


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
