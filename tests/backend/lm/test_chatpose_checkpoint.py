"""CHATPOSE-V0 in tiny: what is read calculates what the published code calculates, and nothing else is accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from backend.errors import BadFile, NotAvailable
from backend.lm.batch import collate
from backend.lm.chat import Chat, Utterance
from backend.lm.chatpose_checkpoint import is_chatpose, load_chatpose
from backend.lm.devices import Placement
from backend.lm.generating import Decoding, reply
from backend.lm.pose_lm import PoseLM
from tests.backend.lm import tiny
from tests.backend.lm.published_folder import (
    WIDTH,
    chatpose_weights,
    head_by_hand,
    llava_by_hand,
    write_chatpose,
    write_config,
    write_shards,
    write_words,
)

HERE = Placement("cpu", 32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("chatpose") / "CHATPOSE"
    write_chatpose(where)
    return where


@pytest.fixture(scope="module")
def loaded(folder: Path) -> tuple[PoseLM, Chat]:
    return load_chatpose(folder, where=HERE)


def published(folder: Path) -> dict[str, Tensor]:
    out: dict[str, Tensor] = {}
    for file in folder.glob("*.bin"):
        out |= torch.load(file, weights_only=True)
    return out


def test_it_calculates_what_the_published_model_does_with_a_picture(loaded, folder: Path) -> None:
    model, chat = loaded
    prompt = chat.encode([Utterance("user", "Who is it?", picture=tiny.picture())], ask=True)
    seen = model(collate([prompt], chat.pad_id))
    ids = prompt.input_ids.tolist()
    image = chat.image_id
    first, last = ids.index(image), len(ids) - ids[::-1].index(image)
    assert last - first == (tiny.SIDE // tiny.PATCH) ** 2
    pieces = [ids[:first], prompt.pictures["pixel_values"], ids[last:]]
    own = published(folder)
    by_hand = llava_by_hand(own, folder.parent / "clip", pieces, 401)
    assert torch.allclose(seen.hidden[0], by_hand.hidden, atol=1e-5)
    assert torch.allclose(seen.logits[0, :, :401], by_hand.logits, atol=1e-5)
    six = head_by_hand(own, "model.text_hidden_fcs.0", by_hand.hidden, "relu")
    assert torch.allclose(model.head.six(seen.hidden[0]).flatten(1), six, atol=1e-5)


def test_it_calculates_what_the_published_model_does_without_a_picture(loaded, folder: Path) -> None:
    model, chat = loaded
    prompt = chat.encode([Utterance("user", "a person sits")], ask=True)
    seen = model(collate([prompt], chat.pad_id))
    by_hand = llava_by_hand(published(folder), folder.parent / "clip", [prompt.input_ids.tolist()], 401)
    assert torch.allclose(seen.logits[0, :, :401], by_hand.logits, atol=1e-5)


def test_the_head_reads_columns_as_the_published_code_does(loaded) -> None:
    """HMR2's way: the six numbers as two rows of three, stood up as columns."""
    model, _ = loaded
    hidden = torch.randn(2, WIDTH)
    a, b = model.head.six(hidden).unflatten(-1, (2, 3)).unbind(-2)
    x = a / a.norm(dim=-1, keepdim=True)
    y = b - (x * b).sum(-1, keepdim=True) * x
    y = y / y.norm(dim=-1, keepdim=True)
    by_hand = torch.stack([x, y, torch.linalg.cross(x, y)], -1)
    assert torch.allclose(model.head(hidden), by_hand, atol=1e-5)


def test_the_mark_for_pictures_comes_behind_the_published_tokens(loaded) -> None:
    model, chat = loaded
    assert model.pose_id == 400 and chat.image_id == 401
    table = model.language.get_input_embeddings().weight
    assert table.shape[0] == 402 and not table[401].any()


def test_the_mark_for_pictures_is_never_written(loaded) -> None:
    model, chat = loaded
    with torch.no_grad():
        saved = model.language.lm_head.weight[401].clone()
        model.language.lm_head.weight[401] = 50 * torch.sign(torch.randn(WIDTH))
    prompt = chat.encode([Utterance("user", "a person sits")], ask=True)
    ids = reply(model, chat, prompt, Decoding(20)).ids
    with torch.no_grad():
        model.language.lm_head.weight[401] = saved
    assert 401 not in ids


def test_text_is_read_as_llava_read_it(loaded, folder: Path) -> None:
    """Stretches between pictures and special tokens one by one, and without the spaces beside the pose token."""
    import sentencepiece

    _, chat = loaded
    sp = sentencepiece.SentencePieceProcessor(str(folder / "tokenizer.model"))
    text = "<s>A chat USER: <image>\nWhat? ASSISTANT: It is [SEG].</s>USER: a person ASSISTANT:"
    by_hand = [1, *sp.encode("A chat USER: "), 401, *sp.encode("\nWhat? ASSISTANT: It is"), 400, *sp.encode("."), 2]
    by_hand += sp.encode("USER: a person ASSISTANT:")
    assert chat.tokenizer(text, add_special_tokens=False).input_ids == by_hand


