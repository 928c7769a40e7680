"""A tiny random model under constraint: whatever its numbers are, every text is a complete and valid program."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import torch
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from backend.errors import BadFile, Cancelled, NotAvailable
from backend.ticks import quiet
from backend.writer.answers import Choices, answer_schema
from backend.writer.author import Task, Written
from backend.writer.constraint import RESERVE, Constraint, Vocabulary
from backend.writer.local import Local
from backend.writer.prompt import Message
from backend.writer.reading import read_answer, reply_so_far
from backend.writer.settings import Settings
from tests.backend.lm import tiny

CHOICES = Choices(current=True)
TASK = Task((Message("system", "s"), Message("user", "wave")), lambda form: answer_schema(CHOICES, form), reply_so_far)
CONTEXT = 4096


def save(folder: Path, template: bool = True, context: int = CONTEXT) -> Path:
    words = tiny.tokenizer(template)
    tiny.llama(len(words) + 3, max_position_embeddings=context).save_pretrained(folder)  # rows that no token has
    words.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("model"))


def local(folder: Path, **more: object) -> Local:
    return Local(Settings(model=str(folder), **{"tokens": 500, "temperature": 1.5} | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(2))
def test_every_sample_is_a_complete_program(folder: Path, seed: int) -> None:
    for found in local(folder).write(TASK, 3, seed, quiet):
        assert isinstance(found, Written) and found.held and found.finished
        assert found.tokens_out <= 500
        jsonschema.Draft202012Validator(answer_schema(CHOICES)).validate(json.loads(found.text))
        read_answer(found.text, CHOICES, held=True)


def test_the_shortest_room_is_enough_to_close_what_is_open(folder: Path) -> None:
    (found,) = local(folder, tokens=RESERVE + 1).write(TASK, 1, 0, quiet)
    assert isinstance(found, Written) and found.finished
    read_answer(found.text, CHOICES, held=True)


def test_damaged_weights_and_models_of_another_kind_are_told(folder: Path, tmp_path: Path) -> None:
    damaged = Path(shutil.copytree(folder, tmp_path / "damaged"))
    (damaged / "model.safetensors").write_bytes(b"x" * 400)
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    (other / "config.json").write_text(json.dumps({"model_type": "vit"}), encoding="utf-8")
    for place, said in ((damaged, "damaged are damaged"), (other, "other is no language model")):
        with pytest.raises(BadFile, match=said) as caught:
            local(place).write(TASK, 1, 0, quiet)
        assert caught.value.hint


def test_the_same_seed_writes_the_same(folder: Path) -> None:
    author = local(folder, tokens=RESERVE + 60)
    first, second = (author.write(TASK, 1, 3, quiet)[0] for _ in range(2))
    assert first == second


def test_the_reply_is_told_and_the_caller_can_stop(folder: Path) -> None:
    heard: list[str] = []

    def tick(stage: str, reply: str = "") -> None:
        heard.append(reply)
        if reply:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        local(folder).write(TASK, 1, 1, tick)
    assert heard[-1] and len(heard) < 400


def test_a_model_without_a_chat_template_is_asked_in_plain_lines(tmp_path: Path) -> None:
    (found,) = local(save(tmp_path, template=False), tokens=RESERVE + 20).write(TASK, 1, 0, quiet)
    assert isinstance(found, Written)
    read_answer(found.text, CHOICES, held=True)


def test_a_context_that_is_too_short_is_said_before_writing(tmp_path: Path) -> None:
    author = local(save(tmp_path, context=RESERVE))
    with pytest.raises(NotAvailable, match="context"):
        author.write(TASK, 1, 0, quiet)


def test_pictures_are_nothing_for_a_model_of_words(folder: Path) -> None:
    task = Task((Message("user", "who?", (b"",)),), TASK.schema)
    with pytest.raises(NotAvailable, match="pictures"):
        local(folder).write(task, 1, 0, quiet)


def test_a_folder_without_a_model_is_a_clear_fault(tmp_path: Path) -> None:
    with pytest.raises((BadFile, NotAvailable)):
        local(tmp_path).write(TASK, 1, 0, quiet)


def multibyte() -> PreTrainedTokenizerFast:
    """A tokenizer whose tokens cut through characters: single bytes, and pairs that end within one."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pairs = ["Ã©", "âĤ", "ðŁ", 'Ġ"', '":', "],"]  # é; two of the three bytes of €; two of the four of an emoji
    vocabulary = {token: k for k, token in enumerate(["<unk>", "<s>", "</s>", *alphabet, *pairs])}
    bpe = Tokenizer(models.BPE(vocabulary, [(p[0], p[1]) for p in pairs], unk_token="<unk>"))
    bpe.pre_tokenizer, bpe.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=bpe, unk_token="<unk>", eos_token="</s>", bos_token="<s>")


