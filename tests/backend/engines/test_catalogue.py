"""The list of engines: complete, honest about what is missing, and cheap to make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backend.console import engine_lines
from backend.engines.catalogue import AUTO, ENGINES, PICTURES, Catalogue
from backend.errors import BadInput, NotAvailable

HEAVY = ("torch", "transformers", "peft", "safetensors")


def test_every_engine_is_listed_once_under_its_own_name() -> None:
    names = [e.name for e in Catalogue().infos()]
    assert len(set(names)) == len(names)
    assert {*ENGINES, *PICTURES} == set(names)


def test_what_cannot_be_used_says_what_is_missing_and_what_to_do() -> None:
    for info in Catalogue().infos():
        assert info.available == (not info.missing)
        assert info.available or info.next_step


def test_an_engine_that_lacks_something_offers_the_embedded_one() -> None:
    catalogue = Catalogue()
    lacking = [e.name for e in catalogue.infos() if not e.available and e.name not in PICTURES]
    assert lacking
    for name in lacking:
        with pytest.raises(NotAvailable, match=name) as caught:
            catalogue.get(name)
        assert "embedded" in caught.value.hint


def test_engines_of_published_checkpoints_say_that_licensed_bodies_are_not_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for variable in ("POSEWRIGHT_CHATPOSE", "POSEWRIGHT_UNIPOSE"):
        monkeypatch.setenv(variable, str(tmp_path / "none"))
    infos = {e.name: e for e in Catalogue().infos()}
    for name in ("chatpose", "unipose"):
        assert "SMPL-X model files (smpl-x.is.tue.mpg.de) are not needed" in infos[name].next_step
    assert "smpl-x.is.tue.mpg.de" in engine_lines(tuple(infos.values()))[-1]


def test_the_default_is_an_engine_that_is_ready() -> None:
    name, engine = Catalogue().get("auto")
    assert name in AUTO and engine.info().available


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(BadInput) as caught:
        Catalogue().get("gpt")
    assert all(name in caught.value.hint for name in ENGINES)


def test_listing_loads_no_heavy_package() -> None:
    code = f"""
import sys
from backend.engines.catalogue import Catalogue
Catalogue().infos()
print([m for m in {HEAVY!r} if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
