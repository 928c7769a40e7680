"""The zip that users get: what is in it, and a user's first minutes with it in every Blender named.

POSEWRIGHT_BPY_PYTHONS names Pythons that have bpy (separated as in PATH); without it, the Python that runs the tests.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tools import build_extension

SCENARIO = Path(__file__).with_name("extension_scenario.py")
PYTHONS = [p for p in os.environ.get("POSEWRIGHT_BPY_PYTHONS", sys.executable).split(os.pathsep) if p]
HAS_BPY = importlib.util.find_spec("bpy") is not None
needs_bpy = pytest.mark.skipif(not HAS_BPY, reason="the builder comes with bpy, which is not installed here")
SCENARIO_SECONDS = 240.0
SERVER_PACKAGES = ("anyio", "click", "h11", "sniffio", "starlette", "typing_extensions", "uvicorn")


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_extension.build(tmp_path_factory.mktemp("dist"))


@needs_bpy
@pytest.mark.bpy
def test_the_zip_has_what_is_needed_and_nothing_else(archive: Path) -> None:
    with zipfile.ZipFile(archive) as zipped:
        names = zipped.namelist()
        manifest = tomllib.loads(zipped.read("blender_manifest.toml").decode())
    wanted = {"__init__.py", "addon/registration.py", "rigs/body.npz", "rigs/skeleton.py", "backend/__main__.py"}
    wanted |= {"constraints.txt"}  # the tiers are set up with these versions
    assert wanted <= set(names)
    assert {n.split("/")[0] for n in names if "/" in n} == {"addon", "backend", "rigs", "wheels"}
    assert not [n for n in names if "__pycache__" in n or "/." in n or n.startswith(".")]
    assert {f"./{n}" for n in names if n.startswith("wheels/")} == set(manifest["wheels"])
    assert names == sorted(names)
    assert archive.name == f"posewright-{manifest['version']}.zip"
    assert archive.stat().st_size < 20e6  # of which the weights of the small model are 14.1e6


@needs_bpy
@pytest.mark.bpy
def test_the_same_files_give_the_same_zip(archive: Path, tmp_path: Path) -> None:
    assert build_extension.build(tmp_path).read_bytes() == archive.read_bytes()


@pytest.mark.skipif(not (build_extension.ROOT / "constraints.txt").exists(), reason="no constraints file here")
def test_the_wheels_are_those_that_are_tested() -> None:
    manifest = tomllib.loads((build_extension.ROOT / build_extension.MANIFEST).read_text(encoding="utf-8"))
    pinned = (build_extension.ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = {line.split(";")[0].split("#")[0].strip().replace("-", "_").lower() for line in pinned.splitlines()}
    for wheel in manifest["wheels"]:
        name, version = Path(wheel).name.split("-")[:2]
        assert f"{name}=={version}".lower() in lines


def test_without_bpy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert build_extension.main([]) == 1
    assert "pip install bpy" in capsys.readouterr().err


def bare_python(python: str, folder: Path) -> Path:
    """A Python with bpy and what `python` has beside it, but without the server's packages: as in Blender itself.

    So the service can only run from the wheels in the zip.
    """
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True)
    bare = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    theirs, ours = (_site_packages(p) for p in (python, str(bare)))
    for thing in theirs.iterdir():
        if not thing.name.lower().startswith((*SERVER_PACKAGES, "pip", "__", "posewright")) and thing.suffix != ".pth":
            (ours / thing.name).symlink_to(thing)
    return bare


def _site_packages(python: str) -> Path:
    ask = "import sysconfig; print(sysconfig.get_path('platlib'))"
    return Path(subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip())


@needs_bpy
@pytest.mark.bpy
@pytest.mark.slow
@pytest.mark.parametrize("python", PYTHONS)
def test_install_enable_pose_undo_disable(archive: Path, python: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "BLENDER", "POSEWRIGHT"))}
    environment = kept | {"BLENDER_USER_RESOURCES": str(tmp_path / "blender"), "HOME": str(home)}
    done = subprocess.run(
        [str(bare_python(python, tmp_path / "python")), "-I", str(SCENARIO), str(archive)],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=SCENARIO_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    report = json.loads(done.stdout.strip().splitlines()[-1])
    print(report)
    assert report["error_mm"] < 0.1
    assert report["wheels"], "the service did not run from the bundled wheels"
    assert report["first_pose_s"] < 30
