"""addon/panels/shortcuts.py in the real bpy: where Posewright is found besides the sidebar."""

import pytest

bpy = pytest.importorskip("bpy")


def test_the_pose_menu_has_us_and_loses_us(addon):
    from posewright_ext.addon.panels import shortcuts

    assert shortcuts._in_pose_menu in bpy.types.VIEW3D_MT_pose._dyn_ui_initialize()
    shortcuts.detach()
    assert shortcuts._in_pose_menu not in bpy.types.VIEW3D_MT_pose._dyn_ui_initialize()
    shortcuts.attach()
