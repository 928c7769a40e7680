"""Environments of tiers, as far as the add-on looks at them before it starts the service."""

from __future__ import annotations

import os
from pathlib import Path

from posewright_ext.addon.tiers import catalogue
from posewright_ext.addon.tiers.catalogue import TIERS


def make_environment(folder: Path, name: str) -> Path:
    """What of an environment `catalogue` looks at."""
    environment = folder / TIERS[name].folder
    packages = "Lib/site-packages" if os.name == "nt" else "lib/python3.12/site-packages"
    (environment / packages).mkdir(parents=True)
    catalogue.python_in(environment).parent.mkdir(exist_ok=True)
    catalogue.python_in(environment).write_text("")
    return environment
