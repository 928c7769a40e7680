"""A small byte-pair tokenizer of our own, learned from the training texts, as transformers loads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

USER: Final = "<|user|>"
ASSISTANT: Final = "<|assistant|>"
PAD: Final = "<pad>"
END: Final = "</s>"
# Turns one after the other; a system message is left out: none was ever learned.
# Words come as a text, or as a list of texts where a picture processor writes them.
_WORDS: Final = (
    "{% if m['content'] is string %}{{ m['content'] }}"
    "{% else %}{% for part in m['content'] %}{{ part['text'] }}{% endfor %}{% endif %}"
)
CHAT_TEMPLATE: Final = (
    "{% for m in messages %}{% if m['role'] == 'user' %}" + USER + _WORDS
    + "{% elif m['role'] == 'assistant' %}" + ASSISTANT + _WORDS + "{{ eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}" + ASSISTANT + "{% endif %}"
)  # fmt: skip


def learn_tokenizer(texts: Iterable[str], size: int, extra: Iterable[str] = ()) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer of at most `size` pieces; figures go digit by digit, so that 45 and 135 share them.

    Args:
        extra: further texts that are one token each, such as the pose token.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = [PAD, END, USER, ASSISTANT, *extra]
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    out = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=PAD, eos_token=END, padding_side="right")
    out.add_special_tokens({"additional_special_tokens": [USER, ASSISTANT, *extra]})
    out.chat_template = CHAT_TEMPLATE
    return out
