"""One version: what pip installs, what Blender installs and what the service says are the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import backend

ROOT = Path(__file__).resolve().parent.parent


def test_one_version_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text())
    assert backend.__version__ == project["version"] == manifest["version"]
    assert re.search(rf"^## \[{re.escape(backend.__version__)}\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_the_bundled_wheels_are_the_pinned_versions() -> None:
    pins = dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    wheels = tomllib.loads((ROOT / "blender_manifest.toml").read_text()).get("wheels", [])
    for wheel in wheels:
        name, version = Path(wheel).name.split("-")[:2]
        assert pins[name.replace("_", "-")] == version, wheel
        assert wheel.endswith("-py3-none-any.whl"), "every Blender on every system takes it"
