"""A model of transformers on this computer, held to the schema at every token."""

from __future__ import annotations

import io
from collections.abc import Sequence
from threading import Lock
from typing import Any, Final

import torch

from backend.errors import BadFile, BadInput, NotAvailable, PosewrightError
from backend.lm.devices import memory_told, placement, quiet
from backend.lm.saving import load_language, load_words
from backend.ticks import Tick

from .author import Task, Written
from .constraint import RESERVE, Constraint, Vocabulary
from .prompt import Message
from .settings import Settings

_SINGLE: Final = 0.2  # temperature of a single sample
_TOP_P: Final = 0.95
_SPOKEN: Final = {"system": "", "user": "User: ", "assistant": "Assistant: "}  # for models without a chat template


class Local:
    """The author in a folder. The model is read when it first writes; one call writes at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._model: Any = None
        self._tokenizer: Any = None
        self._processor: Any = None
        self._vocabulary: Vocabulary | None = None

    def write(self, task: Task, n: int, seed: int, tick: Tick) -> list[Written | PosewrightError]:
        """See `author.Author`.

        Raises:
            BadFile: the folder is no such model. NotAvailable: no room for it, or its context is too short.
        """
        tick(f"Waiting for {self._settings.folder.name}")
        with self._lock:
            self._load()
            with (
                torch.random.fork_rng(devices=_devices(self._model)),
                memory_told("writing the answer"),
                torch.no_grad(),
            ):
                torch.manual_seed(seed)
                return list(self._written(task, n, tick))

    def _load(self) -> None:
        if self._model is not None:
            return
        quiet()
        folder, where = self._settings.folder, placement()
        processor, tokenizer = load_words(folder)
        if not tokenizer.is_fast:
            raise BadFile(f"{folder.name} has no tokenizer.json", "save its tokenizer with transformers as a fast one")
        with memory_told("the language model"):
            model = load_language(str(folder), where)
            self._model = model if hasattr(model, "hf_device_map") else model.to(where.device)
        rows = int(self._model.get_output_embeddings().weight.shape[0])
        self._vocabulary, self._tokenizer, self._processor = Vocabulary(tokenizer, rows), tokenizer, processor

    def _written(self, task: Task, n: int, tick: Tick) -> Sequence[Written]:
        assert self._vocabulary is not None
        inputs = self._encoded(task.messages)
        prompt = int(inputs["input_ids"].shape[1])
        room = self._room(prompt)
        held = Constraint(self._vocabulary, task.schema("bounded"), n, prompt, room)
        ends = self._vocabulary.words.eos_token

        def listen(input_ids: torch.Tensor, _scores: Any, **_more: Any) -> torch.Tensor:
            text = self._tokenizer.decode(input_ids[0, prompt:], skip_special_tokens=True)
            tick("Writing the pose", task.reply(text))
            return torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)

        temperature = self._settings.temperature if n > 1 else min(_SINGLE, self._settings.temperature)
        drawn = {"do_sample": True, "temperature": temperature, "top_p": _TOP_P, "top_k": 0}
        out = self._model.generate(
            **inputs,
            max_new_tokens=room,
            num_return_sequences=n,
            logits_processor=[held],
            stopping_criteria=[listen],
            eos_token_id=ends,
            pad_token_id=ends,
            **(drawn if temperature > 0 else {"do_sample": False}),
        )[:, prompt:]
        return [self._text(row.tolist(), ends, prompt) for row in out]

    def _text(self, ids: list[int], ends: int, prompt: int) -> Written:
        count = ids.index(ends) if ends in ids else len(ids)
        text = self._tokenizer.decode(ids[:count], skip_special_tokens=True)
        return Written(text, True, ends in ids, prompt, count)

    def _room(self, prompt: int) -> int:
        """How many tokens may be written."""
        config = self._model.config.get_text_config()
        context = getattr(config, "max_position_embeddings", None) or prompt + self._settings.tokens
        room = min(self._settings.tokens, context - prompt)
        if room <= RESERVE:
            name = self._settings.folder.name
            raise NotAvailable(
                f"{name} has a context of {context} tokens, of which the request takes {prompt}",
                "use a model with a longer one, a larger `tokens`, or the embedded engine (--engine embedded)",
                "context_too_short",
            )
        return room

    def _encoded(self, messages: Sequence[Message]) -> Any:
        """The conversation as the model's inputs, up to where it is to write."""
        if any(m.images for m in messages) and self._processor is None:
            told = f"{self._settings.folder.name} takes no pictures"
            raise NotAvailable(told, "choose a model of vision and language", "writer_model")
        words = self._processor or self._tokenizer
        if not getattr(words, "chat_template", None):
            text = "\n".join(f"{_SPOKEN[m.role]}{m.text}" for m in messages) + "\nAssistant: "
            return self._tokenizer(text, return_tensors="pt").to(self._model.device)
        turns = [_turn(m, bool(self._processor)) for m in messages]
        options: dict[str, Any] = {
            "add_generation_prompt": True, "tokenize": True, "return_dict": True, "return_tensors": "pt",
            "enable_thinking": False,
        }  # fmt: skip
        try:
            return words.apply_chat_template(turns, **options).to(self._model.device)
        except Exception as fault:  # a template says in its own ways that it knows no system's message
            if "system" not in str(fault).lower():
                raise BadInput(f"the model's chat template fails: {fault}", "use another model") from None
        return words.apply_chat_template(_without_system(messages, bool(self._processor)), **options).to(
            self._model.device
        )


def _turn(message: Message, parts: bool) -> dict[str, Any]:
    if not parts:
        return {"role": message.role, "content": message.text}
    images = [{"type": "image", "image": _opened(image)} for image in message.images]
    return {"role": message.role, "content": [*images, {"type": "text", "text": message.text}]}


def _without_system(messages: Sequence[Message], parts: bool) -> list[dict[str, Any]]:
    """The system's message in front of the user's first."""
    system = "\n".join(m.text for m in messages if m.role == "system")
    first, *others = [m for m in messages if m.role != "system"]
    return [_turn(m, parts) for m in (Message(first.role, f"{system}\n\n{first.text}", first.images), *others)]


def _opened(image: bytes) -> Any:
    from PIL import Image

    return Image.open(io.BytesIO(image)).convert("RGB")


def _devices(model: Any) -> list[Any]:
    return [model.device] if model.device.type == "cuda" else []
