"""addon/tiers/interpreters.py: real interpreters, and programs that are none."""

import os
import sys

import pytest
from posewright_ext.addon.tiers import interpreters
from posewright_ext.addon.tiers.interpreters import UnfitPython, examine

needs_scripts = pytest.mark.skipif(os.name == "nt", reason="scripts that stand for programs")


def _program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_this_python_will_do():
    found = examine(sys.executable)
    assert found.version == sys.version_info[:3] and found.path == sys.executable


def test_a_missing_file_is_named():
    with pytest.raises(UnfitPython, match="no file /no/such/python"):
        examine("/no/such/python")


@needs_scripts
@pytest.mark.parametrize("text", ["echo hello", "exit 3", "echo '[1]'", "echo '{}'"])
def test_a_program_that_is_no_python_is_told(tmp_path, text):
    with pytest.raises(UnfitPython, match="not a Python that runs here"):
        examine(_program(tmp_path / "ein Prögramm", text))


@needs_scripts
def test_a_file_that_cannot_be_run_is_told(tmp_path):
    (tmp_path / "python").write_text("text")
    with pytest.raises(UnfitPython, match="not a Python that runs here"):
        examine(str(tmp_path / "python"))


def _says(tmp_path, **changes):
    """A program that answers as a Python of other properties would."""
    import json

    told = {"version": [3, 12, 1], "kind": "CPython", "bits": 64, "prefix": "/usr", "missing": []} | changes
    return _program(tmp_path / "python", f"echo '{json.dumps(told)}'")


@needs_scripts
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"version": [3, 8, 10]}, "3.8.10, which is too old"),
        ({"version": [3, 15, 0]}, "too new"),
        ({"bits": 32}, "32 bits"),
        ({"kind": "PyPy"}, "PyPy"),
        ({"missing": ["ensurepip"]}, "lacks ensurepip"),
    ],
)
def test_a_python_that_will_not_do_says_why_and_which_would(tmp_path, changes, why):
    with pytest.raises(UnfitPython, match=why) as caught:
        examine(_says(tmp_path, **changes))
    assert "3.12" in caught.value.hint


@needs_scripts
def test_the_python_of_any_blender_is_refused(tmp_path):
    (tmp_path / "5.0/scripts/modules/bpy").mkdir(parents=True)
    (tmp_path / "5.0/python").mkdir()
    with pytest.raises(UnfitPython, match="Blender's own"):
        examine(_says(tmp_path, prefix=str(tmp_path / "5.0/python")))


@needs_scripts
def test_the_newest_that_will_do_is_found(tmp_path, monkeypatch):
    _program(tmp_path / "python3.13", "exit 1")  # as of version managers: a name without a Python behind it
    os.symlink(sys.executable, tmp_path / "python3.12")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert interpreters.find().path == str(tmp_path / "python3.12")


@needs_scripts
def test_nothing_found_says_what_was_tried(tmp_path, monkeypatch):
    _program(tmp_path / "python3.13", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(interpreters, "_MORE_FOLDERS", ())
    with pytest.raises(UnfitPython, match=r"No Python from 3\.11 to 3\.13"):
        interpreters.find()
