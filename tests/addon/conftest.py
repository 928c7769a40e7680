"""The add-on as Blender sees it: a package made from the checkout's root. Tests that need bpy ask for `addon`.

`posewright_ext` can be imported by every test here; its pure modules need no bpy.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "posewright_ext"
# the user's own Blender settings must play no part; read when bpy is imported
os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="posewright-blender-"))
sys.path.insert(0, str(Path(__file__).parent))


def _load_package() -> None:
    if PACKAGE in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(PACKAGE, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)


_load_package()


@pytest.fixture
def addon():
    """The registered add-on in an empty scene; unregistered afterwards (a timer left behind hangs 4.5 at exit)."""
    bpy = pytest.importorskip("bpy")
    package = sys.modules[PACKAGE]
    bpy.ops.wm.read_homefile(use_empty=True)
    entry = bpy.context.preferences.addons.new()
    entry.module = PACKAGE
    package.register()
    yield package
    package.unregister()
    bpy.context.preferences.addons.remove(entry)


@pytest.fixture
def body(addon):
    """The armature of a body that has just been added."""
    import bpy

    bpy.ops.posewright.add_body()
    return bpy.context.object


@pytest.fixture
def rng():
    import numpy as np

    return np.random.default_rng(7)


@pytest.fixture
def fake(addon, monkeypatch, tmp_path):
    """A scripted pose service that the add-on starts as it starts the real one; see fake_service.py."""
    from fake_service import FakeService
    from posewright_ext.addon.settings import preferences

    service = FakeService(tmp_path)
    monkeypatch.setattr(preferences, "launch_plan", service.plan)
    yield service
    service.close()
