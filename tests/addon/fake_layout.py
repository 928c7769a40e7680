"""A layout for panels to draw on, which writes down what it is told."""

from __future__ import annotations

import types


class Layout:
    """Records texts and operators; properties can be set on it as on a real layout."""

    def __init__(self, page=None):
        self.page = page if page is not None else types.SimpleNamespace(texts=[], operators=[], fields=[])

    def _child(self, **_options):
        return Layout(self.page)

    row = column = box = split = grid_flow = _child

    def label(self, *, text="", icon="NONE"):
        self.page.texts.append(text)

    def progress(self, *, factor, text, type="BAR"):
        assert 0 <= factor <= 1
        self.page.texts.append(text)

    def separator(self):
        pass

    def prop(self, data, name, **_options):
        assert hasattr(data, name)
        self.page.fields.append(name)

    textbox = prop

    def operator(self, name, *, text=None, icon="NONE"):
        import bpy

        group, _, op = name.partition(".")
        assert op in dir(getattr(bpy.ops, group))
        button = types.SimpleNamespace()
        self.page.operators.append((name.removeprefix("posewright."), text, button))
        return button
