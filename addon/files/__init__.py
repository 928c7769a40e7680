"""Poses that are kept: as files, and as assets of Blender's pose library."""
