"""Eyes for a small model of ours, learned from pictures alone: `python -m backend.train.eyes CONFIG.yaml [key=value]`.

    picture -> sight -> projector -> patches, as the language model will read them -> glance -> pose

They learn from renders of our body: in which patch each joint is and where exactly, where the joints are in space, and
the pose. Told only the pose, so small a network learns nothing from so few pictures but the mean pose. A model gets
them by `model.eyes` (`seeing`); they do not change then.

A run whose folder has checkpoints goes on from the newest one; Ctrl C saves and stops.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from backend.lm.config import PoseLMConfig
from backend.lm.glance import JOINED, WHAT, Glance
from backend.lm.losses import LossWeights
from backend.lm.saving import load_exactly, read_weights
from backend.lm.saving import read_config as read_note
from backend.lm.sight import Sight, SightConfig
from rigs.skeleton import N_BODY

from . import checkpoints
from .checkpoints import Progress
from .config import LossConfig, OptimConfig, run_from
from .data.disturbing import disturbed
from .data.examples import Corpus
from .data.renders import PictureTable
from .kinematics import joints_of
from .loop import rate_at, stoppable
from .objective import joint_loss, rotation_loss, targets_of

NOTE: Final = "eyes.json"
WEIGHTS: Final = "eyes.safetensors"
FORMAT: Final = 1
_PLACES: Final = 0.5  # what the joints' patches count, beside the pose
_EXACTLY: Final = 10.0  # their places, as parts of the side
_SPACE: Final = 4.0  # where the joints are in space, m
_CHECKED: Final = 512  # pictures of the validation part
_LOSS: Final = LossConfig(root=2.0, body=4.0, hands=0.5, joints=4.0)
_OPTIM: Final = OptimConfig(lr=2e-3, steps=20000, warmup=200)


@dataclass(frozen=True)
class EyesConfig:
    """folder: the training data; out: where the eyes go. Pictures come from the part `train` alone."""

    folder: str
    out: str
    side: int = 96
    """Of the square that a picture becomes, px; a multiple of 16. Each 16 px are a patch and a token."""
    widths: tuple[int, ...] = (24, 48, 96, 192)
    """Channels of the convolutions at 2, 4, 8 and 16 px."""
    width: int = 256
    """Of the language model that will have the eyes."""
    joints: str = "smplx52"
    batch: int = 48
    loss: LossConfig = _LOSS
    optim: OptimConfig = _OPTIM
    minutes: float = 0.0
    """Wall clock after which the run ends as if its steps were done; 0: never."""
    log_every: int = 100
    check_every: int = 500
    threads: int = 1
    seed: int = 0

    @property
    def pose_lm(self) -> PoseLMConfig:
        """What the model that will have them is: how poses are written."""
        return PoseLMConfig(joints=self.joints, glances=True)


class Eyes(nn.Module):
    """Pictures (n, 3, side, side), normalised -> patches (n, P, width) and from there the pose."""

    def __init__(self, config: EyesConfig) -> None:
        from transformers import LlamaConfig, LlavaConfig
        from transformers.models.llava.modeling_llava import LlavaMultiModalProjector

        super().__init__()
        self.config = config
        sight = SightConfig(image_size=config.side, widths=list(config.widths))
        self.sight = Sight(sight)
        words = LlamaConfig(hidden_size=config.width, num_attention_heads=1, num_key_value_heads=1)
        self.projector = LlavaMultiModalProjector(LlavaConfig(vision_config=sight, text_config=words, **FEATURES))
        self.glance = Glance(config.width, config.pose_lm)

    def patches(self, pixels: Tensor) -> Tensor:
        out: Tensor = self.projector(self.sight(pixels).last_hidden_state)
        return out

    def forward(self, pixels: Tensor) -> Tensor:
        rotmats: Tensor = self.glance(self.patches(pixels))
        return rotmats

    def save(self, folder: Path) -> None:
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        save_file({n: t.contiguous() for n, t in self.state_dict().items()}, str(folder / WEIGHTS))
        shape = {k: getattr(self.config, k) for k in _SHAPE}
        note = {"format": FORMAT, "config": shape, "base": None}
        (folder / NOTE).write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Eyes:
        """Raises BadFile where the folder holds no eyes, or weights of others."""
        shape, _ = read_note(folder, NOTE, FORMAT, "trained eyes (python -m backend.train.eyes)")
        eyes = cls(EyesConfig("", str(folder), **shape))
        load_exactly(eyes, read_weights(folder / WEIGHTS), folder / WEIGHTS)
        return eyes.eval()


FEATURES: Final[dict[str, Any]] = {"vision_feature_layer": -1, "vision_feature_select_strategy": "full"}
_SHAPE: Final = ("side", "widths", "width", "joints")


class Lessons(nn.Module):
    """The eyes with what they are taught by; the heads for places are of no use afterwards."""

    def __init__(self, eyes: Eyes) -> None:
        super().__init__()
        self.eyes = eyes
        self.exactly = nn.Linear(WHAT, 2)
        self.space = nn.Linear(JOINED, 3 * N_BODY)

    def forward(self, pixels: Tensor, places: Tensor, target: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of pictures whose joints are at places (n, 22, 2) and whose poses are target (n, J, 3, 3), and its
        terms, unweighted.
        """
        eyes, loss = self.eyes, self.eyes.config.loss
        where, there = eyes.glance.at_joints(eyes.patches(pixels))
        joined = eyes.glance.joined(there)
        answered = eyes.glance.pose(joined)
        shown = ((places > 0) & (places < 1)).all(dim=-1)
        found = there[..., WHAT:] + 0.5 + self.exactly(there[..., :WHAT])
        space = self.space(joined).unflatten(-1, (N_BODY, 3))
        terms = {
            "joints": joint_loss(answered, target),
            "places": place_loss(where, places),
            "exactly": ((found - places).abs().sum(dim=-1) * shown).sum() / shown.sum().clamp(min=1),
            "space": (space - joints_of(target)).norm(dim=-1).mean(),
        }
        weights = LossWeights(0.0, loss.root, loss.body, loss.hands)
        total = rotation_loss(eyes.config.pose_lm.joint_set, answered, target, weights) + loss.joints * terms["joints"]
        total = total + _PLACES * terms["places"] + _EXACTLY * terms["exactly"] + _SPACE * terms["space"]
        return total, terms


