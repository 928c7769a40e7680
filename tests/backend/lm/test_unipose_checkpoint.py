"""The published UniPose: a folder with its names and tiny sizes is read weight by weight, and every fault is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import CLIPVisionModel, MistralConfig, MistralForCausalLM

from backend.errors import BadFile, NotAvailable
from backend.lm.devices import Placement
from backend.lm.generating import Decoding
from backend.lm.pose_tokenizer import PoseTokenizer, TokenizerConfig
from backend.lm.pose_vocabulary import PICTURE, texts
from backend.lm.unipose_checkpoint import load_pose_tokenizer, load_pose_vit, load_published
from backend.lm.unipose_reading import joined
from backend.lm.unipose_writing import write
from tests.backend.lm import tiny
from tests.backend.lm.tiny_unipose import SIZES

CPU = Placement("cpu", 32)
WIDTH, VIT = 32, 80  # a head of the pose ViT is 80 wide
LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def mistral(rows: int) -> MistralForCausalLM:
    torch.manual_seed(1)
    config = MistralConfig(
        vocab_size=rows, hidden_size=WIDTH, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=512, bos_token_id=1, eos_token_id=2, pad_token_id=0,
    )  # fmt: skip
    return MistralForCausalLM(config).eval()


def pose_vit_state() -> dict[str, torch.Tensor]:
    """Names and shapes of HMR2's ViT, one block, for 256 x 192 px."""
    torch.manual_seed(2)
    shapes = {
        "pos_embed": (1, 193, VIT), "patch_embed.proj.weight": (VIT, 3, 16, 16), "patch_embed.proj.bias": (VIT,),
        "blocks.0.norm1.weight": (VIT,), "blocks.0.norm1.bias": (VIT,), "blocks.0.norm2.weight": (VIT,),
        "blocks.0.norm2.bias": (VIT,), "blocks.0.attn.qkv.weight": (3 * VIT, VIT), "blocks.0.attn.qkv.bias": (3 * VIT,),
        "blocks.0.attn.proj.weight": (VIT, VIT), "blocks.0.attn.proj.bias": (VIT,),
        "blocks.0.mlp.fc1.weight": (2 * VIT, VIT), "blocks.0.mlp.fc1.bias": (2 * VIT,),
        "blocks.0.mlp.fc2.weight": (VIT, 2 * VIT), "blocks.0.mlp.fc2.bias": (VIT,),
        "last_norm.weight": (VIT,), "last_norm.bias": (VIT,),
    }  # fmt: skip
    return {name: 0.05 * torch.randn(shape) for name, shape in shapes.items()}


