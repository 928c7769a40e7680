"""addon/settings/service_settings.py: settings reach the service, and nothing leaves this computer unasked."""

import os

import pytest
from posewright_ext.addon.settings import service_settings


def test_settings_become_variables_and_consent_is_for_other_computers_only():
    given = {"chatpose": "//models/chat", "writer_url": "http://127.0.0.1:1/v1", "writer_remote": "pictures"}

    def variables():
        return dict(service_settings.variables(lambda name: given.get(name, ""), lambda p: p.replace("//", "/abs/")))

    assert variables() == {"POSEWRIGHT_CHATPOSE": "/abs/models/chat", "POSEWRIGHT_WRITER_URL": "http://127.0.0.1:1/v1"}
    given["writer_url"] = "https://llm.example.org/v1"
    assert variables()["POSEWRIGHT_WRITER_REMOTE"] == "pictures"


@pytest.mark.parametrize("url", ["http://localhost:1/v1", "http://127.0.0.1", "http://[::1]:9/v1", "", "nonsense"])
def test_this_computer_is_not_elsewhere(url):
    assert not service_settings.is_elsewhere(url)


@pytest.mark.parametrize("url", ["http://192.168.1.4/v1", "https://llm.example.org", "http://localhost.example.org"])
def test_another_computer_is_elsewhere(url):
    assert service_settings.is_elsewhere(url)


def test_settings_reach_the_service_and_blenders_own_do_not(monkeypatch, tmp_path):
    from posewright_ext.addon.service.process import LaunchPlan, clean_environment

    monkeypatch.setenv("POSEWRIGHT_CHATPOSE", "/of/the/shell")
    plan = LaunchPlan("/p", tmp_path, tmp_path / "log", (tmp_path / "more",), (("POSEWRIGHT_CLIP", "/clip"),))
    env = clean_environment(plan, "secret")
    assert "POSEWRIGHT_CHATPOSE" not in env and env["POSEWRIGHT_CLIP"] == "/clip"
    assert env["PYTHONPATH"].split(os.pathsep) == [str(tmp_path), str(tmp_path / "more")]
