"""addon/posing/drafts.py in the real bpy: the words in the text field outlive File > Open."""

import pytest

bpy = pytest.importorskip("bpy")


def test_the_draft_survives_opening_a_file(fake, body, tmp_path):
    state = bpy.context.window_manager.posewright
    state.prompt, state.scope, state.count = "half a thought", "UPPER", 3
    path = str(tmp_path / "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    state = bpy.context.window_manager.posewright
    assert (state.prompt, state.scope, state.count) == ("half a thought", "UPPER", 3)
    assert not fake.seen()
