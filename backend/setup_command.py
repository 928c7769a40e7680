"""`posewright setup TIER`: what a tier needs, installed into this Python's own environment, models beside it."""

from __future__ import annotations

import argparse
import sys

from .errors import BadInput


def run(options: argparse.Namespace) -> int:
    """Set a tier up, saying each step. Returns the exit status."""
    from .vision.fetch import set_up, with_video

    if options.tier == "vitpose":
        folder = _vitpose(options)
    elif options.yes or options.source:
        raise BadInput("--yes and --from belong to: posewright setup vitpose", "setup photo asks nothing")
    else:
        if options.tier == "video":
            with_video(needed=True)
        folder = set_up()
    print(f"the {options.tier} tier is ready: {folder}")
    return 0


def _vitpose(options: argparse.Namespace) -> object:
    from .vision import hub

    if options.source:
        return hub.take(options.source)
    return hub.set_up((lambda question: True) if options.yes else _agreed)


def _agreed(question: str) -> bool:
    """Whether somebody at the terminal says yes."""
    if not sys.stdin.isatty():
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
