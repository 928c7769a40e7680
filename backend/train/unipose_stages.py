"""Train UniPose's stages 2 to 4: `python -m backend.train.unipose_stages CONFIG.yaml [key=value ...]` (§3.4).

| stage | what is trained | from what |
|---|---|---|
| 1 | the pose tokenizer | `backend.train.pose_tokenizer` |
| 2 pose-text alignment | LoRA and the rows of pose tokens | poses and texts |
| 3 visual projector | the projector | renders |
| 4 instruction tuning | both | all tasks |

Works under `accelerate launch -m` as well. The folder of a run gets log.csv, state.pt to go on from, and the model.
"""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from backend.errors import BadFile, BadInput
from backend.lm import pose_tokenizer
from backend.lm.devices import Placement
from backend.lm.lora import LoraSettings
from backend.lm.mixed_attention import ATTENTION
from backend.lm.saving import load_language, load_words
from backend.lm.unipose import UniPose, UniPoseConfig, new_unipose
from backend.lm.unipose_reading import ReadBatch
from backend.lm.unipose_saving import load_unipose, save_unipose
from backend.lm.unipose_training import PUBLISHED_LORA, Part, add_adapter, idle, train_only
from backend.lm.visual import VisualProcessor

from .config import run_from
from .unipose_items import Items, Texts

TRAINED: Final[Mapping[int, tuple[Part, ...]]] = {2: ("adapter",), 3: ("projector",), 4: ("adapter", "projector")}


@dataclass(frozen=True)
class Model:
    """Where the model of stage 2 comes from; later stages go on from the folder of the one before."""

    base: str = ""
    """Folder or name of a language model that transformers loads."""
    pose_tokenizer: str = ""
    """A .safetensors file of `backend.train.pose_tokenizer`; the shipped one where it is empty."""
    conversation: str = "template"
    frame: str = "y_up"
    picture_frame: str = "y_up"
    """Renders are drawn by a level camera, before which poses stand as they do anyway."""
    clip: str = ""
    """Folder or name of CLIP's ViT, for stages 3 and 4."""
    pose_vit: str = ""
    """A TokenHMR checkpoint, or a folder of transformers' `VitPoseBackbone`."""
    lora_rank: int = PUBLISHED_LORA.rank
    lora_alpha: int = PUBLISHED_LORA.alpha
    lora_dropout: float = PUBLISHED_LORA.dropout
    lora_targets: tuple[str, ...] = PUBLISHED_LORA.targets


