"""What the cache saves a pose language model: `python -m tests.bench.pose_lm [--tokens N]`.

A random Llama of 12 layers (64 million weights) answers a prompt of 128 tokens, with the cache and by reading it all
anew for each token; prints tokens a second of both, and whether both write the same.
"""

from __future__ import annotations

import argparse
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from backend.lm.batch import Encoded, collate
from backend.lm.chat import Chat
from backend.lm.config import PoseLMConfig
from backend.lm.generating import Decoding, reply
from backend.lm.pose_lm import PoseLM, new_pose_lm
from tests.backend.lm import tiny

PROMPT = 128  # tokens


def make() -> tuple[PoseLM, Chat]:
    words, config = tiny.tokenizer(), PoseLMConfig(conversation="plain")
    words.eos_token = "<unk>"  # no reply ends early
    torch.manual_seed(0)
    language = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(words), hidden_size=640, intermediate_size=1920, num_hidden_layers=12,
            num_attention_heads=10, num_key_value_heads=10, eos_token_id=0, bos_token_id=1, pad_token_id=0,
        )
    )  # fmt: skip
    model = new_pose_lm(language, words, config).eval()
    return model, Chat(words, config, model.places)


def encoded(ids: list[int]) -> Encoded:
    none = torch.zeros(0, 52, 3, 3)
    return Encoded(torch.tensor(ids), torch.tensor(ids), none, none, torch.zeros(0, 52, dtype=torch.bool))


@torch.no_grad()
def anew(model: PoseLM, chat: Chat, ids: list[int], count: int) -> list[int]:
    """Greedy writing without a cache; the tokens that reply() may not write are left out here as well."""
    out = list(ids)
    for _ in range(count):
        logits = model(collate([encoded(out)], chat.pad_id)).logits[0, -1]
        logits[model.input_id] = -torch.inf
        out.append(int(logits.argmax()))
    return out[len(ids) :]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=64)
    count = parser.parse_args().tokens
    model, chat = make()
    ids = torch.randint(3, 300, (PROMPT,), generator=torch.Generator().manual_seed(1)).tolist()
    size = sum(p.numel() for p in model.language.parameters()) / 1e6
    print(f"{size:.0f} million weights, {torch.get_num_threads()} threads, prompt {PROMPT}, reply {count} tokens")
    seconds = {}
    for name in ("with the cache", "anew each time"):
        began = time.perf_counter()
        if name == "with the cache":
            cached = list(reply(model, chat, encoded(ids), Decoding(count)).ids)
        else:
            plain = anew(model, chat, ids, count)
        seconds[name] = time.perf_counter() - began
        print(f"{name:<16} {count / seconds[name]:6.1f} tokens/s")
    print(f"the same tokens: {cached == plain[: len(cached)]}")


if __name__ == "__main__":
    main()
