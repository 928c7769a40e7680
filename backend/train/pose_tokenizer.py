"""Train the pose tokenizer: `python -m backend.train.pose_tokenizer CONFIG.yaml --poses POSES.npz --out RUN`.

With `--start FILE.safetensors` it learns on from the weights and codes of another one of the same sizes.

UniPose's stage 1 (§3.2, §3.4): AdamW on 20 pose + 100 joints + 100 surface (mean squares; rotation matrices, m) + the
commitment. RUN gets log.csv, state.pt to go on from, and the tokenizer itself in half precision with its sizes and what
it reaches on poses that were kept aside.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from backend.errors import BadFile, BadInput
from backend.lm.body_points import BodyPoints
from backend.lm.pose_tokenizer import PoseTokenizer, TokenizerConfig, load, save
from backend.train.config import read_config
from backend.train.metrics import mpjpe, pa_mpjpe
from backend.train.tokenizer_data import Augmentation, PoseSet, batches, pose_set

_TERMS: Final = ("pose", "joints", "vertices", "commitment")
_RISES: Final = 6  # equal parts in which the noise goes up to its full size
_LEAST_RATE: Final = 0.02  # of the learning rate, at the end of the cosine
_ASIDE: Final = 1024  # poses of each source that are looked at while training


@dataclass(frozen=True)
class Plan:
    """A training run, as its YAML says it.

    free_steps: at the start, in which the encoder's vectors are not yet replaced by codes.
    """

    model: TokenizerConfig
    augmentation: Augmentation
    weights: Mapping[str, float]
    batch: int
    steps: int
    free_steps: int = 0
    atlas_share: float = 0.1
    noise_rises_every: int = 5000
    learning_rate: float = 2e-4
    warmup: int = 500
    weight_decay: float = 1e-5
    bf16: bool = False
    threads: int = 1
    seed: int = 0
    log_every: int = 50
    evaluate_every: int = 1000

    def __post_init__(self) -> None:
        wrong = sorted(set(self.weights) ^ set(_TERMS))
        if wrong:
            raise BadInput(f"weights: {', '.join(wrong)} missing or unknown", f"weights of {', '.join(_TERMS)}")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("override", nargs="*", metavar="key=value", help="over the file, e.g. steps=200")
    parser.add_argument("--poses", type=Path, required=True, help=".npz with poses (n, 22, 3) rad and trial_id (n,)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--cache", type=Path, help="folder for the solved atlas; default: the folder of the run")
    parser.add_argument("--start", type=Path, help=".safetensors of a tokenizer to learn on from")
    parser.add_argument("--resume", action="store_true", help="go on from the run's last state")
    options = parser.parse_args(argv)
    plan = read_config(options.config, options.override, Plan)
    run = Run(plan, pose_set(options.poses, options.cache or options.out), options.out)
    if options.start:
        run.start(options.start)
    if options.resume:
        run.resume()
    run.train()
    print(json.dumps(run.finish(), indent=2))


@dataclass(eq=False)
class Run:
    """The state of a training run: weights, optimizer, step."""

    plan: Plan
    poses: PoseSet
    folder: Path
    step: int = 0
    points: BodyPoints = field(default_factory=BodyPoints)

    def __post_init__(self) -> None:
        torch.set_num_threads(self.plan.threads)
        torch.manual_seed(self.plan.seed)
        self.generator = torch.Generator().manual_seed(self.plan.seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.tokenizer = PoseTokenizer(self.plan.model).to(self.device)
        self.points.to(self.device)
        self.optimizer = torch.optim.AdamW(
            self.tokenizer.parameters(), self.plan.learning_rate, betas=(0.9, 0.99), weight_decay=self.plan.weight_decay
        )
        self.folder.mkdir(parents=True, exist_ok=True)

    def start(self, file: Path) -> None:
        """Begin with the weights and codes of a tokenizer. Raises BadFile where it is none or of other sizes."""
        given = load(file)
        if given.config != self.plan.model:
            raise BadFile(f"{file.name} is a tokenizer of {given.config}", f"this run is of {self.plan.model}")
        self.tokenizer.load_state_dict(given.state_dict())
        book = self.tokenizer.quantizer
        book.sums.copy_(book.codebook)
        book.counts.fill_(1.0)

    def resume(self) -> None:
        """Go on from state.pt of the run's folder. Raises BadFile where there is none or it is of other sizes."""
        file = self.folder / "state.pt"
        try:
            state = torch.load(file, map_location=self.device, weights_only=True)
            self.tokenizer.load_state_dict(state["tokenizer"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.generator.set_state(state["generator"].cpu())
            torch.set_rng_state(state["torch"].cpu())
            self.step = state["step"]
        except (OSError, RuntimeError, KeyError) as error:
            raise BadFile(f"cannot go on from {file}: {error}", "start anew, without --resume") from error

    def train(self, until: int | None = None) -> None:
        """Take the steps that are left, or those up to `until`; log, look at what was kept aside, save."""
        last = self.plan.steps if until is None else until
        drawn = batches(self.poses, self.plan.batch, self.plan.atlas_share, self.generator)
        self.tokenizer.train()
        began, at = time.perf_counter(), self.step
        while self.step < last:
            losses = self._one_step(next(drawn))
            self.step += 1
            if self.step % self.plan.log_every == 0 or self.step == last:
                speed = (self.step - at) * self.plan.batch / (time.perf_counter() - began)
                self._log({**losses, "poses_per_s": speed, "left_min": self._left(speed)})
            if self.step % self.plan.evaluate_every == 0 or self.step == last:
                self._save()
                print(self.step, {k: {m: round(v, 1) for m, v in e.items()} for k, e in self.evaluate(_ASIDE).items()})

    def _left(self, speed: float) -> float:
        return (self.plan.steps - self.step) * self.plan.batch / speed / 60

    def _one_step(self, poses: Tensor) -> dict[str, float]:
        rate = learning_rate(self.plan, self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        rise = min(self.step // self.plan.noise_rises_every + 1, _RISES) / _RISES
        poses = self.plan.augmentation(poses, rise, self.generator).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.plan.bf16):
            made = self.tokenizer(poses, quantized=self.step >= self.plan.free_steps)
        terms = self._terms(made.rotmats.float(), poses)
        terms["commitment"] = made.commitment.float()
        loss = sum((self.plan.weights[k] * v for k, v in terms.items()), torch.zeros((), device=self.device))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.tokenizer.parameters(), 1.0)
        self.optimizer.step()
        told = {k: float(v.detach()) for k, v in terms.items()}
        return {"loss": float(loss.detach()), **told, "perplexity": float(made.perplexity), "rate": rate}

    def _terms(self, made: Tensor, wanted: Tensor) -> dict[str, Tensor]:
        """Mean squares: rotation matrices, joints and points of the skin (m)."""
        (joints, skin), (joints_wanted, skin_wanted) = self.points(made), self.points(wanted)
        return {
            "pose": mse_loss(made, wanted),
            "joints": mse_loss(joints, joints_wanted),
            "vertices": mse_loss(skin, skin_wanted),
        }

    @torch.no_grad()
    def evaluate(self, most: int | None = None) -> dict[str, dict[str, float]]:
        """What comes back of the poses that were kept aside; see `reconstruction`."""
        self.tokenizer.eval()
        rng = np.random.default_rng(0)
        chosen = {k: v[rng.permutation(len(v))[:most]] for k, v in self.poses.held_out.items() if len(v)}
        out = {k: reconstruction(self.tokenizer, self.points, torch.from_numpy(v)) for k, v in chosen.items()}
        self.tokenizer.train()
        return out

    def finish(self) -> dict[str, Any]:
        """Write the tokenizer as it is shipped and return its measures."""
        aside = self.evaluate()
        measured = {
            "steps": self.step,
            "held_out": {k: {m: round(v, 2) for m, v in e.items()} for k, e in aside.items()},
        }
        save(self.tokenizer, self.folder / "pose_tokenizer.safetensors", measured)
        return measured

    def _log(self, values: dict[str, float]) -> None:
        file = self.folder / "log.csv"
        fresh = not file.exists()
        with file.open("a", newline="") as out:
            writer = csv.writer(out)
            if fresh:
                writer.writerow(["step", *values])
            writer.writerow([self.step, *(f"{v:.6g}" for v in values.values())])
        print(f"{self.step}/{self.plan.steps} " + " ".join(f"{k} {v:.4g}" for k, v in values.items()), flush=True)

    def _save(self) -> None:
        state = {
            "tokenizer": self.tokenizer.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
            "torch": torch.get_rng_state(),
            "step": self.step,
        }
        part = self.folder / "state.part"
        torch.save(state, part)
        part.replace(self.folder / "state.pt")


def learning_rate(plan: Plan, step: int) -> float:
    """Linear up, then a cosine down to a fiftieth."""
    if step < plan.warmup:
        return plan.learning_rate * (step + 1) / plan.warmup
    done = (step - plan.warmup) / max(1, plan.steps - plan.warmup)
    share = _LEAST_RATE + (1 - _LEAST_RATE) * 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))
    return plan.learning_rate * share


