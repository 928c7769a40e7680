"""Blender without a window, as a program of its own: `python -m addon.headless` writes .blend files and pictures.

`scene` and `motion` build what is in the file, `portrait` finds where to look from, `studio` lights it.
"""