@dataclass(frozen=True)
class Stage:
    """A stage, as its YAML says it."""

    stage: int
    out: str
    data: str
    """Folder made by `backend.train.data.build`."""
    mix: Mapping[str, float]
    """Task -> how often it comes up, relative to the others."""
    start: str = ""
    """Folder of the model that the stage before has left; stage 2 begins with `model`."""
    model: Model = field(default_factory=Model)
    batch: int = 8
    steps: int = 1000
    lr: float = 5e-5
    warmup: float = 0.03
    """Share of the steps in which the learning rate rises; then it falls along a cosine."""
    weight_decay: float = 0.0
    precision: str = "no"
    picture_size: int = 256
    seed: int = 0
    threads: int = 0
    log_every: int = 20
    save_every: int = 500

    def __post_init__(self) -> None:
        if self.stage not in TRAINED:
            raise BadInput(f"stage: there is no stage {self.stage} here", f"stages: {', '.join(map(str, TRAINED))}")
        if self.stage == 2 and not self.model.base and not self.start:
            raise BadInput("stage 2 needs a language model", "give model.base, or start")
        if self.stage > 2 and not self.start:
            raise BadInput(f"stage {self.stage} goes on from another: start is empty", "give its folder as start")
        if self.precision not in ("no", "bf16", "fp16"):
            raise BadInput(f"precision: expected no, bf16 or fp16, got {self.precision!r}", "no runs everywhere")
        for name in ("batch", "steps", "lr", "log_every", "save_every", "picture_size"):
            if getattr(self, name) <= 0:
                raise BadInput(f"{name}: expected a positive number, got {getattr(self, name)}", "leave it out")

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is trained."""
        return TRAINED[self.stage]


def built(stage: Stage) -> UniPose:
    """The model that a stage begins with, its parts that are trained in place."""
    where = Placement("cpu", 32 if stage.precision == "no" else 16)
    if stage.start:
        model = load_unipose(Path(stage.start), where, trainable="adapter" in stage.parts)
    else:
        given = stage.model
        config = {k: getattr(given, k) for k in ("conversation", "frame", "picture_frame")}
        _, words = load_words(Path(given.base))
        language = load_language(given.base, where)
        language.set_attn_implementation(ATTENTION)
        tokenizer = Path(given.pose_tokenizer) if given.pose_tokenizer else pose_tokenizer.SHIPPED
        model = new_unipose(
            language, words, pose_tokenizer.load(tokenizer), UniPoseConfig.from_dict(config, "the stage's model")
        )
    if "projector" in stage.parts and model.visual is None:
        _give_eyes(model, stage.model)
    if "adapter" in stage.parts and not hasattr(model.language, "peft_config"):
        m = stage.model
        add_adapter(model, LoraSettings(m.lora_rank, m.lora_alpha, m.lora_dropout, m.lora_targets))
    return model


def _give_eyes(model: UniPose, given: Model) -> None:
    """Two encoders and a projector that knows nothing yet."""
    from transformers import CLIPVisionModel, VitPoseBackbone

    from backend.lm.unipose_checkpoint import load_pose_vit

    if not given.clip or not given.pose_vit:
        raise BadInput("a projector stands behind two encoders", "give model.clip and model.pose_vit")
    try:
        clip = CLIPVisionModel.from_pretrained(given.clip, local_files_only=True).eval()
        file = Path(given.pose_vit)
        pose_vit = load_pose_vit(file) if file.is_file() else VitPoseBackbone.from_pretrained(given.pose_vit).eval()
    except (OSError, ValueError) as fault:
        raise BadFile(f"an encoder cannot be read: {str(fault).splitlines()[0]}", "check clip and pose_vit") from None
    table = model.language.get_input_embeddings().weight
    model.visual = VisualProcessor(clip.to(table.dtype), pose_vit.to(table.dtype), table.shape[1]).to(table)
    model.reader.patches = model.visual.patches


class _Objective(nn.Module):
    """A model with its loss as one module, so that processes that train together exchange its gradients."""

    def __init__(self, model: UniPose, parts: tuple[Part, ...]) -> None:
        super().__init__()
        self.model, self.parts = model, parts

    def forward(self, batch: ReadBatch) -> Tensor:
        return self.model.loss(batch) + idle(self.model, self.parts)


class StageRun:
    """One stage of one model.

    Args:
        say: told one line at a time, in the first process only.
    """

    def __init__(self, stage: Stage, model: UniPose, texts: Texts, say: Callable[[str], None] = print) -> None:
        self.stage, self.model = stage, model
        self.accelerator = Accelerator(mixed_precision=stage.precision)
        self.say = say if self.accelerator.is_main_process else lambda _line: None
        self.out = Path(stage.out)
        self.out.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(stage.seed)
        self.trained = train_only(model, stage.parts)
        self.items = Items(texts, model, stage.mix, stage.seed, stage.picture_size)
        optimizer = torch.optim.AdamW(self.trained, stage.lr, weight_decay=stage.weight_decay)
        self.objective, self.optimizer = self.accelerator.prepare(_Objective(model, stage.parts), optimizer)
        self.step = 0

    def resume(self) -> bool:
        """Go on from state.pt of the run's folder, where there is one.

        Raises:
            BadFile: it is of another model.
        """
        file = self.out / "state.pt"
        if not file.exists():
            return False
        try:
            state = torch.load(file, map_location="cpu", weights_only=True)
            with torch.no_grad():
                for mine, kept in zip(self.trained, state["trained"], strict=True):
                    mine.copy_(kept)
            self.optimizer.load_state_dict(state["optimizer"])
        except (RuntimeError, ValueError, KeyError) as fault:
            raise BadFile(f"{file} is of another model: {fault}", "name another folder, or remove it") from None
        self.step = int(state["step"])
        torch.set_rng_state(state["rng"])
        return True

    def train(self, until: int | None = None) -> list[float]:
        """Take the steps that are left, or those up to `until`; the loss of each."""
        last = self.stage.steps if until is None else until
        began, at, losses = time.monotonic(), self.step, list[float]()
        while self.step < last:
            losses.append(self._one_step())
            self.step += 1
            over = self.step == last
            if self.step % self.stage.log_every == 0 or over:
                pace = (time.monotonic() - began) / (self.step - at)
                self._log(losses[-1], pace)
            if self.step % self.stage.save_every == 0 or over:
                self._save()
        return losses

    def finish(self) -> Path:
        """Write the model; returns its folder."""
        folder = self.out / "model"
        if self.accelerator.is_main_process:
            save_unipose(self.model.eval(), folder, self.base)
        self.accelerator.wait_for_everyone()
        return folder

    @property
    def base(self) -> str:
        """The language model that the adapter belongs to."""
        named = getattr(self.model.language, "peft_config", {}).get("default")
        return self.stage.model.base or str(getattr(named, "base_model_name_or_path", "") or "")

    def _one_step(self) -> float:
        stage, world = self.stage, self.accelerator.num_processes
        for group in self.optimizer.param_groups:
            group["lr"] = stage.lr * rate_at(self.step, stage.steps, stage.warmup)
        first = (self.step * world + self.accelerator.process_index) * stage.batch
        batch = self.items.batch(first, stage.batch).to(self.accelerator.device)
        with self.accelerator.autocast():
            loss = self.objective(batch)
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(loss.detach())

    def _log(self, loss: float, pace: float) -> None:
        if not self.accelerator.is_main_process:
            return
        file = self.out / "log.csv"
        fresh = not file.exists()
        with file.open("a", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            if fresh:
                writer.writerow(["step", "loss", "lr", "seconds_a_step"])
            writer.writerow([self.step, f"{loss:.6g}", f"{self.optimizer.param_groups[0]['lr']:.6g}", f"{pace:.3g}"])
        left = pace * (self.stage.steps - self.step)
        done = f"stage {self.stage.stage}  step {self.step}/{self.stage.steps}"
        self.say(f"{done}  loss {loss:.3f}  {left / 60:.1f} min left")

    def _save(self) -> None:
        if self.accelerator.is_main_process:
            state: dict[str, Any] = {
                "step": self.step,
                "trained": [p.detach().cpu() for p in self.trained],
                "optimizer": self.optimizer.state_dict(),
                "rng": torch.get_rng_state(),
            }
            part = self.out / "state.part"
            torch.save(state, part)
            part.replace(self.out / "state.pt")
        self.accelerator.wait_for_everyone()


def rate_at(step: int, steps: int, warmup: float) -> float:
    """Share of the learning rate: up linearly, then down a cosine to nothing."""
    rising = max(1, round(steps * warmup))
    if step < rising:
        return (step + 1) / rising
    return 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1, steps - rising)))


def main(argv: list[str] | None = None) -> int:
    return run_from(argv, __doc__, Stage, run)


def run(stage: Stage) -> int:
    """Train a stage as configured, from its last state where there is one, and say where the model is."""
    from .data.examples import Corpus

    if stage.threads:
        torch.set_num_threads(stage.threads)
    one = StageRun(stage, built(stage), Corpus.load(Path(stage.data), "train"))
    if one.resume():
        one.say(f"Going on from step {one.step}.")
    one.train()
    one.say(f"The model is in {one.finish()}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
