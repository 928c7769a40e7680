"""The training loop: batches -> objective -> gradients -> steps, with checkpoints that a run goes on from exactly."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import torch
from accelerate import Accelerator
from accelerate.utils import gather_object

from backend.lm.batch import Batch
from backend.lm.chat import Chat
from backend.lm.pose_lm import PoseLM

from . import checkpoints
from .batches import Batches
from .checkpoints import Progress
from .config import OptimConfig, TrainConfig
from .data.examples import Corpus
from .logs import Log, duration, progress_line
from .objective import Objective

CHECKED: Final = 8  # batches of the validation part that a check looks at
_UNDECAYED: Final = 2  # parameters with fewer dimensions (biases, norms) are not decayed


class Trainer:
    """One run of one model.

    Args:
        say: told one line at a time, in the first process only.
    """

    def __init__(
        self, config: TrainConfig, model: PoseLM, chat: Chat, learn: Corpus, check: Corpus, say: Callable[[str], None]
    ) -> None:
        self.config, self.chat = config, chat
        self.accelerator = Accelerator(
            mixed_precision=config.run.precision, gradient_accumulation_steps=config.optim.accumulate
        )
        first = self.accelerator.is_main_process
        self.say: Callable[[str], None] = say if first else lambda _line: None
        self.out = Path(config.out)
        objective = Objective(model, config.loss)
        optimizer = torch.optim.AdamW(parameter_groups(objective, config.optim), betas=(0.9, 0.95))
        self.objective, self.optimizer = self.accelerator.prepare(objective, optimizer)
        rank, world = self.accelerator.process_index, self.accelerator.num_processes
        self.batches = Batches(learn, chat, config.data, config.seed, rank, world)
        self.checks = Batches(check, chat, config.data, config.seed + 1)
        self.progress = Progress()
        self._stopped: Callable[[], bool] = lambda: False

    # --- a run ------------------------------------------------------------------------------------------------

    def run(self, resume: bool = True) -> Progress:
        """Train until the steps or the minutes are over, or until somebody stops it; always leaves a checkpoint."""
        latest = checkpoints.found(self.out)
        if resume and latest:
            inner = self.accelerator.unwrap_model(self.objective)
            self.progress = checkpoints.load(latest[-1], inner, self.optimizer, self.accelerator.process_index)
            self.say(f"Going on from step {self.progress.step}.")
        log = None
        if self.accelerator.is_main_process:
            log = Log(self.out, self.progress.step, self.config.run.tensorboard)
        with stoppable(self.say) as self._stopped:
            self._train(log)
        self._save()
        return self.progress

    def _train(self, log: Log | None) -> None:
        run, began, before = self.config.run, time.monotonic(), self.progress.seconds
        batches = self.batches.start_at(self.progress.position)
        told: list[dict[str, float]] = []
        while self._share() < 1 and not self._stopped():
            values = self._step(batches)
            self.progress.step += 1
            self.progress.seconds = before + time.monotonic() - began
            told.append(values)
            step = self.progress.step
            over = self._share() >= 1 or self._stopped()
            checked = step % run.check_every == 0 or over
            if step % run.log_every == 0 or checked:
                mean = {k: sum(v[k] for v in told) / len(told) for k in values}
                told.clear()
                if checked:
                    mean |= {f"val_{k}": v for k, v in self.check().items()}
                self._tell(log, mean)
            if checked and not over:
                self._save()

    def _tell(self, log: Log | None, values: dict[str, float]) -> None:
        p = self.progress
        if log is not None:
            log.add(p.step, {"seconds": p.seconds, **values})
        left = p.seconds * (1 - self._share()) / max(self._share(), 1e-9)
        told = progress_line(p.step, self.config.optim.steps, values, left)
        check = f"  (validation {values['val_loss']:.3f})" if "val_loss" in values else ""
        self.say(told + check)

    # --- a step -----------------------------------------------------------------------------------------------

    def _step(self, batches: Iterator[Batch]) -> dict[str, float]:
        """One optimiser step; the mean of its terms."""
        rate = rate_at(self._share(), self.progress.step, self.config.optim)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["peak"]
        sums: dict[str, float] = {}
        norm = torch.tensor(0.0)
        for _ in range(self.config.optim.accumulate):
            batch = next(batches).to(self.accelerator.device)
            self.progress.position += 1
            with self.accelerator.accumulate(self.objective):
                with self.accelerator.autocast():
                    total, terms = self.objective(batch)
                self.accelerator.backward(total)
                if self.accelerator.sync_gradients:
                    norm = self.accelerator.clip_grad_norm_(self.objective.parameters(), self.config.optim.clip)
                self.optimizer.step()
                self.optimizer.zero_grad()
            for name, value in {"loss": total, **terms}.items():
                sums[name] = sums.get(name, 0.0) + value.item() / self.config.optim.accumulate
        return {"lr": rate * self.config.optim.lr, "norm": float(norm), **sums}

    def _share(self) -> float:
        """How much of the run is done, 0 to 1: by steps, or by the clock where that is nearer to its end."""
        steps = self.progress.step / self.config.optim.steps
        minutes = self.config.run.minutes
        return max(steps, self.progress.seconds / (60 * minutes)) if minutes else steps

    @torch.no_grad()
    def check(self) -> dict[str, float]:
        """The mean terms over the first batches of the validation part, always the same ones."""
        self.objective.eval()
        sums: dict[str, float] = {}
        batches = self.checks.start_at(0)
        for _ in range(CHECKED):
            with self.accelerator.autocast():
                total, terms = self.accelerator.unwrap_model(self.objective)(next(batches).to(self.accelerator.device))
            for name, value in {"loss": total, **terms}.items():
                sums[name] = sums.get(name, 0.0) + float(value) / CHECKED
        self.objective.train()
        return sums

    # --- stopping ---------------------------------------------------------------------------------------------

    def _save(self) -> None:
        rng = gather_object([checkpoints.rng_state()])
        if self.accelerator.is_main_process:
            inner = self.accelerator.unwrap_model(self.objective)
            checkpoints.save(self.out, self.progress, inner, self.optimizer, rng, self.config.run.keep)
        self.accelerator.wait_for_everyone()

    @property
    def stopped(self) -> bool:
        """Whether somebody has ended the run before its time."""
        return self._stopped()


@contextmanager
def stoppable(say: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
    """While it lasts, Ctrl C asks to stop after the step at hand; a second one stops at once. Whether it was asked."""
    asked: list[bool] = []

    def stop(_number: int, _frame: Any) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(True)
        say("Stopping after this step; the same command goes on from there.")

    try:
        before = signal.signal(signal.SIGINT, stop)
    except ValueError:  # not in the main thread: nobody presses keys there
        yield lambda: bool(asked)
        return
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


def rate_at(share: float, step: int, optim: OptimConfig) -> float:
    """Share of the peak learning rate: up linearly over the warm-up, then down a cosine to the floor."""
    warm = min(1.0, (step + 1) / max(optim.warmup, 1))
    down = 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))
    return warm * (optim.floor + (1 - optim.floor) * down)


def parameter_groups(objective: Objective, optim: OptimConfig) -> list[dict[str, Any]]:
    """Trained parameters by learning rate ("peak") and decay: matrices are decayed, biases and norms are not."""
    model = objective.model
    new = [p for part in model.own_parts for p in part.parameters()]
    words = list(model.language.get_input_embeddings().parameters())
    own = dict.fromkeys(map(id, words), optim.words_lr) | dict.fromkeys(map(id, new), optim.head_lr)
    groups: dict[tuple[float, bool], list[torch.nn.Parameter]] = {}
    for parameter in objective.parameters():
        if parameter.requires_grad:
            key = (own.get(id(parameter), 0.0) or optim.lr, parameter.dim() >= _UNDECAYED)
            groups.setdefault(key, []).append(parameter)
    return [
        {"params": group, "peak": peak, "weight_decay": optim.weight_decay if decayed else 0.0}
        for (peak, decayed), group in groups.items()
    ]


__all__ = ["Trainer", "duration", "parameter_groups", "rate_at", "stoppable"]
