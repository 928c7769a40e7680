"""addon/engines/panel.py and what it shows: the engines of a started service, in the field and in the panel."""

import bpy
import pytest
from fake_layout import Layout
from posewright_ext.addon.service import engine_list
from posewright_ext.rigs.wire import EngineInfo

INFOS = (
    EngineInfo("embedded", "Rules and atlas", True, ("text", "edit")),
    EngineInfo("photo", "Photo fit", False, ("image",), ("the package Pillow",), "run: posewright setup photo"),
    EngineInfo("chatpose", "ChatPose", False, ("text",), ("a model",), "download a model"),
)


@pytest.fixture
def engines(addon, monkeypatch):
    """What a service said of its engines; forgotten afterwards."""
    monkeypatch.setattr(engine_list, "known", INFOS)
    monkeypatch.setattr(engine_list, "_asked", None)
    return bpy.context.window_manager.posewright


def _drawn():
    from posewright_ext.addon.engines import panel

    layout = Layout()
    panel.draw_engines(layout, bpy.context, engine_list.known, "auto")
    return layout.page


def test_the_choice_goes_into_the_wish(engines):
    assert engines.wish().engine == "auto"
    engines.engine = "embedded"
    assert engines.wish().engine == "embedded"


def test_a_choice_that_is_no_longer_there_is_auto(engines, monkeypatch):
    engines.engine = "chatpose"
    monkeypatch.setattr(engine_list, "known", INFOS[:1])
    assert engines.wish().engine == "auto"


def test_an_engine_that_lacks_something_says_what_and_offers_the_set_up(engines, monkeypatch):
    from posewright_ext.addon.engines import tier_work
    from posewright_ext.addon.settings import preferences

    monkeypatch.setattr(preferences, "online", lambda: True)
    monkeypatch.setattr(tier_work, "ready", lambda name: name == "llm")
    page = _drawn()
    told = " ".join(page.texts)
    assert "Needs Photos and Videos" in told and "Lacks a model." in told and "Next: download a model." in told
    assert [button.tier for name, _, button in page.operators if name == "set_up_tier"] == ["photo"]


def test_the_list_ends_with_where_the_licensed_body_is(engines):
    assert "smpl-x.is.tue.mpg.de" in " ".join(_drawn().texts)


def test_the_real_service_is_asked_once_per_start(addon, monkeypatch, tmp_path):
    from pathlib import Path

    from posewright_ext.addon.service.process import LaunchPlan, Service

    monkeypatch.setattr(engine_list, "known", ())
    monkeypatch.setattr(engine_list, "_asked", None)
    service, asked = Service(), []
    engine_list.follow(service, lambda work: asked.append(work))
    assert not asked
    service.start(LaunchPlan("", Path(__file__).resolve().parents[3], tmp_path / "log"))
    try:
        engine_list.follow(service, lambda work: (asked.append(work), work()))
        engine_list.follow(service, lambda work: (asked.append(work), work()))
        assert len(asked) == 1 and {"embedded", "photo", "writer"} <= {info.name for info in engine_list.known}
    finally:
        service.stop(polite_seconds=0)
