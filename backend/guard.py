"""Who may talk to the service: programs of this computer that know the token. Checked before a body is read.

Web pages are kept out three times: a browser sends `Origin` (refused), a page that rebinds its name to 127.0.0.1 sends
its own name as `Host` (refused), and no page knows the token.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, Final

from rigs.wire import PROTOCOL_HEADER, PROTOCOL_VERSION, protocol_mismatch

from .errors import PosewrightError, Refused

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_HOST: Final = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
_DRAIN_BYTES: Final = 256 << 20
_DRAIN_SECONDS: Final = 5.0


def check(headers: dict[bytes, bytes], token: str) -> None:
    """Raise `Refused` unless the headers (lower-case names) are those of a client that may talk to us."""
    if b"origin" in headers:
        raise Refused(
            "requests of web pages are refused (this one has an Origin header)",
            "talk to the service from a program, without an Origin header",
            "foreign_origin",
        )
    host = headers.get(b"host", b"").decode("latin-1")
    if not _HOST.fullmatch(host):
        raise Refused(
            f"the Host header is {host[:80]!r}; only 127.0.0.1, localhost and [::1] are served",
            "address the service as http://127.0.0.1:PORT",
            "foreign_host",
        )
    _check_token(headers.get(b"authorization", b""), token)
    theirs = headers.get(PROTOCOL_HEADER.lower().encode())
    if theirs is not None:
        _check_protocol(theirs.decode("latin-1").strip())


def _check_token(authorization: bytes, token: str) -> None:
    scheme, _, sent = authorization.partition(b" ")
    right = hmac.compare_digest(sent.strip(), token.encode())  # always compared: the time must tell nothing
    if scheme.lower() != b"bearer" or not right:
        what = "wrong token" if sent else "no token"
        raise Refused(
            f"{what}: this service asks for the header 'Authorization: Bearer TOKEN'",
            "use the token that the service was started with (--token or POSEWRIGHT_TOKEN)",
            "unauthorized",
            http_status=401,
        )


def _check_protocol(theirs: str) -> None:
    number = int(theirs) if theirs.isascii() and theirs.isdigit() and len(theirs) < 10 else None
    problem = (
        f"{PROTOCOL_HEADER} is {theirs[:40]!r}, not a whole number; the backend speaks {PROTOCOL_VERSION}"
        if number is None
        else protocol_mismatch(number, side="add-on")
    )
    if problem:
        raise Refused(problem, "install the same version of both sides", "protocol_mismatch", http_status=426)


class Guard:
    """ASGI wrapper: lets through what `check` accepts and answers the rest by `refuse`, which makes a response."""

    def __init__(self, app: App, token: str, refuse: Callable[[PosewrightError], App]) -> None:
        self._app, self._token, self._refuse = app, token, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                check(dict(scope["headers"]), self._token)
            except Refused as error:
                await answer_early(self._refuse(error), scope, receive, send)
                return
        await self._app(scope, receive, send)


async def answer_early(response: App, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer while the client is still sending its body, then read and drop the rest.

    Closing at once would make the client's system throw the answer away ("connection reset").
    """

    async def hold_open(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "more_body": True}
        await send(message)

    await response(scope, receive, hold_open)
    with suppress(TimeoutError):
        await asyncio.wait_for(_drain(receive), _DRAIN_SECONDS)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drain(receive: Receive) -> None:
    left = _DRAIN_BYTES
    while left > 0:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            return
        left -= len(message.get("body", b""))
