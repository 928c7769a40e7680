"""Where our panels are: the sidebar of the 3D view, in a tab of our own."""

from __future__ import annotations


class Section:
    """A closed section under the main panel; to be named before bpy.types.Panel among a panel's bases."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Posewright"
    bl_parent_id = "POSEWRIGHT_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
