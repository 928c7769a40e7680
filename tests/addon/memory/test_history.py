"""addon/memory/history.py: what was asked survives, can be found, and never costs a favourite."""

import json

import pytest
from posewright_ext.addon.memory import history
from posewright_ext.addon.memory.history import Entry, History


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "history.json"


def test_entries_survive_a_restart_newest_first(path):
    first = History(path)
    first.add(Entry("kneel", "Kneeling.", pose={"rotvecs": [[0.0] * 3] * 55}))
    first.add(Entry("sit", picture="a.png"))
    again = History(path)
    assert [e.said for e in again.entries] == ["sit", "kneel"] and again.entries == first.entries


def test_the_same_words_again_are_one_entry_and_stay_a_favourite(path):
    h = History(path)
    h.add(Entry("kneel"))
    h.star(h.entries[0].id)
    h.add(Entry("sit"))
    h.add(Entry("kneel", "new reply"))
    assert [(e.said, e.favourite, e.reply) for e in h.entries] == [("kneel", True, "new reply"), ("sit", False, "")]


def test_search_finds_every_word_in_any_order_and_case(path):
    h = History(path)
    for said in ("Sitting on a chair", "chair pose", "standing"):
        h.add(Entry(said))
    assert [e.said for e in h.search("CHAIR sitting")] == ["Sitting on a chair"]
    assert len(h.search("")) == 3 and h.search("", favourites=True) == []


def test_favourites_outlive_the_limit_and_clearing(path, monkeypatch):
    monkeypatch.setattr(history, "KEEP", 3)
    h = History(path)
    h.add(Entry("old friend"))
    h.star(h.entries[0].id)
    for i in range(5):
        h.add(Entry(f"pose {i}"))
    assert [e.said for e in h.entries] == ["pose 4", "pose 3", "pose 2", "old friend"]
    h.clear()
    assert [e.said for e in History(path).entries] == ["old friend"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"entries": [{"said": 3}]}', '{"entries": 5}'])
def test_a_broken_file_is_set_aside_and_said(path, text):
    path.parent.mkdir()
    path.write_text(text)
    h = History(path)
    assert h.entries == [] and "could not be read" in h.problem
    assert path.with_suffix(".unreadable.json").read_text() == text
    h.add(Entry("sit"))
    assert [e.said for e in History(path).entries] == ["sit"]


def test_what_a_newer_version_adds_does_no_harm(path):
    path.parent.mkdir()
    path.write_text(json.dumps({"version": 9, "entries": [{"said": "sit", "mood": "new", "favourite": "yes"}]}))
    assert [(e.said, e.favourite) for e in History(path).entries] == [("sit", False)]


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    h = History(tmp_path / "file" / "history.json")
    h.add(Entry("sit"))
    assert "could not be saved" in h.problem and h.entries[0].said == "sit"
