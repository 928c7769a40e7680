"""--contacts: pairs with colons, samples with semicolons, files of JSON, and what is none of these."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.contacts_option import read_contacts
from backend.errors import BadFile, BadInput


def test_pairs_and_samples_are_read() -> None:
    assert read_contacts("hand:hip, left hand : head") == [[["hand", "hip"], ["left hand", "head"]]]
    assert read_contacts("hand:hip; ;foot:leg,") == [[["hand", "hip"]], [], [["foot", "leg"]]]


def test_a_file_of_samples_is_read(tmp_path: Path) -> None:
    (tmp_path / "seen.json").write_text('[[["hand", "hip", 1]], []]', encoding="utf-8")
    assert read_contacts(str(tmp_path / "seen.json")) == [[["hand", "hip", 1]], []]


@pytest.mark.parametrize("text", ["hand", "hand:", "hand:hip:head", ":"])
def test_what_is_no_pair_is_named(text: str) -> None:
    with pytest.raises(BadInput, match="not two parts"):
        read_contacts(text)


@pytest.mark.parametrize(("held", "says"), [("{", "no JSON"), ('{"a": 1}', "no list"), ("\x00", "no JSON")])
def test_a_file_that_holds_something_else_is_named(tmp_path: Path, held: str, says: str) -> None:
    (tmp_path / "seen.json").write_text(held, encoding="utf-8")
    with pytest.raises(BadFile, match=says):
        read_contacts(str(tmp_path / "seen.json"))


def test_a_missing_file_is_named() -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        read_contacts("nowhere.json")