class Walk:
    """A constraint that is stepped by hand."""

    def __init__(self, schema: dict, room: int = 5000) -> None:
        self.words = multibyte()
        self.rows = len(self.words)
        self.held = Constraint(Vocabulary(self.words, self.rows), schema, 1, 1, room)
        self.ids = [1]

    def allowed(self) -> set[int]:
        scores = self.held(torch.tensor([self.ids]), torch.zeros(1, self.rows))
        return set(torch.isfinite(scores[0]).nonzero().flatten().tolist())

    def take(self, token: str) -> None:
        self.ids.append(self.words.convert_tokens_to_ids(token))


def test_the_mask_lets_characters_of_several_bytes_through_and_not_half_of_one() -> None:
    schema = {"type": "string", "maxLength": 4}
    euro, face = ["âĤ", "¬"], ["ðŁ", "ĺ", "Ģ"]  # € and 😀, byte by byte
    walk = Walk(schema)
    for token in ['"', *euro, *face]:
        assert walk.words.convert_tokens_to_ids(token) in walk.allowed(), token
        walk.take(token)
    assert walk.words.convert_tokens_to_ids('"') in walk.allowed()
    inside = Walk(schema)
    for token in ['"', "âĤ"]:
        inside.take(token)
        inside.allowed()
    assert inside.words.convert_tokens_to_ids('"') not in inside.allowed()  # within a character there is no end
    assert inside.words.convert_tokens_to_ids("¬") in inside.allowed()


def test_a_character_counts_once_however_many_bytes_it_has() -> None:
    walk = Walk({"type": "string", "maxLength": 1})
    for token in ['"', "Ã©"]:
        assert walk.words.convert_tokens_to_ids(token) in walk.allowed()
        walk.take(token)
    assert walk.allowed() == {walk.words.convert_tokens_to_ids('"')}


def test_a_token_that_goes_beyond_what_is_allowed_is_not() -> None:
    walk = Walk({"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"], "additionalProperties": False})
    for token in ["{", '"', "a"]:
        walk.take(token)
        walk.allowed()
    allowed = walk.allowed()
    assert walk.words.convert_tokens_to_ids('":') in allowed
    assert walk.words.convert_tokens_to_ids("],") not in allowed


def test_after_the_end_there_is_only_the_end() -> None:
    walk = Walk({"const": 1})
    walk.allowed()
    walk.take("1")
    assert walk.allowed() == {walk.words.eos_token_id}


def test_near_the_end_of_the_room_what_is_open_is_closed() -> None:
    walk = Walk({"type": "string", "maxLength": 100}, room=RESERVE)
    walk.allowed()
    walk.take('"')
    assert walk.allowed() == {walk.words.convert_tokens_to_ids('"')}


@pytest.fixture(scope="module")
def seeing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny LLaVA, saved as transformers saves one."""
    folder = tmp_path_factory.mktemp("seeing")
    model, chat = tiny.picture_model()
    chat.processor.chat_template = tiny.CHAT_TEMPLATE.replace(
        "{% for p in m['content'] %}", "{% for p in m['content'] %}{% if p['type'] == 'image' %}<image>{% endif %}"
    )
    model.language.save_pretrained(folder)
    chat.processor.save_pretrained(folder)
    return folder


def test_a_model_that_sees_is_given_the_picture_and_held_as_well(seeing: Path) -> None:
    choices = Choices(people=2)
    picture = io.BytesIO()
    Image.fromarray(tiny.picture()).save(picture, "PNG")
    message = Message("user", "who waves?", (picture.getvalue(),))
    task = Task((message,), lambda form: answer_schema(choices, form), reply_so_far)
    for found in local(seeing, tokens=RESERVE + 60, temperature=1.0).write(task, 2, 0, quiet):
        assert isinstance(found, Written) and found.finished
        read_answer(found.text, choices, held=True)
    plain = local(seeing, tokens=RESERVE + 60).write(
        replace(task, messages=(Message("user", "who waves?"),)), 1, 0, quiet
    )
    assert isinstance(plain[0], Written) and plain[0].tokens_in < found.tokens_in