@torch.no_grad()
def reconstruction(tokenizer: PoseTokenizer, points: BodyPoints, poses: Tensor) -> dict[str, float]:
    """How well poses (n, 22, 3, 3) come back through their tokens.

    Returns:
        mpjpe, pa_mpjpe and surface (mm; pelvises at the same place), angle (deg, mean of the joints), codes (share of
        the codebook that occurs), perplexity.
    """
    device = tokenizer.quantizer.codebook.device
    sums: dict[str, float] = {"mpjpe": 0.0, "pa_mpjpe": 0.0, "surface": 0.0, "angle": 0.0}
    used = torch.zeros(tokenizer.config.codes)
    for some in poses.split(256):
        wanted = some.to(device)
        ids = tokenizer.encode(wanted)
        made = tokenizer.decode(ids).float()
        (joints, skin), (joints_wanted, skin_wanted) = points(made), points(wanted)
        cosine = ((made * wanted).sum((-1, -2)) - 1) / 2
        pair = joints.cpu().numpy(), joints_wanted.cpu().numpy()
        sums["mpjpe"] += float(mpjpe(*pair).sum())
        sums["pa_mpjpe"] += float(pa_mpjpe(*pair).sum())
        sums["surface"] += 1000 * float((skin - skin_wanted).norm(dim=-1).mean(-1).sum())
        sums["angle"] += float(torch.rad2deg(torch.arccos(cosine.clamp(-1, 1))).mean(-1).sum())
        used += torch.bincount(ids.flatten().cpu(), minlength=len(used))
    share = used / used.sum()
    perplexity = float(torch.exp(-(share * torch.log(share + 1e-10)).sum()))
    means = {k: v / len(poses) for k, v in sums.items()}
    return {**means, "codes": float((used > 0).float().mean()), "perplexity": perplexity, "poses": float(len(poses))}


if __name__ == "__main__":
    main()
