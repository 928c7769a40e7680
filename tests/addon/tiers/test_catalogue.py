"""addon/tiers/catalogue.py: what tiers need agrees with the project, and what is there is told from what is not."""

import re
import tomllib
from pathlib import Path

import pytest
from posewright_ext.addon.tiers import catalogue
from posewright_ext.addon.tiers.catalogue import TIERS, Installed
from tier_makers import make_environment

ROOT = Path(__file__).resolve().parents[3]


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
    (tmp_path / catalogue.RECORD).write_text(text)
    assert catalogue.read_record(tmp_path) == {}


def test_leftovers_are_what_the_record_does_not_name(tmp_path):
    for name in ("env-photo", "env-photo.part", "env-llm.old", "other"):
        (tmp_path / name).mkdir()
    record = {"photo": Installed("3.12.4", "/p", 1)}
    assert [p.name for p in catalogue.leftovers(tmp_path, record)] == ["env-llm.old", "env-photo.part"]


def test_broken_says_what_is_gone(tmp_path):
    assert "folder" in catalogue.broken(tmp_path, TIERS["photo"])
    environment = make_environment(tmp_path, "photo")
    assert catalogue.broken(tmp_path, TIERS["photo"]) == ""
    catalogue.python_in(environment).unlink()
    assert "Python" in catalogue.broken(tmp_path, TIERS["photo"])


def test_sizes_are_said_in_words():
    assert catalogue.said_size(310e6) == "310 MB" and catalogue.said_size(3.5e9) == "3.5 GB"
