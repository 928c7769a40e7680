"""The pose tokenizer: its shape, its codes, that it learns, that it comes back from its file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.body.rotations import rotvec_to_rotmat
from backend.errors import BadFile
from backend.lm.body_points import BodyPoints
from backend.lm.layouts import rotmat_to_six
from backend.lm.pose_tokenizer import N_TOKENS, SHIPPED, Codebook, PoseTokenizer, TokenizerConfig, load, save
from backend.pipeline import Pipeline
from rigs.wire import PoseRequest

SMALL = TokenizerConfig(width=16, code_dim=8, codes=32, revive_below=0.1)


def poses(count: int, seed: int = 0) -> torch.Tensor:
    rotvecs = np.random.default_rng(seed).normal(0, 0.4, (count, 22, 3))
    return torch.tensor(rotvec_to_rotmat(rotvecs), dtype=torch.float32)


def trained(steps: int = 60) -> PoseTokenizer:
    torch.manual_seed(0)
    tokenizer = PoseTokenizer(SMALL)
    optimizer = torch.optim.AdamW(tokenizer.parameters(), 3e-3)
    batch = poses(16)
    for step in range(steps):
        made = tokenizer(batch, quantized=step >= steps // 2)
        loss = ((made.rotmats - batch) ** 2).mean() + 0.1 * made.commitment
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return tokenizer.eval()


def test_a_pose_is_eighty_tokens_of_the_codebook() -> None:
    ids = trained(4).encode(poses(3))
    assert ids.shape == (3, N_TOKENS) == (3, 80)
    assert int(ids.min()) >= 0 and int(ids.max()) < SMALL.codes


def test_what_is_decoded_is_rotations() -> None:
    rotmats = trained(4).decode(torch.randint(SMALL.codes, (2, N_TOKENS)))
    assert rotmats.shape == (2, 22, 3, 3)
    torch.testing.assert_close(rotmats @ rotmats.transpose(-1, -2), torch.eye(3).expand(2, 22, 3, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(torch.linalg.det(rotmats), torch.ones(2, 22), atol=1e-5, rtol=0)


def test_learning_brings_poses_back_through_their_tokens() -> None:
    batch = poses(16)
    before, after = (((t.decode(t.encode(batch)) - batch) ** 2).mean() for t in (trained(2), trained(160)))
    assert after < 0.6 * before


def test_the_forward_pass_is_encoding_and_decoding() -> None:
    tokenizer, batch = trained(8), poses(4)
    torch.testing.assert_close(tokenizer(batch).rotmats, tokenizer.decode(tokenizer.encode(batch)), atol=1e-4, rtol=0)


def test_the_network_has_the_published_shape() -> None:
    shapes = {k: tuple(v.shape) for k, v in PoseTokenizer().state_dict().items()}
    assert shapes["encoder.0.weight"] == (512, 6, 3)
    assert shapes["encoder.11.weight"] == (512, 512, 4)
    assert shapes["encoder.12.model.0.conv2.weight"] == (512, 512, 1)
    assert shapes["encoder.13.weight"] == (256, 512, 3)
    assert shapes["quantizer.codebook"] == (2048, 256)
    assert shapes["decoder.0.weight"] == (512, 256, 3)
    assert shapes["decoder.14.model.1.conv1.weight"] == (512, 512, 3)
    assert shapes["decoder.16.weight"] == (6, 512, 3)


def test_the_decoder_comes_down_in_equal_steps() -> None:
    lengths = [m.size for m in PoseTokenizer(SMALL).decoder if isinstance(m, torch.nn.Upsample)]
    assert lengths == [65, 51, 36, 22]


def test_rotations_enter_as_their_first_two_rows() -> None:
    tokenizer, batch = trained(4), poses(1)
    seen = []
    hook = tokenizer.encoder[0].register_forward_pre_hook(lambda _m, args: seen.append(args[0]))
    tokenizer.encode(batch)
    hook.remove()
    torch.testing.assert_close(seen[0][0].T, batch[0, :, :2, :].reshape(22, 6))
    torch.testing.assert_close(rotmat_to_six(batch, "rows")[0], seen[0][0].T)


def test_each_vector_gets_its_nearest_code() -> None:
    book = Codebook(SMALL)
    book.codebook.copy_(torch.randn(32, 8))
    vectors = torch.randn(50, 8)
    assert torch.equal(book.nearest(vectors), torch.cdist(vectors, book.codebook).argmin(dim=1))


def test_codes_are_the_means_of_what_they_stand_for() -> None:
    torch.manual_seed(0)
    book = Codebook(TokenizerConfig(code_dim=2, codes=2, decay=0.9, revive_below=0.01))
    left, right = torch.tensor([-1.0, 0.0]), torch.tensor([1.0, 2.0])
    vectors = torch.cat([left + 0.01 * torch.randn(32, 2), right + 0.01 * torch.randn(32, 2)])[None]
    book._start(torch.stack([left * 0.5, right * 0.5]))
    for _ in range(100):
        book(vectors)
    found = book.codebook[book.codebook[:, 0].argsort()]
    torch.testing.assert_close(found, torch.stack([left, right]), atol=0.02, rtol=0)


def test_dead_codes_start_again_where_vectors_are() -> None:
    torch.manual_seed(0)
    book = Codebook(TokenizerConfig(code_dim=2, codes=8, decay=0.9, revive_below=0.5))
    book.codebook.copy_(torch.full((8, 2), 100.0))
    book.codebook[0] = 0.0
    book.sums.copy_(book.codebook)
    book.counts.fill_(1.0)
    book.ready.fill_(True)
    vectors = torch.randn(1, 64, 2)
    for _ in range(40):
        _, _, perplexity = book(vectors)
    assert float(book.codebook.abs().max()) < 5.0
    assert float(perplexity) > 3.0


def test_codes_stay_when_nobody_trains() -> None:
    tokenizer = trained(8)
    before = tokenizer.quantizer.codebook.clone()
    tokenizer(poses(4))
    assert torch.equal(before, tokenizer.quantizer.codebook)


def test_gradients_pass_the_codes() -> None:
    tokenizer = trained(4).train()
    tokenizer(poses(2)).rotmats.square().sum().backward()
    first = tokenizer.encoder[0].weight.grad
    assert first is not None and float(first.abs().sum()) > 0


def test_a_saved_tokenizer_comes_back(tmp_path: Path) -> None:
    tokenizer, file = trained(), tmp_path / "t.safetensors"
    save(tokenizer, file, {"steps": 7})
    again = load(file)
    assert again.config == SMALL and json.loads(file.with_suffix(".json").read_text())["steps"] == 7
    same = (again.encode(poses(8)) == tokenizer.encode(poses(8))).float().mean()
    assert float(same) > 0.97  # half precision moves a few vectors over a border
    ids = tokenizer.encode(poses(8))
    torch.testing.assert_close(again.decode(ids), tokenizer.decode(ids), atol=0.02, rtol=0)


@pytest.mark.parametrize("fault", ["missing", "no sizes", "other sizes"])
def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path, fault: str) -> None:
    file = tmp_path / "t.safetensors"
    if fault != "missing":
        save(PoseTokenizer(SMALL), file)
        sizes = {} if fault == "no sizes" else {"config": {**SMALL.to_dict(), "width": 24}}
        file.with_suffix(".json").write_text(json.dumps(sizes))
    with pytest.raises(BadFile) as caught:
        load(file)
    assert file.stem in caught.value.message


@pytest.mark.parametrize("prompt", ["standing", "sitting on a chair", "tree pose", "kneeling, looking up", "t-pose"])
def test_the_shipped_one_brings_poses_back(prompt: str) -> None:
    rotvecs = Pipeline().pose(PoseRequest(prompt=prompt)).poses[0].pose.rotvecs[:22]
    wanted = torch.tensor(rotvec_to_rotmat(rotvecs), dtype=torch.float32)[None]
    tokenizer = load()
    made = tokenizer.decode(tokenizer.encode(wanted))
    (joints, _), (joints_wanted, _) = (BodyPoints()(r) for r in (made, wanted))
    assert float((joints - joints_wanted).norm(dim=-1).mean()) < 0.05  # m


def test_the_shipped_one_is_small() -> None:
    assert SHIPPED.stat().st_size < 5_000_000
