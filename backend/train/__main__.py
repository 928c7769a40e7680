"""Train a pose language model: `python -m backend.train CONFIG.yaml [key=value ...]`, or with `accelerate launch -m`.

A run whose folder has checkpoints goes on from the newest one; --fresh begins anew. Ctrl C saves and stops.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from backend.errors import BadInput, PosewrightError

from .config import TrainConfig, read_config

_NOTE = "config.json"
_MAY_CHANGE = ("run", "out")  # of a run that goes on


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m backend.train", description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("override", nargs="*", metavar="key=value", help="over the file, e.g. optim.steps=200")
    parser.add_argument("--fresh", action="store_true", help="forget what the folder of the run holds")
    options = parser.parse_args(argv)
    try:
        return run(read_config(options.config, options.override), fresh=options.fresh)
    except PosewrightError as error:
        print("\n".join(filter(None, (error.message, error.hint))), file=sys.stderr)
        return error.exit_status


def run(config: TrainConfig, fresh: bool = False) -> int:
    """Train as configured, save the model and say where it is.

    Returns:
        0, or 130 when somebody has stopped it; then there is a checkpoint and no model.
    """
    import torch
    from transformers.utils import logging

    from .data.examples import Corpus
    from .loop import Trainer
    from .models import build, finished, trained_parameters

    logging.disable_progress_bar()
    if config.run.threads:
        torch.set_num_threads(config.run.threads)
    _keep_note(config, fresh)
    learn, check = (Corpus.load(Path(config.data.folder), split) for split in ("train", "val"))
    say = _say if int(os.environ.get("RANK", "0")) == 0 else lambda _line: None
    model, chat = build(config, learn, say)
    trainer = Trainer(config, model, chat, learn, check, say)
    trained, of = trained_parameters(model)
    trainer.say(f"{trained:,} of {of:,} parameters are trained on {trainer.accelerator.device}.")
    progress = trainer.run()
    if trainer.stopped:
        return 130
    if trainer.accelerator.is_main_process:
        folder = finished(model, chat, config)
        trainer.say(f"{progress.step} steps in {progress.seconds / 60:.1f} minutes. The model is in {folder}.")
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _keep_note(config: TrainConfig, fresh: bool) -> None:
    """Write what the run is, and refuse to go on with another one in the same folder.

    Raises:
        BadInput: the folder holds a run with other settings.
    """
    out = Path(config.out)
    note = out / _NOTE
    if fresh:
        shutil.rmtree(out, ignore_errors=True)
    mine = {k: v for k, v in json.loads(json.dumps(asdict(config))).items() if k not in _MAY_CHANGE}
    if note.exists():
        theirs = json.loads(note.read_text(encoding="utf-8"))
        differing = [k for k in mine if mine[k] != theirs.get(k)]
        if differing:
            raise BadInput(
                f"{out} holds a run with other settings: {', '.join(differing)}", "name another folder, or use --fresh"
            )
    out.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(mine, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
