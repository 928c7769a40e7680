"""Text and pose in one space: the judge of R-precision, mRecall and the Frechet distance, with captions of its own.

A pose encoder (rotations and joints of the body through an MLP) and a text encoder (a bidirectional GRU over byte
pairs) meet in unit features; the loss is the symmetric InfoNCE of a batch (PoseScript's batch-based classification,
Delmas et al., 2022, section 4.1). `python -m backend.train.retriever CONFIG.yaml` trains one.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from backend.errors import BadFile

from .config import run_from
from .data.examples import Corpus
from .data.poses import whole
from .kinematics import body_features
from .tokenizer import learn_tokenizer

WEIGHTS: Final = "retriever.safetensors"
_LONGEST: Final = 80  # tokens of a text that are read


@dataclass(frozen=True)
class RetrieverConfig:
    """folder: the training data; out: where the retriever goes. Texts come from the part `split` alone."""

    folder: str
    out: str
    split: str = "retriever"
    vocabulary: int = 2000
    width: int = 256
    """Of the text's hidden state and of the features."""
    batch: int = 128
    steps: int = 1500
    lr: float = 1e-3
    threads: int = 2
    seed: int = 0


class Retriever(nn.Module):
    """Unit features of texts and poses."""

    def __init__(self, vocabulary: int, width: int, pose_width: int) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, width // 2, padding_idx=0)
        self.reader = nn.GRU(width // 2, width, batch_first=True, bidirectional=True)
        self.of_text = nn.Linear(2 * width, width)
        self.of_pose = nn.Sequential(
            nn.LayerNorm(pose_width),
            nn.Linear(pose_width, 2 * width),
            nn.GELU(),
            nn.Linear(2 * width, 2 * width),
            nn.GELU(),
            nn.Linear(2 * width, width),
        )
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def text(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(n, width) unit features of token ids (n, t); mask is 1 where there is a token."""
        states, _ = self.reader(self.words(ids))
        states = states.masked_fill(mask[..., None] == 0, -1e4)
        return nn.functional.normalize(self.of_text(states.max(dim=1).values), dim=-1)

    def pose(self, features: Tensor) -> Tensor:
        """(n, width) unit features of `kinematics.body_features` (n, pose_width)."""
        return nn.functional.normalize(self.of_pose(features), dim=-1)

    def loss(self, text: Tensor, pose: Tensor) -> Tensor:
        """Symmetric InfoNCE: every text against all poses of the batch, and the other way round."""
        logits = self.log_scale.exp().clamp(max=100) * text @ pose.T
        own = torch.arange(len(logits))
        return (nn.functional.cross_entropy(logits, own) + nn.functional.cross_entropy(logits.T, own)) / 2


@dataclass(frozen=True, eq=False)
class Judge:
    """A trained retriever with its tokenizer."""

    model: Retriever
    tokenizer: PreTrainedTokenizerFast

    @classmethod
    def load(cls, folder: Path) -> Judge:
        """Raises BadFile where the folder holds no retriever."""
        if not (folder / WEIGHTS).exists():
            raise BadFile(f"{folder} holds no retriever", "python -m backend.train.retriever CONFIG.yaml trains one")
        weights = load_file(folder / WEIGHTS)
        model = Retriever(len(weights["words.weight"]), len(weights["of_text.bias"]), len(weights["of_pose.0.bias"]))
        model.load_state_dict(weights)
        return cls(model.eval(), AutoTokenizer.from_pretrained(folder))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(self.model.state_dict(), folder / WEIGHTS)
        self.tokenizer.save_pretrained(folder)

    @torch.inference_mode()
    def of_texts(self, texts: list[str], batch: int = 256) -> np.ndarray:
        """(n, width) unit features."""
        parts = [self.model.text(*encoded(self.tokenizer, texts[i : i + batch])) for i in range(0, len(texts), batch)]
        return torch.cat(parts).numpy()

    @torch.inference_mode()
    def of_poses(self, rotvecs: np.ndarray) -> np.ndarray:
        """(n, width) unit features of poses (n, 52, 3) rad that face ahead."""
        return self.model.pose(torch.from_numpy(body_features(whole(rotvecs)))).numpy()


def encoded(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> tuple[Tensor, Tensor]:
    """(n, t) token ids and mask. Case says nothing about a pose."""
    batch = tokenizer(
        [t.lower() for t in texts], padding=True, truncation=True, max_length=_LONGEST, return_tensors="pt"
    )
    return batch["input_ids"], batch["attention_mask"]


def train(config: RetrieverConfig) -> Judge:
    """Train on worded captions and asked prompts of one part of the data."""
    torch.manual_seed(config.seed)
    if config.threads:
        torch.set_num_threads(config.threads)
    corpus = Corpus.load(Path(config.folder), config.split)
    rng = np.random.default_rng(config.seed)
    texts = [_pair(corpus, rng)[1].lower() for _ in range(20000)]
    tokenizer = learn_tokenizer(texts, config.vocabulary)
    probe = body_features(whole(corpus.captioned(rng)[0][None]))
    model = Retriever(len(tokenizer), config.width, probe.shape[1])
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.lr, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config.lr, total_steps=config.steps)
    began, total = time.monotonic(), 0.0
    for step in range(1, config.steps + 1):
        pairs = [_pair(corpus, rng) for _ in range(config.batch)]
        poses = torch.from_numpy(body_features(whole(np.stack([p for p, _ in pairs]))))
        loss = model.loss(model.text(*encoded(tokenizer, [t for _, t in pairs])), model.pose(poses))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.item()
        if step % 50 == 0:
            print(f"step {step}/{config.steps} loss {total / 50:.3f} {time.monotonic() - began:.0f} s", flush=True)
            total = 0.0
    judge = Judge(model.eval(), tokenizer)
    judge.save(Path(config.out))
    return judge


def _pair(corpus: Corpus, rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """A caption three times out of four, else a way to ask."""
    return corpus.captioned(rng, long=False) if rng.random() < 0.75 else corpus.asked(rng)


def main(argv: list[str] | None = None) -> int:
    def run(config: RetrieverConfig) -> int:
        train(config)
        return 0

    return run_from(argv, __doc__, RetrieverConfig, run)


if __name__ == "__main__":
    raise SystemExit(main())
