"""addon/ui/wrapping.py: lines that fit, by the widths of the font."""

import types

import pytest


@pytest.fixture
def wrapping(addon):
    from posewright_ext.addon.ui import wrapping

    return wrapping


def _sidebar(width):
    import bpy

    region = types.SimpleNamespace(width=width, type="UI")
    return types.SimpleNamespace(region=region, preferences=bpy.context.preferences)


WORDS = "Posed: propose marriage. I took the right leg; name the other for its mirror image."


@pytest.mark.parametrize("width", [180, 280, 500])
def test_lines_fit_and_lose_nothing(wrapping, width):
    context = _sidebar(width)
    lines = wrapping.wrap(WORDS, context)
    assert " ".join(lines) == WORDS
    assert all(wrapping.width_of(line) <= wrapping.room(context) for line in lines)


def test_a_path_wider_than_the_panel_is_cut_and_whole(wrapping):
    path = "/home/somebody/.config/blender/5.2/extensions/.user/user_default/posewright/env-photo"
    lines = wrapping.wrap(path, _sidebar(280))
    assert "".join(lines) == path and len(lines) > 1


def test_what_is_shortened_is_one_line_that_fits(wrapping):
    assert wrapping.shortened("left arm up\nlooking right", 500.0) == "left arm up looking right"
    cut = wrapping.shortened(WORDS, 120.0)
    assert cut.endswith("…") and wrapping.width_of(cut) <= 120.0 and WORDS.startswith(cut[:-1])