def test_tokens_around_pictures_are_written_where_the_vocabulary_has_them(tmp_path: Path) -> None:
    where = tmp_path / "model"
    where.mkdir()
    rows = write_words(where, {"[SEG]": 400, "<im_start>": 401, "<im_end>": 402})
    own = write_chatpose(tmp_path / "other")
    del own
    write_config(where, rows, tmp_path / "clip")
    write_shards(where, chatpose_weights(rows))
    model, chat = load_chatpose(where, where=HERE)
    ids = chat.encode([Utterance("user", "Who?", picture=tiny.picture())], ask=True).input_ids.tolist()
    assert chat.image_id == 403 and model.pose_id == 400
    assert ids[ids.index(403) - 1] == 401
    assert ids[len(ids) - ids[::-1].index(403)] == 402


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda w: w.pop("model.text_hidden_fcs.0.2.bias"), r"missing: head\.outer\.bias"),
        (lambda w: w.update({"model.text_hidden_fcs.0.2.bias": torch.zeros(132)}), r"\(132,\) instead of \(144,\)"),
        (lambda w: w.update({"model.visual_model.neck": torch.zeros(1)}), r"unexpected: model\.visual_model\.neck"),
        (
            lambda w: w.update({"model.layers.2.mlp.up_proj.weight": torch.zeros(2 * WIDTH, WIDTH)}),
            r"unexpected: .*layers\.2",
        ),
        (lambda w: w.pop("model.mm_projector.0.weight"), r"missing: .*multi_modal_projector\.linear_1\.weight"),
        (
            lambda w: w.update({"lm_head.weight": torch.zeros(399, WIDTH)}),
            r"lm_head\.weight \(400, 64\) instead of \(402, 64\)",
        ),
    ],
)
def test_other_names_and_shapes_are_refused_with_a_list(folder: Path, tmp_path: Path, change, match: str) -> None:
    own = published(folder)
    change(own)
    where = _copy(folder, tmp_path, own)
    with pytest.raises(BadFile, match=match):
        load_chatpose(where, folder.parent / "clip", HERE)


def _copy(folder: Path, tmp_path: Path, own: dict[str, Tensor]) -> Path:
    where = tmp_path / "copy"
    where.mkdir()
    for name in ("tokenizer.model", "tokenizer_config.json", "added_tokens.json", "config.json"):
        (where / name).write_bytes((folder / name).read_bytes())
    write_shards(where, own, 1)
    return where


def test_a_tokenizer_of_another_model_is_refused(folder: Path, tmp_path: Path) -> None:
    where = _copy(folder, tmp_path, published(folder))
    (where / "added_tokens.json").write_text(json.dumps({"<POSE>": 400}))
    with pytest.raises(BadFile, match=r"\[SEG\]"):
        load_chatpose(where, folder.parent / "clip", HERE)


def test_more_tokens_than_rows_are_refused(folder: Path, tmp_path: Path) -> None:
    where = _copy(folder, tmp_path, published(folder))
    (where / "added_tokens.json").write_text(json.dumps({"[SEG]": 400, "<im_start>": 401}))
    with pytest.raises(BadFile, match="402 tokens"):
        load_chatpose(where, folder.parent / "clip", HERE)


def test_a_shard_that_is_not_there_is_named(folder: Path, tmp_path: Path) -> None:
    where = _copy(folder, tmp_path, published(folder))
    (where / "pytorch_model-00001-of-00001.bin").unlink()
    with pytest.raises(BadFile, match="pytorch_model-00001"):
        load_chatpose(where, folder.parent / "clip", HERE)


def test_a_vision_tower_that_is_not_here_says_how_to_get_it(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotAvailable) as caught:
        load_chatpose(folder, tmp_path / "nothing", HERE)
    assert "hf download" in caught.value.hint


@pytest.mark.parametrize("bits", [8, 4])
def test_in_fewer_bits_it_calculates_about_the_same(folder: Path, loaded, bits: int) -> None:
    pytest.importorskip("bitsandbytes")
    model, chat = load_chatpose(folder, where=Placement("cpu", bits))
    prompt = chat.encode([Utterance("user", "Who is it?", picture=tiny.picture())], ask=True)
    batch = collate([prompt], chat.pad_id)
    with torch.no_grad():
        full, few = loaded[0](batch), model(batch)
    off = (full.hidden - few.hidden.float()).norm() / full.hidden.norm()
    assert 1e-5 < off < (0.05 if bits == 8 else 0.3)
    kinds = {n.split(".")[1]: type(m).__name__ for n, m in model.language.named_modules() if n.endswith("q_proj")}
    assert kinds == {"vision_tower": "Linear", "language_model": f"Linear{bits}bit{'Lt' if bits == 8 else ''}"}
    assert reply(model, chat, prompt, Decoding(4)).ids


def test_it_knows_its_own_folders(folder: Path, tmp_path: Path) -> None:
    assert is_chatpose(folder)
    assert not is_chatpose(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}))
    assert not is_chatpose(tmp_path)
