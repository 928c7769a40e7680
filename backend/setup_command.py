"""`posewright setup photo`: what posing from pictures needs, installed into this Python's own environment."""

from __future__ import annotations

import argparse


def run(options: argparse.Namespace) -> int:
    """Set a tier up, saying each step. Returns the exit status."""
    from .vision.fetch import set_up

    print(f"the {options.tier} tier is ready: {set_up()}")
    return 0
