"""Blender's side: enabling the add-on, seconds for a hundred keyed prompts, the longest work on the main thread.

    python -m tests.bench.keys [PROMPTS.jsonl]      lines with "text"; without a file, ten prompts in turn

Needs bpy. The service is the real one, started as the add-on does; it is warm before the clock starts.
"""

from __future__ import annotations

import compileall
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "addon"))
import conftest

TEN = ("standing", "waving with the right hand", "sitting on a chair", "kneeling", "arms crossed", "jumping for joy",
       "lying on the back", "running", "tree pose", "crouching")  # fmt: skip
SLICE = 0.006  # s, as in addon/batch/keying.py


def main() -> None:
    import bpy

    package = sys.modules[conftest.PACKAGE]
    bpy.ops.wm.read_homefile(use_empty=True)
    entry = bpy.context.preferences.addons.new()
    entry.module = conftest.PACKAGE
    compileall.compile_dir(str(conftest.ROOT / "addon"), quiet=2)  # Blender keeps bytecode after the first start
    began = time.perf_counter()
    package.register()
    print(f"enabling the add-on: {1000 * (time.perf_counter() - began):.0f} ms")
    try:
        bpy.ops.posewright.add_body()
        bpy.ops.posewright.pose(prompt="standing")
        prompts = _prompts()
        longest = _timed_slices()
        began = time.perf_counter()
        text = bpy.data.texts.new("keys")
        text.write("\n".join(f"{1 + 8 * i}: {words}" for i, words in enumerate(prompts)))
        bpy.ops.posewright.key_list(text=text.name)
        from posewright_ext.addon.batch import keying

        print(f"{len(prompts)} prompts keyed in {time.perf_counter() - began:.2f} s: {keying.current.note[:80]}")
        print(f"longest slice of the main thread {1000 * max(longest):.1f} ms (median of {len(longest)}: "
              f"{1000 * sorted(longest)[len(longest) // 2]:.1f})")  # fmt: skip
    finally:
        package.unregister()


def _prompts() -> list[str]:
    if len(sys.argv) < 2:
        return [TEN[i % len(TEN)] for i in range(100)]
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines[:100]]


def _timed_slices() -> list[float]:
    """Cut the work into the slices that a window has, and note how long each took."""
    from posewright_ext.addon.batch import keying

    advance, spans = keying._advance, []

    def sliced(it: keying.Work, budget: float) -> None:
        while True:
            began = time.perf_counter()
            advance(it, min(budget, SLICE))
            spans.append(time.perf_counter() - began)
            if it.batch.state != "ready":
                return

    keying._advance = sliced
    return spans


if __name__ == "__main__":
    main()
