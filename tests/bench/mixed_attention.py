"""Mixed against causal attention: one small UniPose trained twice, then asked for the same poses (UniPose, table 6).

    python -m tests.bench.mixed_attention --tokenizer FILE.safetensors [--minutes 6] [--cache FOLDER]

Both models are alike but for their attention. They learn for the same time from the ways to ask for the atlas's poses,
and are tested on ways that they have not seen of poses that they have. Reported: share of codes that are right,
distance of the decoded pose from the one that was meant, and the time and number of passes of one pose.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from backend.language.atlas import shipped
from backend.lm import pose_tokenizer
from backend.lm.body_points import BodyPoints
from backend.lm.generating import Decoding
from backend.lm.unipose import UniPose, UniPoseConfig, new_unipose
from backend.lm.unipose_reading import joined
from backend.lm.unipose_writing import write
from backend.train.data.sources import ways_to_ask
from backend.train.tokenizer import learn_tokenizer
from backend.train.tokenizer_data import atlas_poses, twins
from rigs.skeleton import N_JOINTS

TESTED = 200  # prompts
RATE = 2e-3  # of learning, at its peak
COLD = 3  # replies whose time does not count
APART = 0.2  # share of the prompts that are kept for the test


def asked(cache: Path, most: int) -> tuple[list[str], list[int], np.ndarray]:
    """Prompts for `most` poses, the number of the pose that each means, all poses (n, 55, 3) rad with mirror images."""
    names, body = atlas_poses(shipped(), cache)
    rotvecs = np.zeros((2 * len(body), N_JOINTS, 3))
    rotvecs[:, : body.shape[1]] = twins(body)
    prompts, numbers = [], []
    for k in np.random.default_rng(2).permutation(len(names))[:most].tolist():
        name = names[k]
        for prompt, mirrored in ways_to_ask(name):
            prompts.append(prompt)
            numbers.append(k + len(body) * mirrored)
    return prompts, numbers, rotvecs


def small(attention: str, prompts: list[str], poses: Any, width: int, layers: int) -> UniPose:
    """A model of half a million weights and more that knows the words of the prompts."""
    torch.manual_seed(0)
    words = learn_tokenizer(prompts, 2000)
    config = LlamaConfig(
        vocab_size=len(words), hidden_size=width, intermediate_size=3 * width, num_hidden_layers=layers,
        num_attention_heads=4, num_key_value_heads=4, tie_word_embeddings=True, pad_token_id=words.pad_token_id,
        eos_token_id=words.eos_token_id, bos_token_id=None, max_position_embeddings=512,
    )  # fmt: skip
    return new_unipose(LlamaForCausalLM(config), words, poses, UniPoseConfig(attention=attention))  # type: ignore[arg-type]


def train(model: UniPose, prompts: list[str], texts: list[str], minutes: float, batch: int) -> tuple[int, float]:
    """Learn for a while; steps and the last losses' mean."""
    rng, began, losses = np.random.default_rng(0), time.monotonic(), list[float]()
    optimizer = torch.optim.AdamW(model.language.parameters(), RATE)
    model.train()
    while (share := (time.monotonic() - began) / (60 * minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (len(losses) + 1) / 50) * (0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * share)))
        chosen = rng.integers(len(prompts), size=batch)
        reads = [model.reader.read([("user", prompts[i]), ("assistant", texts[i])]) for i in chosen]
        with torch.autocast("cpu", torch.bfloat16):
            loss = model.loss(joined(reads, model.pad_id))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
        if len(losses) % 50 == 0:
            print(f"  {len(losses)} steps, loss {np.mean(losses[-50:]):.3f}", flush=True)
    model.eval()
    return len(losses), float(np.mean(losses[-50:]))


def measured(model: UniPose, prompts: list[str], wanted: np.ndarray) -> dict[str, float]:
    """Ask for poses; wanted: their codes (n, 80)."""
    points, seconds, right, away, passes, none = BodyPoints(), [], [], [], [], 0
    for k, (prompt, codes) in enumerate(zip(prompts, wanted, strict=True)):
        read = model.reader.read([("user", prompt)], ask=True)
        began = time.perf_counter()
        found = write(model, read, Decoding(most_tokens=8))
        if k >= COLD:
            seconds.append(time.perf_counter() - began)
        if not len(found.codes):
            none += 1
            continue
        passes.append(found.passes)
        right.append(float((found.codes[0] == codes).mean()))
        rotmats = model.pose_tokenizer.decode(torch.tensor(np.stack([found.codes[0], codes])))
        with torch.no_grad():
            joints, _ = points(rotmats)
        away.append(1000 * float((joints[0] - joints[1]).norm(dim=-1).mean()))
    return {
        "codes right %": 100 * float(np.mean(right)),
        "MPJPE mm": float(np.mean(away)),
        "median mm": float(np.median(away)),
        "ms a reply": 1000 * float(np.median(seconds)),
        "passes": float(np.median(passes)),
        "no pose": float(none),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, default=pose_tokenizer.SHIPPED)
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"))
    parser.add_argument("--poses", type=int, default=24, help="of the atlas, drawn at random")
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--width", type=int, default=96)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=16)
    options = parser.parse_args()
    torch.set_num_threads(1)
    poses = pose_tokenizer.load(options.tokenizer)
    prompts, numbers, rotvecs = asked(options.cache, options.poses)
    aside = np.random.default_rng(1).random(len(prompts)) < APART
    learned = [i for i in range(len(prompts)) if not aside[i]]
    tested = [i for i in np.flatnonzero(aside) if numbers[i] in {numbers[k] for k in learned}][:TESTED]
    print(f"{len(learned)} prompts to learn from, {len(tested)} to test with, {len(set(numbers))} poses")
    for attention in ("mixed", "causal"):
        model = small(attention, prompts, poses, options.width, options.layers)
        codes = np.concatenate([model.codes(part) for part in np.array_split(rotvecs, 40)])
        texts = [model.vocabulary.text(codes[numbers[i]]) for i in learned]
        steps, loss = train(model, [prompts[i] for i in learned], texts, options.minutes, options.batch)
        found = measured(model, [prompts[i] for i in tested], codes[[numbers[i] for i in tested]])
        told = ", ".join(f"{k} {v:.1f}" for k, v in found.items())
        size = sum(p.numel() for p in model.language.parameters()) / 1e6
        print(f"{attention}: {size:.1f} M weights, {steps} steps, loss {loss:.3f}; {told}", flush=True)


if __name__ == "__main__":
    main()
