"""PoseLLaVA in tiny: head, tower and given poses as in the published code; whole, and as an adapter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import gelu

from backend.errors import BadFile, NotAvailable
from backend.lm.batch import collate
from backend.lm.chat import Utterance
from backend.lm.devices import Placement
from backend.lm.posellava_checkpoint import is_posellava, load_posellava
from tests.backend.lm import tiny
from tests.backend.lm.published_folder import (
    WIDTH,
    head_by_hand,
    linear_by_hand,
    linear_weights,
    llava_by_hand,
    llava_weights,
    write_config,
    write_shards,
    write_vision,
    write_words,
)

HERE = Placement("cpu", 32)
ROWS = 401
TOWER = "model.pose_tower.pose_encoder"


class Tower(nn.Module):
    """The published pose tower as it is described: joints and a summary through a transformer."""

    def __init__(self) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.randn(1, 1, 512))
        self.cls_pos = nn.Parameter(torch.randn(1, 1, 512))
        self.skelEmbedding = nn.Linear(6, 512)
        self.pos_embed = nn.Module()
        self.pos_embed.pe = nn.Parameter(torch.randn(1, 24, 512))
        layer = nn.TransformerEncoderLayer(512, 4, 1024, 0.1, "gelu", batch_first=True)
        self.seqTransEncoder = nn.TransformerEncoder(layer, 6, enable_nested_tensor=False)

    def forward(self, six: Tensor) -> Tensor:
        x = self.skelEmbedding(six)
        place = x + self.pos_embed.pe
        n = len(x)
        both = torch.cat([self.cls_token.expand(n, 1, 512), x], 1)
        return self.seqTransEncoder(both + torch.cat([self.cls_pos.expand(n, 1, 512), place], 1))


@pytest.fixture(scope="module")
def tower() -> Tower:
    torch.manual_seed(4)
    return Tower().eval()


@pytest.fixture(scope="module")
def extra(tower: Tower) -> dict[str, Tensor]:
    """What PoseLLaVA adds to a LLaVA."""
    weights = {f"{TOWER}.{n}": t.detach() for n, t in tower.state_dict().items()}
    linear_weights(weights, "model.pose_projector.0", 512, WIDTH)
    linear_weights(weights, "model.pose_projector.2", WIDTH, WIDTH)
    linear_weights(weights, "pose_decoder.0", WIDTH, WIDTH)
    linear_weights(weights, "pose_decoder.2", WIDTH, 144)
    return weights


@pytest.fixture(scope="module")
def own(extra: dict[str, Tensor]) -> dict[str, Tensor]:
    return llava_weights(ROWS) | extra | {"model.image_newline": torch.zeros(WIDTH)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, own: dict[str, Tensor]) -> Path:
    where = tmp_path_factory.mktemp("posellava") / "Posellava"
    where.mkdir()
    write_words(where, {"<POSE>": 400})
    write_config(where, ROWS, write_vision(where.parent / "clip"), model_type="posellava")
    write_shards(where, own, 2)
    return where


@torch.no_grad()
def test_it_calculates_what_the_published_model_does(folder: Path, own: dict[str, Tensor], tower: Tower) -> None:
    model, chat = load_posellava(folder, where=HERE)
    pose = tiny.rotmats(1, 24)[0]
    prompt = chat.encode([Utterance("user", "bend it", (pose,))], ask=True)
    seen = model(collate([prompt], chat.pad_id))
    ids = prompt.input_ids.tolist()
    first = ids.index(model.input_id)
    assert ids.count(model.input_id) == 25
    six = torch.from_numpy(pose[:, :2, :].reshape(1, 24, 6)).float()  # the first two rows of each matrix
    inner = gelu(linear_by_hand(own, "model.pose_projector.0", tower(six)[0]))
    pieces = [ids[:first], linear_by_hand(own, "model.pose_projector.2", inner), ids[first + 25 :]]
    by_hand = llava_by_hand(own, folder.parent / "clip", pieces, ROWS)
    assert torch.allclose(seen.logits[0, :, :ROWS], by_hand.logits, atol=1e-4)
    numbers = head_by_hand(own, "pose_decoder", by_hand.hidden, "gelu")
    assert torch.allclose(model.head.six(seen.hidden[0]).flatten(1), numbers, atol=1e-4)
    pairs = numbers.view(-1, 24, 3, 2)  # the first two columns, row by row
    x = nn.functional.normalize(pairs[..., 0], dim=-1)
    y = nn.functional.normalize(pairs[..., 1] - (x * pairs[..., 1]).sum(-1, keepdim=True) * x, dim=-1)
    columns = torch.stack([x, y, torch.linalg.cross(x, y)], -1)
    assert torch.allclose(model.head(seen.hidden[0]), columns, atol=1e-3)


def test_an_adapter_is_added_to_its_base(folder: Path, own: dict[str, Tensor], extra, tmp_path: Path) -> None:
    base, adapter = tmp_path / "llava", tmp_path / "adapter"
    base.mkdir()
    adapter.mkdir()
    write_config(base, ROWS, folder.parent / "clip")
    write_shards(base, {n: t for n, t in own.items() if n not in extra}, 1)
    write_words(adapter, {"<POSE>": 400})
    target = "model.layers.1.self_attn.q_proj"
    down, up = torch.randn(4, WIDTH), torch.randn(WIDTH, 4)
    save_file(
        {f"base_model.model.{target}.lora_A.weight": down, f"base_model.model.{target}.lora_B.weight": up},
        adapter / "adapter_model.safetensors",
    )
    (adapter / "adapter_config.json").write_text(
        json.dumps({"r": 4, "lora_alpha": 8, "base_model_name_or_path": str(base)})
    )
    torch.save({f"base_model.model.{n}": t for n, t in extra.items()}, adapter / "non_lora_trainables.bin")
    assert is_posellava(adapter) and not is_posellava(base)
    model, _ = load_posellava(adapter, where=HERE)
    merged = model.language.state_dict()[f"model.language_model.{target.removeprefix('model.')}.weight"]
    assert torch.allclose(merged, own[f"{target}.weight"] + 2.0 * up @ down, atol=1e-5)
    whole, _ = load_posellava(folder, where=HERE)
    assert torch.equal(whole.head.outer.weight, model.head.outer.weight)

    (adapter / "adapter_config.json").write_text(
        json.dumps({"r": 4, "lora_alpha": 8, "base_model_name_or_path": "somewhere/else"})
    )
    with pytest.raises(NotAvailable, match="somewhere/else"):
        load_posellava(adapter, where=HERE)
    (adapter / "adapter_config.json").write_text(json.dumps({"r": 4, "lora_alpha": 8, "use_dora": True}))
    with pytest.raises(BadFile, match="use_dora"):
        load_posellava(adapter, base, where=HERE)


def test_a_tower_that_differs_is_refused(folder: Path, own: dict[str, Tensor], tmp_path: Path) -> None:
    where = tmp_path / "other"
    where.mkdir()
    write_words(where, {"<POSE>": 400})
    write_config(where, ROWS, folder.parent / "clip", model_type="posellava")
    changed = {n: t for n, t in own.items() if n != f"{TOWER}.cls_pos"} | {f"{TOWER}.mask": torch.zeros(1)}
    write_shards(where, changed, 1)
    with pytest.raises(BadFile, match=r"missing: pose_input\.net\.summary_place; unexpected: .*\.mask"):
        load_posellava(where, where=HERE)


def test_it_knows_its_own_folders(folder: Path) -> None:
    assert is_posellava(folder)
