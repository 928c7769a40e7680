"""addon/tiers.py, setup_words.py, service_settings.py and the plan of the service that follows from them."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from posewright_ext.addon import service_settings, setup_words, tiers
from posewright_ext.addon.tiers import TIERS, Installed

ROOT = Path(__file__).resolve().parents[2]


def _bare(requirement: str) -> str:
    return re.split(r"[ <>=;]", requirement)[0].lower()


@pytest.mark.parametrize("name", TIERS)
def test_a_tier_installs_what_the_project_says_it_needs(name):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {_bare(r) for r in [*project["dependencies"], *project["optional-dependencies"][name]]}
    assert wanted <= {p.lower() for p in TIERS[name].packages}


@pytest.mark.parametrize("name", TIERS)
def test_every_package_of_a_tier_is_pinned(name):
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0].lower() for line in lines if "==" in line and not line.startswith("#")}
    assert {p.lower() for p in TIERS[name].packages} <= pinned


@pytest.mark.parametrize("text", ["", "[]", "{", '{"photo": 3}', '{"photo": {"python": "3"}}', '{"what": {}}'])
def test_a_record_that_cannot_be_read_is_nothing_set_up(tmp_path, text):
    (tmp_path / tiers.RECORD).write_text(text)
    assert tiers.read_record(tmp_path) == {}


def _environment(folder: Path, name: str) -> Path:
    """What of an environment `tiers` looks at."""
    environment = folder / TIERS[name].folder
    packages = "Lib/site-packages" if os.name == "nt" else "lib/python3.12/site-packages"
    (environment / packages).mkdir(parents=True)
    tiers.python_in(environment).parent.mkdir(exist_ok=True)
    tiers.python_in(environment).write_text("")
    return environment


def test_the_service_runs_on_one_tier_and_sees_the_packages_of_the_others(tmp_path, addon, monkeypatch):
    from posewright_ext.addon import preferences

    monkeypatch.setattr(preferences, "user_folder", lambda: tmp_path)
    assert preferences.launch_plan().python == ""
    made = {name: Installed("3.12.4", "/usr/bin/python3.12", 1) for name in TIERS}
    tiers.write_record(tmp_path, made)
    photo, llm = (_environment(tmp_path, name) for name in ("photo", "llm"))
    plan = preferences.launch_plan()
    assert plan.python == str(tiers.python_in(photo)) and plan.packages == (tiers.packages_in(llm),)
    assert dict(plan.settings)["POSEWRIGHT_MODELS"] == str(tiers.models_in(photo))
    tiers.write_record(tmp_path, made | {"llm": Installed("3.13.1", "/usr/bin/python3.13", 1)})
    assert preferences.launch_plan().packages == ()  # packages of another Python do not fit


def test_a_python_that_has_everything_goes_before_the_tiers(tmp_path, addon, monkeypatch):
    from posewright_ext.addon import preferences

    monkeypatch.setattr(preferences, "user_folder", lambda: tmp_path)
    tiers.write_record(tmp_path, {"photo": Installed("3.12.4", "/usr/bin/python3.12", 1)})
    _environment(tmp_path, "photo")
    own = preferences.own()
    own.python = "/somewhere/python"
    assert preferences.launch_plan().python != "/somewhere/python"  # chosen to set tiers up with
    own.use_python = True
    assert preferences.launch_plan().python == "/somewhere/python"


def test_leftovers_are_what_the_record_does_not_name(tmp_path):
    for name in ("env-photo", "env-photo.part", "env-llm.old", "other"):
        (tmp_path / name).mkdir()
    record = {"photo": Installed("3.12.4", "/p", 1)}
    assert [p.name for p in tiers.leftovers(tmp_path, record)] == ["env-llm.old", "env-photo.part"]


def test_broken_says_what_is_gone(tmp_path):
    assert "folder" in tiers.broken(tmp_path, TIERS["photo"])
    environment = _environment(tmp_path, "photo")
    assert tiers.broken(tmp_path, TIERS["photo"]) == ""
    tiers.python_in(environment).unlink()
    assert "Python" in tiers.broken(tmp_path, TIERS["photo"])


def test_sizes_are_said_in_words():
    assert tiers.said_size(310e6) == "310 MB" and tiers.said_size(3.5e9) == "3.5 GB"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("Error: [Errno 13] Permission denied: '/x/env'", "cannot be written"),
        ("No module named venv", "cannot make environments"),
        ("The virtual environment was not created because ensurepip is not available", "cannot make environments"),
        ("SSLError(SSLCertVerificationError(1, 'CERTIFICATE_VERIFY_FAILED'))", "certificate"),
        ("pip download failed: x. is this computer online? then try again", "no connection"),
        ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "no connection"),
        ("ERROR: No matching distribution found for ai-edge-litert", "no package ai-edge-litert"),
        ("What: its checksum differs", "checksum"),
        ("a\nValueError: odd\n", "exit code 7). Its last words: ValueError: odd"),
    ],
)
def test_failures_are_told_in_words(said, expected):
    message, hint = setup_words.explain(said, 7)
    assert expected in message and hint


def test_progress_is_read_from_the_lines_of_pip():
    read = setup_words.progress_of
    assert read("Progress 25 of 100").fraction == 0.25 and read("Progress 25 of 100").stage == ""
    assert read("  Downloading torch-2.13.0-cp311.whl (900.1 MB)").stage == "Downloading torch (900.1 MB)"
    assert read("Collecting numpy>=1.26").stage == "Looking for numpy"
    assert read("Progress 5 of 0").fraction is None and read("anything else") is None


def test_settings_become_variables_and_consent_is_for_other_computers_only():
    given = {"chatpose": "//models/chat", "writer_url": "http://127.0.0.1:1/v1", "writer_remote": "pictures"}

    def variables():
        return dict(service_settings.variables(lambda name: given.get(name, ""), lambda p: p.replace("//", "/abs/")))

    assert variables() == {"POSEWRIGHT_CHATPOSE": "/abs/models/chat", "POSEWRIGHT_WRITER_URL": "http://127.0.0.1:1/v1"}
    given["writer_url"] = "https://llm.example.org/v1"
    assert variables()["POSEWRIGHT_WRITER_REMOTE"] == "pictures"


@pytest.mark.parametrize("url", ["http://localhost:1/v1", "http://127.0.0.1", "http://[::1]:9/v1", "", "nonsense"])
def test_this_computer_is_not_elsewhere(url):
    assert not service_settings.is_elsewhere(url)


@pytest.mark.parametrize("url", ["http://192.168.1.4/v1", "https://llm.example.org", "http://localhost.example.org"])
def test_another_computer_is_elsewhere(url):
    assert service_settings.is_elsewhere(url)


def test_settings_reach_the_service_and_blenders_own_do_not(monkeypatch, tmp_path):
    from posewright_ext.addon.process import LaunchPlan, clean_environment

    monkeypatch.setenv("POSEWRIGHT_CHATPOSE", "/of/the/shell")
    plan = LaunchPlan("/p", tmp_path, tmp_path / "log", (tmp_path / "more",), (("POSEWRIGHT_CLIP", "/clip"),))
    env = clean_environment(plan, "secret")
    assert "POSEWRIGHT_CHATPOSE" not in env and env["POSEWRIGHT_CLIP"] == "/clip"
    assert env["PYTHONPATH"].split(os.pathsep) == [str(tmp_path), str(tmp_path / "more")]
