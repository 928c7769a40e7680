"""addon/service/process.py, without Blender."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest
from fake_service import FakeService
from posewright_ext.addon.service import process
from posewright_ext.addon.service.client import RequestFailed, ServiceClient, ServiceError


@pytest.fixture
def scripted(tmp_path):
    return FakeService(tmp_path)


@pytest.fixture
def service():
    service = process.Service()
    yield service
    service.stop(polite_seconds=0)


def test_start_gives_a_client_and_stop_ends_the_process_politely(scripted, service):
    client = service.start(scripted.plan())
    assert service.state == process.RUNNING and client.health().state == "ready"
    child = service._process
    service.stop()
    assert service.state == process.STOPPED and child.poll() == 0  # 0: it ended itself


def test_a_second_start_shares_the_running_service(scripted, service):
    first = service.start(scripted.plan())
    pid = service.pid
    assert service.start(scripted.plan()) is first and service.pid == pid


def test_starts_from_many_threads_make_one_process(scripted, service):
    clients = []
    threads = [threading.Thread(target=lambda: clients.append(service.start(scripted.plan()))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(c) for c in clients}) == 1


def test_the_token_is_needed_and_is_not_in_the_arguments(scripted, service):
    client = service.start(scripted.plan())
    with pytest.raises(RequestFailed, match="Wrong token"):
        ServiceClient(client.port, "other").health()
    assert client.token not in " ".join(service._process.args)


def test_a_service_that_cannot_start_says_why_and_is_not_tried_again_by_itself(scripted, service):
    scripted.behave(fail_start=True)
    with pytest.raises(process.CannotStart, match='no "starlette"'):
        service.start(scripted.plan())
    assert service.state == process.FAILED and service.pid is None
    assert "starlette" in service.error.message


def test_a_python_that_is_not_there_is_named(scripted, service):
    plan = process.LaunchPlan(python="/no/such/python", code=scripted.folder, log=scripted.folder / "log")
    with pytest.raises(process.CannotStart, match="/no/such/python"):
        service.start(plan)


def test_a_start_can_be_cancelled(scripted, service):
    scripted.behave(start_delay=30)
    wants_stop = threading.Event()
    threading.Timer(0.3, wants_stop.set).start()
    with pytest.raises(process.StartCancelled):
        service.start(scripted.plan(), wants_stop.is_set)
    assert service.state == process.STOPPED and service.pid is None


def test_stop_during_a_start_ends_it(scripted, service):
    scripted.behave(start_delay=30)
    threading.Timer(0.5, service.stop).start()
    with pytest.raises((process.StartCancelled, ServiceError)):
        service.start(scripted.plan())
    assert service.pid is None


def test_a_service_that_dies_is_noticed(scripted, service):
    service.start(scripted.plan())
    service._process.kill()
    service._process.wait()
    assert service.state == process.FAILED
    assert "stopped unexpectedly" in service.error.message and "Pose" in service.error.hint


def test_the_environment_is_clean_and_says_where_the_code_is(scripted, monkeypatch):
    for name in ("PYTHONHOME", "PYTHONSTARTUP", "BLENDER_USER_RESOURCES", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "/somewhere")
    env = process.clean_environment(scripted.plan(), "secret")
    assert not {"PYTHONHOME", "PYTHONSTARTUP", "BLENDER_USER_RESOURCES", "VIRTUAL_ENV"} & set(env)
    assert env["PYTHONPATH"].split(os.pathsep)[0] == str(scripted.folder)
    assert env["POSEWRIGHT_TOKEN"] == "secret"
    assert env["PYTHONDONTWRITEBYTECODE"] == "1"


def test_wheels_outside_the_interpreter_are_found(tmp_path, monkeypatch):
    (tmp_path / "uvicorn").mkdir()
    (tmp_path / "uvicorn" / "__init__.py").write_text("")
    monkeypatch.delitem(sys.modules, "uvicorn", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert str(tmp_path) in process.wheel_folders()


def test_the_real_service_starts_answers_and_ends(service, tmp_path):
    pytest.importorskip("uvicorn")
    plan = process.LaunchPlan(python="", code=Path(__file__).resolve().parents[3], log=tmp_path / "log")
    began = time.monotonic()
    health = service.start(plan).health()
    assert health.pid == service.pid and time.monotonic() - began < 10
    service.stop()
    assert service.pid is None
