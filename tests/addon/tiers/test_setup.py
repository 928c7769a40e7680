"""addon/tiers/setup.py with real environments: made by this Python, filled from a folder of wheels, no network."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest
from posewright_ext.addon.tiers import catalogue, setup
from posewright_ext.addon.tiers.catalogue import TIERS, Tier, read_record
from posewright_ext.addon.tiers.removal import remove_tier
from posewright_ext.addon.tiers.setup import SetUp, SetUpPlan

NAME, VERSION = "posewright_probe", "1.2"
BACKEND = """
import os, sys, time
print("backend", *sys.argv[1:], flush=True)
if os.path.exists(os.path.join(os.path.dirname(__file__), "wait")):
    import subprocess
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    open(os.path.join(os.path.dirname(__file__), "child"), "w").write(str(child.pid))
    time.sleep(60)
import posewright_probe
import tempfile
assert tempfile.gettempdir().startswith(sys.prefix), tempfile.gettempdir()
models = os.path.join(sys.prefix, "share", "posewright", "models")
os.makedirs(models)
open(os.path.join(models, "m.tflite"), "w").write("model")
"""


def _wheel(folder: Path, version: str = VERSION) -> None:
    """A wheel with one module, as pip installs it."""
    info = f"{NAME}-{version}.dist-info"
    files = {
        f"{NAME}.py": f"version = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},"
        for name, text in files.items()
    ]
    files[f"{info}/RECORD"] = "\n".join([*digests, f"{info}/RECORD,,", ""])
    with zipfile.ZipFile(folder / f"{NAME}-{version}-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A user's folder whose name has spaces and other letters, code to run, and wheels instead of an index."""
    root = tmp_path / "Benutzer Ödön 田中"
    for name in ("wheels", "code/backend", "user"):
        (root / name).mkdir(parents=True)
    _wheel(root / "wheels")
    _wheel(root / "wheels", "2.0")
    (root / "code/backend/__init__.py").write_text("")
    (root / "code/backend/__main__.py").write_text(BACKEND)
    (root / "constraints.txt").write_text(f"{NAME}=={VERSION}\n")
    config = root / "pip.conf"
    config.write_text(f"[global]\nno-index = true\nfind-links = {(root / 'wheels').as_uri()}\n", encoding="utf-8")
    for name in [n for n in os.environ if n.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    return root


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """An environment made once: making one takes seconds, a copy of it does not."""
    folder = tmp_path_factory.mktemp("template") / "env"
    subprocess.run([sys.executable, "-I", "-m", "venv", folder], check=True)
    return folder


@pytest.fixture
def copied(template, monkeypatch):
    """The step that makes the environment copies one; all others are as they are."""
    real = setup.steps_of

    def steps_of(plan, interpreter):
        code = "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2], symlinks=True)"
        made, *rest = real(plan, interpreter)
        assert made.command[-1] == str(plan.part)
        return [setup.Step(made.stage, (sys.executable, "-c", code, str(template), str(plan.part))), *rest]

    monkeypatch.setattr(setup, "steps_of", steps_of)


@pytest.fixture
def tier(monkeypatch):
    tier = Tier("photo", "Photos", "Tests", (NAME,), 1, 1, prepare=("setup", "photo"), check=f"import {NAME}")
    monkeypatch.setitem(TIERS, "photo", tier)
    return tier


def _plan(place, tier, python=sys.executable):
    return SetUpPlan(tier, python, place / "user", place / "code", place / "constraints.txt", place / "user" / "log")


def test_a_tier_is_set_up_and_removed(place, tier):
    """The pinned version in an environment of its own, its models, a record; then nothing of it is left."""
    plan, swaps = _plan(place, tier), []
    work = SetUp(plan, lambda: swaps.append(plan.target.exists()))
    work.run()
    assert work.state == "done", (work.error, plan.log.read_text())
    made = read_record(plan.folder)["photo"]
    assert made.python == ".".join(map(str, sys.version_info[:3])) and made.size == catalogue.size_of(plan.target)
    assert not (plan.target / plan.temporary.name).exists()
    python = catalogue.python_in(plan.target)
    asked = subprocess.run([python, "-c", f"import {NAME}; print({NAME}.version)"], capture_output=True, text=True)
    assert asked.stdout.strip() == VERSION  # 2.0 lies there as well: the constraints hold
    assert (catalogue.models_in(plan.target) / "m.tflite").is_file()
    assert "backend setup photo" in plan.log.read_text()
    assert not catalogue.broken(plan.folder, tier) and not catalogue.leftovers(plan.folder, read_record(plan.folder))

    assert remove_tier(plan.folder, tier) >= made.size
    assert not plan.target.exists() and not read_record(plan.folder) and swaps == [False]


def test_a_broken_tier_is_repaired_by_setting_it_up_again(place, tier, copied):
    plan = _plan(place, tier)
    plan.target.mkdir()
    catalogue.write_record(plan.folder, {"photo": catalogue.Installed("3.11.0", sys.executable, 1)})
    assert catalogue.broken(plan.folder, tier)
    work = Watched(plan)
    work.run()
    assert work.state == "done", work.error
    assert {"Making the environment", "Installing packages", "Trying it out"} <= set(work.seen)
    assert any(stage.startswith("Fetching") for stage in work.seen)
    record = read_record(plan.folder)
    assert not catalogue.broken(plan.folder, tier) and not catalogue.leftovers(plan.folder, record)
    assert not setup.outdated(record["photo"], plan.constraints)
    plan.constraints.write_text(f"{NAME}==2.0\n")
    assert setup.outdated(record["photo"], plan.constraints)


class Watched(SetUp):
    """Keeps every stage it was in."""

    seen: tuple[str, ...] = ()

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if name == "stage":
            super().__setattr__("seen", (*self.seen, value))


def test_cancel_in_the_middle_ends_every_process_and_leaves_nothing(place, tier, copied):
    (place / "code/backend/wait").write_text("")
    plan = _plan(place, tier)
    work = SetUp(plan)
    thread = threading.Thread(target=work.run)
    thread.start()
    child = place / "code/backend/child"
    deadline = time.monotonic() + 120
    while not (child.exists() and child.read_text()) and time.monotonic() < deadline and work.busy:
        time.sleep(0.05)
    assert work.stage.startswith("Fetching") and plan.part.is_dir()
    work.cancel()
    thread.join(20)
    assert work.state == "cancelled" and work.error is None
    assert not plan.part.exists() and not plan.target.exists() and not read_record(plan.folder)
    assert not _alive(int(child.read_text()))


def _alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for its parent does not."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] == "Z":
                return False
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    return True


def test_a_package_that_is_not_there_fails_in_words_and_keeps_what_was(place, tier, copied):
    plan = _plan(place, tier)
    plan.target.mkdir()
    (plan.target / "kept").write_text("from before")
    shutil.rmtree(place / "wheels")
    (place / "wheels").mkdir()
    work = SetUp(plan)
    work.run()
    assert work.state == "failed" and f"no posewright-probe {VERSION}" in work.error.message and work.error.hint
    assert (plan.target / "kept").is_file() and not plan.part.exists()
    assert "conflicting dependencies" in plan.log.read_text()


def test_an_index_that_nobody_answers_is_told_as_no_connection(place, tier, copied):
    config = place / "pip.conf"
    config.write_text("[global]\nindex-url = http://127.0.0.1:9/simple\nretries = 1\ntimeout = 2\n", encoding="utf-8")
    work = SetUp(_plan(place, tier))
    work.run()
    assert work.state == "failed" and "no connection" in work.error.message


@pytest.mark.skipif(os.name == "nt", reason="rights of folders are another thing there")
def test_a_folder_that_cannot_be_made_is_told(place, tier):
    (place / "user").rmdir()
    (place / "user").write_text("a file")
    work = SetUp(_plan(place, tier))
    work.run()
    assert work.state == "failed" and work.error.message and work.error.hint


def test_too_little_room_is_told_before_anything_is_made(place, tier, monkeypatch):
    big = Tier("photo", "Photos", "Tests", (NAME,), 1, 10**12)
    work = SetUp(_plan(place, big))
    work.run()
    assert work.state == "failed" and "free" in work.error.message and not work.plan.part.exists()


def test_what_is_downloaded_needs_room_as_well(place, monkeypatch):
    free = 1_500_000
    monkeypatch.setattr(setup.shutil, "disk_usage", lambda _folder: shutil._ntuple_diskusage(10 * free, 9 * free, free))
    work = SetUp(_plan(place, Tier("photo", "Photos", "Tests", (NAME,), download=1, disk=1)))
    work.run()
    assert work.state == "failed" and "setting Photos up takes 2 MB" in work.error.message


def test_tiers_of_another_python_version_are_not_mixed(place, tier):
    catalogue.write_record(place / "user", {"llm": catalogue.Installed("3.99.1", "/usr/bin/python3.99", 1)})
    work = SetUp(_plan(place, tier))
    work.run()
    assert work.state == "failed" and "3.99.1" in work.error.message and "/usr/bin/python3.99" in work.error.hint


def test_removing_what_is_not_there_frees_nothing(place, tier):
    assert remove_tier(place / "user", tier) == 0
