"""addon/registration.py: what enabling the add-on costs. In a fresh interpreter, where nothing is loaded yet."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "posewright_ext"

SCRIPT = """
import importlib.util, sys, time
import bpy
find = importlib.util.spec_from_file_location
spec = find({package!r}, {root!r} + "/__init__.py", submodule_search_locations=[{root!r}])
module = importlib.util.module_from_spec(spec)
sys.modules[{package!r}] = module
spec.loader.exec_module(module)
before = set(sys.modules)
began = time.process_time()
module.register()
seconds = time.process_time() - began
new = set(sys.modules) - before
module.unregister()
module.register()
module.unregister()
assert not bpy.app.timers.is_registered(sys.modules[{package!r} + ".addon.posing.session"]._tick)
assert not hasattr(bpy.types.WindowManager, "posewright")
print("RESULT", seconds, " ".join(sorted(new)), flush=True)
"""


def test_enabling_is_quick_and_loads_neither_numpy_nor_network():
    pytest.importorskip("bpy")
    script = SCRIPT.format(package=PACKAGE, root=str(ROOT))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
    _, seconds, *new = line.split()
    heavy = {"http", "http.client", "ssl", "requests", "urllib3", "numpy", "subprocess", f"{PACKAGE}.rigs.wire"}
    assert not heavy & set(new)
    assert not {f"{PACKAGE}.addon.{name}" for name in ("rig.armature", "rig.retarget", "bodies.free_body")} & set(new)
    # 15 ms are usual; the bound is for busy machines
    assert float(seconds) < 0.15
