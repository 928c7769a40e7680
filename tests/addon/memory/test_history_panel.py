"""addon/memory: history_panel.py and remembered.py in the real bpy with a scripted service."""

import numpy as np
import pytest
from fake_layout import Layout
from fake_service import result
from posewright_ext.rigs.wire import Pose

bpy = pytest.importorskip("bpy")


@pytest.fixture(autouse=True)
def past(tmp_path, monkeypatch):
    """A history of its own for every test."""
    from posewright_ext.addon.memory import remembered
    from posewright_ext.addon.memory.history import History

    monkeypatch.setattr(remembered, "_past", History(tmp_path / "history.json"))
    return remembered.past()


def bent() -> Pose:
    rotvecs = np.zeros((55, 3))
    rotvecs[18] = [0.0, -1.0, 0.0]
    return Pose(rotvecs, [0.0, 0.9, 0.0])


def drawn() -> object:
    import types

    from posewright_ext.addon.memory.history_panel import POSEWRIGHT_PT_history

    layout = Layout()
    POSEWRIGHT_PT_history.draw(types.SimpleNamespace(layout=layout), bpy.context)
    return layout.page


def test_what_was_posed_is_in_the_history_with_its_pose(fake, body, past):
    fake.answer(bent(), reply="Bent.")
    bpy.ops.posewright.pose(prompt="bend it")
    (entry,) = past.entries
    assert (entry.said, entry.reply, entry.engine) == ("bend it", "Bent.", "fake")
    assert np.allclose(entry.pose["rotvecs"][18], [0, -1, 0])


def test_an_answer_without_a_pose_is_kept_as_words(fake, body, past):
    fake.behave(answer=result(bent(), reply="Balanced.", poses=0))
    bpy.ops.posewright.pose(prompt="is it balanced?")
    assert past.entries[0].pose is None and past.entries[0].reply == "Balanced."


def test_recall_puts_the_words_back_and_poses_nothing(fake, body, past):
    bpy.ops.posewright.pose(prompt="bend it")
    asked = len(fake.seen())
    bpy.ops.posewright.recall(entry=past.entries[0].id)
    assert bpy.context.window_manager.posewright.prompt == "bend it"
    assert len(fake.seen()) == asked


def test_the_kept_pose_is_applied_without_the_service_and_undone_in_one_step(fake, body, past):
    fake.answer(bent())
    bpy.ops.posewright.pose(prompt="bend it")
    asked, name = len(fake.seen()), body.name
    body.pose.bones["left_elbow"].rotation_quaternion = (1, 0, 0, 0)
    bpy.ops.ed.undo_push(message="straight again")
    assert bpy.ops.posewright.apply_result("EXEC_DEFAULT", True, entry=past.entries[0].id) == {"FINISHED"}
    assert bpy.data.objects[name].pose.bones["left_elbow"].rotation_quaternion.angle == pytest.approx(1.0, abs=1e-4)
    assert len(fake.seen()) == asked
    bpy.ops.ed.undo()
    assert bpy.data.objects[name].pose.bones["left_elbow"].rotation_quaternion.angle == pytest.approx(0.0, abs=1e-4)


def test_a_kept_pose_that_cannot_be_read_changes_nothing(fake, body, past):
    from dataclasses import replace

    bpy.ops.posewright.pose(prompt="bend it")
    past.entries = [replace(past.entries[0], pose={"rotvecs": [1, 2]})]
    assert bpy.ops.posewright.apply_result(entry=past.entries[0].id) == {"CANCELLED"}


def test_star_forget_and_clear(fake, body, past):
    for words in ("a", "b", "c"):
        bpy.ops.posewright.pose(prompt=words)
    bpy.ops.posewright.star(entry=past.entries[2].id)
    bpy.ops.posewright.forget(entry=past.entries[0].id)
    assert [e.said for e in past.entries] == ["b", "a"]
    bpy.ops.posewright.clear_history()
    assert [(e.said, e.favourite) for e in past.entries] == [("a", True)]


def test_the_panel_lists_searches_and_says_how_many_more(fake, body, past):
    from posewright_ext.addon.memory.history import Entry

    assert "kept here" in " ".join(drawn().texts)
    for i in range(12):
        past.add(Entry(f"pose number {i} with a name that is much too long for one line of the sidebar"))
    page = drawn()
    assert sum(name == "recall" for name, _, _ in page.operators) == 8 and "4 more" in " ".join(page.texts)
    bpy.context.window_manager.posewright.search = "number 11"
    assert sum(name == "recall" for name, _, _ in drawn().operators) == 1
