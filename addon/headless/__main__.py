"""What needs Blender but no window: a pose or a motion as a .blend file, and the picture one would show of it.

`python -m addon.headless --pose POSE.json --blend OUT.blend [--png OUT.png] [--title TEXT] [--samples N] [--size WxH]`
With --motion MOTION.npz in place of --pose the body moves: a key on every frame, at the rate of the file.

Runs as an own process with a Python that has the module bpy (4.5, 5.0 or 5.2). Exit status: 0 done, 2 bad input,
3 no bpy. An error is one sentence on stderr.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

NO_BPY = 3
BAD_INPUT = 2
MAX_SIDE = 8192  # px


class BadInput(ValueError):
    """An argument or file that cannot be used; the message is one sentence for the user."""


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m addon.headless", description=__doc__.splitlines()[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--pose", type=Path, action="append", help="the pose, JSON; once more for each further body")
    what.add_argument("--motion", type=Path, help="the motion of one body, .npz as AMASS has it")
    parser.add_argument("--blend", required=True, type=Path, help="the Blender file to write")
    parser.add_argument("--png", type=Path, help="also render a picture into this file")
    parser.add_argument("--title", default="", help="words to put under the picture")
    parser.add_argument("--samples", type=_positive, default=24, help="Cycles samples a pixel (default 24)")
    parser.add_argument("--size", type=_size, help="of the picture, WxH px (default 1000x1250, upright or lying)")
    return parser.parse_args(argv)


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 100000, got {text!r}")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(p.isdecimal() and 16 <= int(p) <= MAX_SIDE for p in parts):
        raise argparse.ArgumentTypeError(f"expected WxH with sides from 16 to {MAX_SIDE} px, got {text!r}")
    return int(parts[0]), int(parts[1])


def package() -> ModuleType:
    """The package around `addon`, which the add-on's modules need for `from ...rigs import ...`.

    In Blender that is the extension itself. Run with -m from the checkout, `addon` is a top-level package without one:
    then the checkout's root is loaded as the package `posewright`, from its `__init__.py`, as Blender would.
    """
    above = __package__.rpartition(".addon")[0] if __package__ else ""
    if above:
        return sys.modules[above]
    name, root = "posewright", Path(__file__).resolve().parents[2]
    if name not in sys.modules:
        places = [str(root)]
        spec = importlib.util.spec_from_file_location(name, root / "__init__.py", submodule_search_locations=places)
        if spec is None or spec.loader is None:
            raise ImportError(f"{root} has no __init__.py")
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


def run(options: argparse.Namespace) -> None:
    """Build the scene and write the files.

    Raises:
        BadInput: an unreadable pose or motion, or a folder that is not there.
    """
    name = package().__name__
    scene = importlib.import_module(f"{name}.addon.headless.scene")
    for target in (options.blend, options.png):
        if target is not None and not target.resolve().parent.is_dir():
            raise BadInput(f"the folder {target.resolve().parent} does not exist: make it first")
    shown = {"size": options.size, "title": options.title, "samples": options.samples}
    if options.motion is not None:
        importlib.import_module(f"{name}.addon.headless.motion").build(_read_motion(options.motion), **shown)
    else:
        scene.build(_read_poses(options.pose), **shown)
    scene.save(options.blend)
    if options.png is not None:
        scene.render(options.png)


def _read_poses(paths: list[Path]) -> list[Any]:
    wire = importlib.import_module(f"{package().__name__}.rigs.wire")
    poses = []
    for path in paths:
        try:
            poses.append(wire.Pose.from_dict(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError) as error:  # WireError and JSON errors are ValueErrors
            raise BadInput(f"cannot use {path} as a pose: {error}") from None
    return poses


def _read_motion(path: Path) -> Any:
    files = importlib.import_module(f"{package().__name__}.rigs.pose_files")
    try:
        return files.read_motion(path)
    except files.BadPoseFile as error:
        raise BadInput(f"cannot use {path} as a motion: {error}") from None


def main(argv: list[str] | None = None) -> int:
    options = arguments(argv)
    if importlib.util.find_spec("bpy") is None:
        print(
            "Blender's Python module (bpy) is not installed here: run `pip install bpy==5.0.1` with Python 3.11 "
            "(bpy==5.2.3 with Python 3.13), or use `make demo`, which does it.",
            file=sys.stderr,
        )
        return NO_BPY
    try:
        run(options)
    except BadInput as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(main())
