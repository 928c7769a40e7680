"""Builds the Blender extension: dist/posewright-<version>.zip.

`python -m tools.build_extension [--out dist]`

Blender's own builder and validator do the work: they come with the module bpy, as a plain script. The files are first
copied to build/stage, together with the wheels that the manifest lists (fetched once to build/wheels). The same files
give the same zip: order, times and permissions are fixed.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
MANIFEST: Final = "blender_manifest.toml"
PARTS: Final = ("__init__.py", MANIFEST, "addon", "rigs", "backend", "constraints.txt", "README.md", "CHANGELOG.md")
LICENCES: Final = "LICENSE*", "NOTICE*"
_NOT_SHIPPED: Final = shutil.ignore_patterns("__pycache__", "*.py[cod]", ".*")
_TIME: Final = 1767225600  # 2026-01-01 UTC, for every file in the zip
_COMPLAINTS: Final = ("WARN", "ERROR", "FATAL", "Traceback")
_MIN_PYTHON: Final = "3.11"  # of the Blenders we support; the wheels must suit it


class CannotBuild(Exception):
    """The extension cannot be built; the message says why and what to do."""


def build(out: Path) -> Path:
    """Build and validate the zip in the folder `out`, which is made if need be.

    Raises:
        CannotBuild: no bpy, a wheel that cannot be had, or something that Blender's builder or validator dislikes.
    """
    builder = blender_builder()
    manifest = tomllib.loads((ROOT / MANIFEST).read_text(encoding="utf-8"))
    stage = _stage(fetch_wheels(manifest))
    out.mkdir(parents=True, exist_ok=True)
    archive = (out / f"{manifest['id']}-{manifest['version']}.zip").resolve()
    _blender(builder, "validate", str(stage))
    _blender(builder, "build", "--source-dir", str(stage), "--output-filepath", str(archive))
    _sort(archive)
    _blender(builder, "validate", str(archive))
    return archive


def _sort(archive: Path) -> None:
    """Order the files of the zip by name: the builder takes them as the file system gives them."""
    with zipfile.ZipFile(archive) as unsorted:
        files = [(unsorted.getinfo(name), unsorted.read(name)) for name in sorted(unsorted.namelist())]
    with zipfile.ZipFile(archive, "w", compresslevel=9) as out:
        for info, data in files:
            out.writestr(info, data, info.compress_type, 9)


def blender_builder() -> Path:
    """Blender's command line for extensions, inside the installed module bpy.

    Raises:
        CannotBuild: when bpy is not installed.
    """
    spec = importlib.util.find_spec("bpy")
    if spec is None or spec.origin is None:
        raise CannotBuild(
            "Blender's Python module (bpy), which carries the builder, is not installed in this Python: "
            "run `pip install bpy==5.0.1` with Python 3.11 (bpy==5.2.3 with Python 3.13)."
        )
    found = sorted(Path(spec.origin).parent.glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
    if not found:
        raise CannotBuild("the installed bpy has no bl_pkg/cli/blender_ext.py: bpy 4.5, 5.0 and 5.2 have it.")
    return found[-1]


def _blender(builder: Path, *arguments: str) -> None:
    """Run a command of Blender's builder; anything like a warning is an error."""
    done = subprocess.run([sys.executable, str(builder), *arguments], capture_output=True, text=True, check=False)
    said = f"{done.stdout}{done.stderr}".strip()
    if done.returncode != 0 or any(line.startswith(_COMPLAINTS) for line in said.splitlines()):
        raise CannotBuild(f"Blender's `{arguments[0]}` refuses the extension:\n{said}")


# ---------------------------------------------------------------------------------------------------- wheels
def fetch_wheels(manifest: dict[str, Any]) -> list[Path]:
    """The wheels that the manifest lists, from build/wheels; missing ones are downloaded there.

    Raises:
        CannotBuild: when a wheel is not pure Python or cannot be downloaded.
    """
    cache = ROOT / "build" / "wheels"
    cache.mkdir(parents=True, exist_ok=True)
    wheels = [cache / Path(name).name for name in manifest.get("wheels", [])]
    for wheel in wheels:
        if not wheel.name.endswith("-py3-none-any.whl"):
            raise CannotBuild(f"{wheel.name} in {MANIFEST} is not pure Python: only py3-none-any runs everywhere.")
        if not wheel.exists():
            _download(wheel)
    return wheels


def _download(wheel: Path) -> None:
    name, version = wheel.name.split("-")[:2]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--python-version", _MIN_PYTHON, "--dest", str(wheel.parent), f"{name}=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not wheel.exists():
        raise CannotBuild(f"could not download {wheel.name}:\n{done.stderr.strip()}")


# ---------------------------------------------------------------------------------------------------- stage
def _stage(wheels: list[Path]) -> Path:
    """A fresh copy of what is shipped, in build/stage, with fixed times and permissions."""
    stage = ROOT / "build" / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    licences = [path.name for pattern in LICENCES for path in sorted(ROOT.glob(pattern))]
    for name in (*PARTS, *licences):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, stage / name, ignore=_NOT_SHIPPED)
        elif source.exists():
            shutil.copyfile(source, stage / name)
    (stage / "wheels").mkdir()
    for wheel in wheels:
        shutil.copyfile(wheel, stage / "wheels" / wheel.name)
    for path in stage.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (_TIME, _TIME))
    return stage


def main(argv: list[str] | None = None) -> int:
    about = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m tools.build_extension", description=about)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the zip (default dist)")
    options = parser.parse_args(argv)
    try:
        archive = build(options.out)
    except CannotBuild as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{archive} ({archive.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