def place_loss(where: Tensor, places: Tensor) -> Tensor:
    """Mean cross-entropy (nats) of the patches where the joints are.

    Args:
        where: (n, 22, patches) logits. places: (n, 22, 2) x and y from 0 to 1.
    """
    grid = math.isqrt(where.shape[-1])
    column, row = (places * grid).long().clamp(0, grid - 1).unbind(-1)
    return nn.functional.cross_entropy(where.flatten(0, 1), (row * grid + column).flatten())


def for_the_sight(pixels: Tensor) -> Tensor:
    """0..1 as CLIP's picture processors hand it on."""
    from transformers.image_utils import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD

    mean, deviation = (torch.tensor(v)[:, None, None] for v in (OPENAI_CLIP_MEAN, OPENAI_CLIP_STD))
    return ((pixels - mean) / deviation).contiguous(memory_format=torch.channels_last)


class Course:
    """One run: batches of pictures -> lessons -> steps."""

    def __init__(self, config: EyesConfig) -> None:
        torch.manual_seed(config.seed)
        if config.threads:
            torch.set_num_threads(config.threads)
        self.config, self.out = config, Path(config.out)
        learn = Corpus.load(Path(config.folder), "train")
        self.pictures, self.rows = _of(learn)
        self.checked = [i for i, part in enumerate(self.pictures.splits) if part == "val"][:_CHECKED]
        eyes = Eyes(config).to(memory_format=torch.channels_last)
        eyes.glance.pose.start_at(mean_rotation(self._targets(self.pictures.rotvecs[self.rows])))
        self.lessons = Lessons(eyes)
        groups: list[dict[str, Any]] = []
        for decayed in (True, False):
            some = [p for p in self.lessons.parameters() if (p.dim() > 1) == decayed]
            groups.append({"params": some, "weight_decay": config.optim.weight_decay if decayed else 0.0})
        self.optimizer = torch.optim.AdamW(groups, lr=config.optim.lr, betas=(0.9, 0.98))
        self.progress = Progress()

    def run(self) -> bool:
        """Train; whether to the end. Says how it goes."""
        latest = checkpoints.found(self.out)
        if latest:
            self.progress = checkpoints.load(latest[-1], self.lessons, self.optimizer)
            print(f"Going on from step {self.progress.step}.", flush=True)
        began, before, told = time.monotonic(), self.progress.seconds, []
        with stoppable(lambda line: print(line, flush=True)) as stopped:
            while self._share() < 1 and not stopped():
                told.append(self._step())
                self.progress.seconds = before + time.monotonic() - began
                if self.progress.step % self.config.log_every == 0:
                    mean = {k: float(np.mean([t[k] for t in told])) for k in told[0]}
                    told.clear()
                    print(self._line(mean), flush=True)
                if self.progress.step % self.config.check_every == 0:
                    self._save()
        self._save()
        self.lessons.eyes.save(self.out)
        return self._share() >= 1

    def _step(self) -> dict[str, float]:
        config = self.config
        rate = rate_at(self._share(), self.progress.step, config.optim)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * config.optim.lr
        rng = np.random.default_rng([config.seed, self.progress.step])
        chosen = rng.choice(self.rows, config.batch)
        shown = [self.pictures.shown(int(i), mirror=bool(rng.random() < 0.5)) for i in chosen]
        places = torch.from_numpy(np.stack([one.places for one in shown])).float()
        chance = torch.Generator().manual_seed(int(rng.integers(1 << 62)))
        pixels, places = disturbed(self._pixels(np.stack([one.pixels for one in shown])), places, chance)
        target = self._targets(np.stack([one.rotvecs for one in shown]))
        total, terms = self.lessons(for_the_sight(pixels), places, target)
        self.optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(self.lessons.parameters(), config.optim.clip)
        self.optimizer.step()
        self.progress.step += 1
        return {"loss": total.item(), **{k: v.item() for k, v in terms.items()}}

    @torch.no_grad()
    def off(self) -> float:
        """Mean distance (mm) of the joints on pictures of the validation part as they are."""
        self.lessons.eval()
        found = []
        for first in range(0, len(self.checked), 64):
            rows = self.checked[first : first + 64]
            answered = self.lessons.eyes(for_the_sight(self._pixels(self.pictures.pixels[rows])))
            apart = joints_of(answered) - joints_of(self._targets(self.pictures.rotvecs[rows]))
            found.append(apart.norm(dim=-1).mean(dim=-1))
        self.lessons.train()
        return float(1000 * torch.cat(found).mean())

    def _pixels(self, pixels: np.ndarray) -> Tensor:
        """(n, 3, side, side) in 0..1 of (n, s, s, 3) uint8."""
        found = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float() / 255.0
        size = (self.config.side, self.config.side)
        return found if found.shape[-2:] == size else nn.functional.interpolate(found, size, mode="area")

    def _targets(self, rotvecs: np.ndarray) -> Tensor:
        return targets_of(self.config.pose_lm, rotvecs)

    def _share(self) -> float:
        minutes = self.config.minutes
        steps = self.progress.step / self.config.optim.steps
        return max(steps, self.progress.seconds / (60 * minutes)) if minutes else steps

    def _save(self) -> None:
        if self.checked:
            print(f"step {self.progress.step}: validation {self.off():.1f} mm", flush=True)
        rng = [checkpoints.rng_state()]
        checkpoints.save(self.out, self.progress, self.lessons, self.optimizer, rng, keep=1)

    def _line(self, terms: dict[str, float]) -> str:
        left = self.progress.seconds * (1 - self._share()) / max(self._share(), 1e-9) / 60
        values = "  ".join(f"{k} {v:.3f}" for k, v in terms.items())
        return f"step {self.progress.step}  {values}  {left:.0f} min left"


def mean_rotation(rotmats: Tensor) -> Tensor:
    """(J, 3, 3): the rotation nearest to the mean of (n, J, 3, 3), the identity where none is."""
    u, _, vt = torch.linalg.svd(rotmats.mean(dim=0))
    turned = torch.linalg.det(u @ vt)[:, None, None]
    return torch.where(turned > 0, u @ vt, torch.eye(3).to(rotmats))


def _of(corpus: Corpus) -> tuple[PictureTable, list[int]]:
    shown = corpus.some(corpus.shown, "pictures")
    assert corpus.pictures is not None
    return corpus.pictures, list(shown)


def main(argv: list[str] | None = None) -> int:
    return run_from(argv, __doc__, EyesConfig, lambda config: 0 if Course(config).run() else 130)


if __name__ == "__main__":
    raise SystemExit(main())
