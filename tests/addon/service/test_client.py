"""addon/service/client.py, without Blender, against a socket that says what the test wants."""

import json
import socket
import threading

import pytest
from posewright_ext.addon.service import client
from posewright_ext.rigs.wire import PROTOCOL_HEADER, PROTOCOL_VERSION


class _OneAnswer:
    """Accepts one connection and answers with these bytes; `got` is what came."""

    def __init__(self, answer: bytes) -> None:
        self.got = b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._answer = answer
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with self._socket:
            connection, _ = self._socket.accept()
        with connection:
            self.got = connection.recv(65536)
            connection.sendall(self._answer)


def _http(value, status=200) -> bytes:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


HEALTH = {"state": "ready", "protocol": PROTOCOL_VERSION, "version": "0.1.0", "pid": 1, "python": "3.11"}


def test_token_and_protocol_are_sent_and_proxies_ignored(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server = _OneAnswer(_http(HEALTH))
    assert client.ServiceClient(server.port, "secret").health().version == "0.1.0"
    assert b"Authorization: Bearer secret" in server.got
    assert f"{PROTOCOL_HEADER}: {PROTOCOL_VERSION}".encode() in server.got


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (_http({**HEALTH, "protocol": 99, "new": 1}), client.WrongProtocol, "update the add-on"),
        (_http({**HEALTH, "protocol": 0}), client.WrongProtocol, "update the backend"),
        (_http(b"<html>"), client.BadAnswer, "not readable"),
        (_http({"state": "ready"}), client.BadAnswer, "not what it should be"),
        (_http({}, 500), client.BadAnswer, "status 500"),
        (_http({"id": "", "error": {"code": "x", "message": "no", "hint": "do"}}, 401), client.RequestFailed, "No."),
        (
            _http({"id": "", "error": {"code": "protocol_mismatch", "message": "update the add-on", "hint": ""}}, 426),
            client.WrongProtocol,
            "Update the add-on",
        ),
        (b"", client.Unreachable, "cannot be reached"),
        (b"SSH-2.0\r\n", client.Unreachable, "cannot be reached"),
    ],
)
def test_every_fault_is_one_of_our_errors_in_words(answer, kind, said):
    with pytest.raises(kind) as caught:
        client.ServiceClient(_OneAnswer(answer).port, "t").health()
    assert said in caught.value.message


def test_nobody_there_is_said():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(client.Unreachable):
        client.ServiceClient(port, "t").health()


def test_silence_ends_in_time():
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(client.Unreachable, match=r"0\.2 seconds"):
        client.ServiceClient(mute.getsockname()[1], "t", timeout=0.2).health()