def tokenizer_state() -> dict[str, torch.Tensor]:
    """The published names: the network within encoder and decoder once more, and a body model beside."""
    torch.manual_seed(3)
    out = {}
    for name, value in PoseTokenizer(SIZES).state_dict().items():
        kind, _, rest = name.partition(".")
        if kind != "quantizer":
            out[f"{kind}.{kind}.{rest}"] = value
    return {
        **out,
        "quantizer.codebook": torch.randn(SIZES.codes, SIZES.code_dim),
        "body_model.init_v_template": torch.zeros(1, 5, 3),
        "loss.count": torch.tensor(0.0),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as docs/models.md describes it, every file with the published names and tiny sizes."""
    words = tiny.tokenizer()
    base = mistral(len(words))
    place = tmp_path / "llava-v1.6-mistral-7b"
    base.save_pretrained(place)
    noted = json.loads((place / "config.json").read_text())
    extra = {"mm_hidden_size": 24, "mm_vision_select_layer": -2, "architectures": ["LlavaMistralForCausalLM"]}
    (place / "config.json").write_text(json.dumps({**noted, "model_type": "llava_mistral", **extra}))
    words.add_tokens([t for t in texts(SIZES.codes) if t != PICTURE], special_tokens=True)
    words.save_pretrained(tmp_path)
    rows = len(words)
    base.resize_token_embeddings(rows, mean_resizing=False)
    torch.manual_seed(4)
    targets = [n for n, _ in base.named_modules() if n.split(".")[-1] in LAYERS]
    adapted = get_peft_model(base, LoraConfig(r=3, lora_alpha=6, target_modules=targets, task_type="CAUSAL_LM"))
    with torch.no_grad():
        for name, value in adapted.named_parameters():
            if "lora_B" in name:
                value.copy_(0.3 * torch.randn_like(value))
    adapted.save_pretrained(tmp_path, save_embedding_layers=False)
    features = 24 + VIT
    trained = {
        "model.embed_tokens.weight": torch.randn(rows, WIDTH),
        "lm_head.weight": torch.randn(rows, WIDTH),
        "model.mm_projector.0.weight": 0.1 * torch.randn(WIDTH, features),
        "model.mm_projector.0.bias": torch.zeros(WIDTH),
        "model.mm_projector.2.weight": 0.1 * torch.randn(WIDTH, WIDTH),
        "model.mm_projector.2.bias": torch.zeros(WIDTH),
    }
    torch.save({f"base_model.model.{k}": v for k, v in trained.items()}, tmp_path / "non_lora_trainables.bin")
    CLIPVisionModel(tiny.vision_config()).save_pretrained(tmp_path / "clip-vit-large-patch14-336")
    vit = {f"backbone.{k}": v for k, v in pose_vit_state().items()}
    torch.save({"state_dict": {**vit, "smpl_head.x": torch.zeros(2)}, "epoch": 3}, tmp_path / "tokenhmr_model.ckpt")
    torch.save({"state_dict": tokenizer_state(), "global_step": 7}, tmp_path / "best_MPJPE.ckpt")
    return tmp_path


def test_every_weight_is_where_it_belongs(folder: Path) -> None:
    model = load_published(folder, CPU)
    trained = torch.load(folder / "non_lora_trainables.bin", weights_only=True)
    rows = len(trained["base_model.model.lm_head.weight"])
    tables = {
        "model.embed_tokens.weight": model.language.get_input_embeddings().weight,
        "lm_head.weight": model.language.get_output_embeddings().weight,
    }
    for name, found in tables.items():
        assert len(found) == rows + 1  # and our row of <image> after them
        assert torch.equal(found[:rows], trained[f"base_model.model.{name}"])
    assert model.visual is not None
    assert torch.equal(model.visual.projector[2].weight, trained["base_model.model.model.mm_projector.2.weight"])
    assert model.config.conversation == "mistral_instruct" and model.config.attention == "mixed"


def test_the_adapter_is_that_of_the_folder(folder: Path) -> None:
    """The base with the LoRA that was written, put together by peft alone, gives the same logits."""
    from peft import PeftModel

    model = load_published(folder, CPU)
    trained = torch.load(folder / "non_lora_trainables.bin", weights_only=True)
    base = mistral(len(tiny.tokenizer()))
    base.resize_token_embeddings(len(trained["base_model.model.lm_head.weight"]), mean_resizing=False)
    with torch.no_grad():
        base.get_input_embeddings().weight.copy_(trained["base_model.model.model.embed_tokens.weight"])
        base.get_output_embeddings().weight.copy_(trained["base_model.model.lm_head.weight"])
    other = PeftModel.from_pretrained(base, str(folder)).eval()
    ids = torch.tensor([[5, 9, 300, 12]])
    with torch.no_grad():
        torch.testing.assert_close(
            model.language(input_ids=ids).logits[..., :-1], other(input_ids=ids).logits, atol=1e-4, rtol=0
        )


def test_it_reads_and_writes(folder: Path) -> None:
    model = load_published(folder, CPU)
    prompt = model.reader.read([("user", f"pose of {model.reader.picture}")], [tiny.picture()], ask=True)
    assert model.words.decode(prompt.input_ids).startswith("<s>[INST] pose of <im_start><image>")
    assert len(write(model, prompt, Decoding(most_tokens=3)).ids) <= 3 + 82
    _, text = None, model.vocabulary.text(np.zeros(80, int))
    read = model.reader.read([("user", "a"), ("assistant", text)])
    assert bool(torch.isfinite(model.loss(joined([read], model.pad_id))))


def test_without_the_pose_vit_it_is_a_model_of_words(folder: Path) -> None:
    (folder / "tokenhmr_model.ckpt").unlink()
    assert load_published(folder, CPU).visual is None


def test_the_pose_vit_computes_what_the_published_one_does(folder: Path) -> None:
    """HMR2's forward pass written out: padding of 2 px, both position embeddings, one block before the last norm."""
    s = pose_vit_state()
    pixels = torch.randn(1, 3, 256, 192)
    norm = torch.nn.functional.layer_norm
    linear = torch.nn.functional.linear
    x = torch.nn.functional.conv2d(pixels, s["patch_embed.proj.weight"], s["patch_embed.proj.bias"], 16, 2)
    x = x.flatten(2).transpose(1, 2) + s["pos_embed"][:, 1:] + s["pos_embed"][:, :1]
    y = norm(x, (VIT,), s["blocks.0.norm1.weight"], s["blocks.0.norm1.bias"], 1e-6)
    q, k, v = linear(y, s["blocks.0.attn.qkv.weight"], s["blocks.0.attn.qkv.bias"]).chunk(3, dim=-1)
    y = torch.softmax(q @ k.transpose(1, 2) / VIT**0.5, dim=-1) @ v
    x = x + linear(y, s["blocks.0.attn.proj.weight"], s["blocks.0.attn.proj.bias"])
    y = norm(x, (VIT,), s["blocks.0.norm2.weight"], s["blocks.0.norm2.bias"], 1e-6)
    y = torch.nn.functional.gelu(linear(y, s["blocks.0.mlp.fc1.weight"], s["blocks.0.mlp.fc1.bias"]))
    x = x + linear(y, s["blocks.0.mlp.fc2.weight"], s["blocks.0.mlp.fc2.bias"])
    x = norm(x, (VIT,), s["last_norm.weight"], s["last_norm.bias"], 1e-6)
    with torch.no_grad():
        found = load_pose_vit(folder / "tokenhmr_model.ckpt")(pixels).feature_maps[-1]
    torch.testing.assert_close(found, x, atol=1e-4, rtol=0)


def test_the_pose_tokenizer_takes_its_sizes_from_its_weights(folder: Path) -> None:
    found = load_pose_tokenizer(folder / "best_MPJPE.ckpt")
    assert found.config == TokenizerConfig(SIZES.width, SIZES.code_dim, SIZES.codes)
    state = tokenizer_state()
    assert torch.equal(found.quantizer.codebook, state["quantizer.codebook"])
    assert torch.equal(found.decoder[16].weight, state["decoder.decoder.16.weight"])


def altered(file: Path, key: str | None, value: torch.Tensor | None, nested: bool) -> None:
    whole = torch.load(file, weights_only=True)
    table = whole["state_dict"] if nested else whole
    if value is None:
        del table[key]
    else:
        table[key] = value
    torch.save(whole, file)


@pytest.mark.parametrize(
    ("file", "key", "value"),
    [
        ("non_lora_trainables.bin", "base_model.model.lm_head.weight", None),
        ("non_lora_trainables.bin", "base_model.model.model.norm.weight", torch.zeros(WIDTH)),
        ("non_lora_trainables.bin", "base_model.model.model.mm_projector.0.weight", torch.zeros(WIDTH, 5)),
        ("non_lora_trainables.bin", "base_model.model.lm_head.weight", torch.zeros(4, WIDTH)),
        ("tokenhmr_model.ckpt", "backbone.blocks.0.attn.qkv.bias", None),
        ("tokenhmr_model.ckpt", "backbone.blocks.0.attn.more", torch.zeros(2)),
        ("best_MPJPE.ckpt", "encoder.encoder.11.weight", None),
        ("best_MPJPE.ckpt", "quantizer.codebook", torch.zeros(SIZES.codes + 1, SIZES.code_dim)),
        ("best_MPJPE.ckpt", "encoder.attention.weight", torch.zeros(2)),
    ],
)
def test_a_weight_that_does_not_fit_is_told(folder: Path, file: str, key: str, value: torch.Tensor | None) -> None:
    altered(folder / file, key, value, nested=file.endswith(".ckpt"))
    with pytest.raises(BadFile):
        load_published(folder, CPU)


def test_an_adapter_of_another_model_is_told(folder: Path) -> None:
    noted = json.loads((folder / "adapter_config.json").read_text())
    noted["target_modules"] = [t for t in noted["target_modules"] if "layers.1" not in t]
    (folder / "adapter_config.json").write_text(json.dumps(noted))
    with pytest.raises(BadFile, match=r"unexpected: .*layers\.1"):
        load_published(folder, CPU)


def test_a_base_of_another_kind_is_told(folder: Path) -> None:
    file = folder / "llava-v1.6-mistral-7b" / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "model_type": "llama"}))
    with pytest.raises(BadFile, match="llama"):
        load_published(folder, CPU)


def test_a_base_with_weights_missing_is_told(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    file = folder / "llava-v1.6-mistral-7b" / "model.safetensors"
    state = load_file(file)
    del state["model.layers.1.mlp.up_proj.weight"]
    save_file(state, file, {"format": "pt"})
    with pytest.raises(BadFile, match="up_proj"):
        load_published(folder, CPU)


@pytest.mark.parametrize("name", ["best_MPJPE.ckpt", "non_lora_trainables.bin", "adapter_model.safetensors"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BadFile, match=name):
        load_published(folder, CPU)


def test_a_missing_base_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "llava-v1.6-mistral-7b").rename(folder / "elsewhere")
    monkeypatch.setenv("HF_HUB_CACHE", str(folder / "none"))
    with pytest.raises(NotAvailable, match=r"llava-v1\.6-mistral-7b"):
        load_published(folder, CPU)


def test_a_checkpoint_that_brings_code_is_not_run(folder: Path) -> None:
    torch.save({"state_dict": tokenizer_state(), "hyper": Path("x")}, folder / "best_MPJPE.ckpt")
    with pytest.raises(BadFile, match="more than tensors"):
        load_published(folder, CPU)
