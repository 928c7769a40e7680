"""The HTTP side of the pose service: reads requests, calls the pipeline or the job store, writes JSON.

    GET  /v1/health               Health: state, protocol and version
    GET  /v1/engines              what is there, what is missing and how to get it
    GET  /v1/posecodes            the JSON Schema of a program of posecodes; ?strict=1 for decoders held to it
    POST /v1/poses                a PoseRequest -> a PoseResult
    POST /v1/solve                a SolveRequest (a program of posecodes) -> a PoseResult with a report
    POST /v1/describe             a DescribeRequest -> a Description
    POST /v1/pictures             a PictureRequest -> Pictures: a small PNG of each pose
    POST /v1/overlays             an OverlayRequest -> an Overlay: a photo with skeletons, or with its people's numbers
    POST /v1/jobs                 {"requests": [...]}, one PoseRequest or {"track": TrackRequest} -> 202 and a JobStatus
    GET  /v1/jobs/{id}            JobStatus
    GET  /v1/jobs/{id}/events     text/event-stream of job events; what happened before comes first, "finished" last
    DELETE /v1/jobs/{id}          cancel; a JobStatus
    POST /v1/shutdown             clean stop

Every error is {"id", "error": {"code", "message", "hint"}} with the status that its class names (`backend.errors`).
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any, Final, Protocol, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from rigs.decode import Fields, identifier
from rigs.wire import (
    PROTOCOL_HEADER,
    PROTOCOL_VERSION,
    DescribeRequest,
    Description,
    EngineInfo,
    Failure,
    Finished,
    Health,
    JobEvent,
    Overlay,
    OverlayRequest,
    PictureRequest,
    Pictures,
    PoseRequest,
    PoseResult,
    SolveRequest,
    TrackRequest,
    TrackResult,
    WireError,
)

from . import __version__
from .errors import BadInput, Cancelled, PosewrightError
from .guard import App, Guard, answer_early
from .jobs import JobStore
from .jobs import Request as JobRequest
from .ticks import Tick

MAX_BODY_BYTES: Final = 64 << 20
_THREADS: Final = 4  # requests posed at once; numpy holds the interpreter most of the time
_KEEP_ALIVE_SECONDS: Final = 15.0  # between comments on a quiet event stream
T = TypeVar("T")


class Service(Protocol):
    """What the server needs of `backend.pipeline.Pipeline`."""

    def engines(self) -> tuple[EngineInfo, ...]: ...
    def posecodes(self, strict: bool = False) -> dict[str, Any]: ...
    def pose(self, request: PoseRequest, tick: Tick) -> PoseResult: ...
    def solve(self, request: SolveRequest, tick: Tick) -> PoseResult: ...
    def describe(self, request: DescribeRequest) -> Description: ...
    def pictures(self, request: PictureRequest, tick: Tick) -> Pictures: ...
    def overlay(self, request: OverlayRequest, tick: Tick) -> Overlay: ...
    def track(self, request: TrackRequest, tick: Tick) -> TrackResult: ...


class BadJson(BadInput):
    code = "bad_json"
    http_status = 400


class TooLarge(BadInput):
    code = "too_large"
    http_status = 413


def create_app(
    service: Service,
    token: str,
    *,
    ready: Callable[[], bool] = lambda: True,
    on_shutdown: Callable[[], None] = lambda: None,
    max_body_bytes: int = MAX_BODY_BYTES,
) -> Application:
    """The service as an ASGI application.

    Args:
        service: the pipeline; its methods are called in worker threads, several at once.
        token: what clients must send as "Authorization: Bearer TOKEN".
        ready: whether the pipeline has loaded (GET /v1/health says so).
        on_shutdown: called by POST /v1/shutdown; must make the server stop soon.
    """
    return Application(service, token, ready, on_shutdown, max_body_bytes)


class Application:
    """The endpoints and what they share. `stop` ends everything that a client may still be waiting for."""

    def __init__(
        self,
        service: Service,
        token: str,
        ready: Callable[[], bool],
        on_shutdown: Callable[[], None],
        max_body_bytes: int,
    ) -> None:
        self._service, self._ready, self._on_shutdown, self._max_body = service, ready, on_shutdown, max_body_bytes
        self.jobs = JobStore(service)
        self._stopping = threading.Event()
        self._limiter: CapacityLimiter | None = None
        app = Starlette(routes=self._routes(), exception_handlers=_HANDLERS)
        app.router.redirect_slashes = False  # an address is right or wrong
        self._asgi = Guard(app, token, failure_response)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._asgi(scope, receive, send)

    def stop(self) -> None:
        """Cancel what is being posed and end all jobs and event streams."""
        self._stopping.set()
        self.jobs.close()

    def _routes(self) -> list[Route]:
        return [
            Route("/v1/health", self._health),
            Route("/v1/engines", self._engines),
            Route("/v1/posecodes", self._posecodes),
            Route("/v1/poses", self._poses, methods=["POST"]),
            Route("/v1/solve", self._solve, methods=["POST"]),
            Route("/v1/describe", self._describe, methods=["POST"]),
            Route("/v1/pictures", self._pictures, methods=["POST"]),
            Route("/v1/overlays", self._overlays, methods=["POST"]),
            Route("/v1/jobs", self._submit, methods=["POST"]),
            Route("/v1/jobs/{id}", self._job, methods=["GET", "DELETE"]),
            Route("/v1/jobs/{id}/events", self._events),
            Route("/v1/shutdown", self._shutdown, methods=["POST"]),
        ]

    async def _health(self, _request: Request) -> Response:
        state = "ready" if self._ready() else "loading"
        return _json(Health(state, PROTOCOL_VERSION, __version__, os.getpid(), platform.python_version()).to_dict())

    async def _engines(self, request: Request) -> Response:
        return await self._answer(request, lambda _tick: [e.to_dict() for e in self._service.engines()], "engines")

    async def _posecodes(self, request: Request) -> Response:
        strict = request.query_params.get("strict", "") in ("1", "true")
        return await self._answer(request, lambda _tick: self._service.posecodes(strict))

    async def _poses(self, request: Request) -> Response:
        body = await self._body(request)
        return await self._answer(
            request, lambda tick: self._service.pose(_read(PoseRequest.from_dict, body), tick).to_dict()
        )

    async def _solve(self, request: Request) -> Response:
        body = await self._body(request)
        return await self._answer(
            request, lambda tick: self._service.solve(_read(SolveRequest.from_dict, body), tick).to_dict()
        )

    async def _describe(self, request: Request) -> Response:
        body = await self._body(request)
        return await self._answer(
            request, lambda _tick: self._service.describe(_read(DescribeRequest.from_dict, body)).to_dict()
        )

    async def _pictures(self, request: Request) -> Response:
        body = await self._body(request)
        return await self._answer(
            request, lambda tick: self._service.pictures(_read(PictureRequest.from_dict, body), tick).to_dict()
        )

    async def _overlays(self, request: Request) -> Response:
        body = await self._body(request)
        return await self._answer(
            request, lambda tick: self._service.overlay(_read(OverlayRequest.from_dict, body), tick).to_dict()
        )

    async def _submit(self, request: Request) -> Response:
        body = await self._body(request)
        return await self._answer(
            request, lambda _tick: self.jobs.submit(_read(_job_requests, body)).to_dict(), status=202
        )

    async def _job(self, request: Request) -> Response:
        act = self.jobs.cancel if request.method == "DELETE" else self.jobs.status
        return await self._answer(request, lambda _tick: act(request.path_params["id"]).to_dict())

    async def _events(self, request: Request) -> Response:
        loop, events = asyncio.get_running_loop(), asyncio.Queue[JobEvent]()

        def hand_on(event: JobEvent) -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody listens any more
                loop.call_soon_threadsafe(events.put_nowait, event)

        leave = self.jobs.subscribe(request.path_params["id"], hand_on)
        return StreamingResponse(_stream(events, leave), media_type="text/event-stream", headers=_HEADERS)

    async def _shutdown(self, _request: Request) -> Response:
        self._on_shutdown()
        return _json({"state": "stopping"})

    async def _body(self, request: Request) -> bytes:
        """The whole body. Raises TooLarge as soon as it is known to be, without keeping what came."""
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._max_body:
            raise self._too_large()
        chunks: list[bytes] = []
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > self._max_body:
                chunks.clear()
                raise self._too_large()
            chunks.append(chunk)
        return b"".join(chunks)

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"the request is larger than {self._max_body / (1 << 20):g} MiB",
            "send pictures as files by path, or make them smaller; split long lists of requests",
        )

    async def _answer(
        self, request: Request, work: Callable[[Tick], Any], wrap: str | None = None, status: int = 200
    ) -> Response:
        """Run `work` in a worker thread and send what it returns; it is cancelled when the client goes away."""
        gone = threading.Event()

        def tick(stage: str, reply: str = "", *, step: int = 0, steps: int = 0) -> None:
            if gone.is_set() or self._stopping.is_set():
                raise Cancelled("the request was cancelled", "send it again")

        def encode() -> bytes:
            result = work(tick)
            return _encode(result if wrap is None else {wrap: result})

        if self._limiter is None:
            self._limiter = CapacityLimiter(_THREADS)
        watcher = asyncio.create_task(_watch(request, gone))
        try:
            return Response(await run_sync(encode, limiter=self._limiter), status, _HEADERS, "application/json")
        finally:
            watcher.cancel()


async def _watch(request: Request, gone: threading.Event) -> None:
    """Set `gone` when the client closes its connection."""
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            gone.set()
            return


async def _stream(events: asyncio.Queue[JobEvent], leave: Callable[[], None]) -> AsyncIterator[bytes]:
    """Server-sent events until `Finished`; a comment now and then, so that a dead connection is noticed."""
    try:
        while True:
            try:
                event = await asyncio.wait_for(events.get(), _KEEP_ALIVE_SECONDS)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            value = event.to_dict()
            yield b"event: %s\ndata: %s\n\n" % (value["type"].encode(), _encode(value))
            if isinstance(event, Finished):
                return
    finally:
        leave()


def _read(decode: Callable[[Any], T], body: bytes) -> T:
    """A value from the bytes of a body.

    Raises:
        BadJson: not UTF-8 or not JSON; the message says where.
        WireError: JSON of another form.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJson(
            f"the body is not UTF-8 text: byte {error.start} is 0x{body[error.start]:02x}", "send JSON in UTF-8"
        ) from None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadJson(f"the body is not JSON: {error.msg} at {where}", "send one JSON object") from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; lists nested too deep
        raise BadJson(f"the body is not JSON that we read: {error}", "send one JSON object") from None
    return decode(value)


def _job_requests(value: Any) -> list[JobRequest | Failure]:
    """The requests of a job; one of several that cannot be read becomes a `Failure` in its place."""
    if isinstance(value, dict) and "track" in value:
        f = Fields(value)
        track = TrackRequest.from_dict(f.raw("track", required=True), "track")
        f.done()
        return [track]
    if not (isinstance(value, dict) and "requests" in value):
        return [PoseRequest.from_dict(value)]
    f = Fields(value)
    requests = f.items("requests", _one_request, required=True)
    f.done()
    return [*requests]


def _one_request(value: Any, path: str) -> PoseRequest | Failure:
    try:
        return PoseRequest.from_dict(value, path)
    except WireError as error:
        name = ""
        with suppress(WireError, AttributeError):
            name = identifier(value.get("id"), path)
        return BadInput.from_wire(error).to_failure(name)


_HEADERS: Final = {PROTOCOL_HEADER: str(PROTOCOL_VERSION), "Cache-Control": "no-store"}


def _encode(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(_encode(value), status, {**_HEADERS, **(headers or {})}, "application/json")


def failure_response(error: PosewrightError) -> App:
    extra = {"WWW-Authenticate": "Bearer"} if error.http_status == 401 else {}
    return _json(error.to_failure().to_dict(), error.http_status, extra)


async def _on_error(_request: Request, error: Exception) -> Any:
    assert isinstance(error, PosewrightError)
    response = failure_response(error)
    if not isinstance(error, TooLarge):
        return response

    async def early(scope: Any, receive: Any, send: Any) -> None:
        await answer_early(response, scope, receive, send)

    return early


async def _on_wire_error(_request: Request, error: Exception) -> App:
    assert isinstance(error, WireError)
    return failure_response(BadInput.from_wire(error))


async def _on_http_error(request: Request, error: Exception) -> App:
    """Starlette's own: an unknown path or a method that a path does not have."""
    assert isinstance(error, HTTPException)
    what = f"{request.method} {request.url.path[:200]}"
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        failure = Failure("wrong_method", f"{what}: this address takes {allowed}", f"use {allowed}")
    elif error.status_code == 404:
        failure = Failure(
            "not_found", f"{what}: there is nothing at this address", "see /v1/health, /v1/poses, /v1/jobs"
        )
    else:
        failure = Failure("bad_request", f"{what}: {error.detail}")
    return _json(failure.to_dict(), error.status_code, dict(error.headers or {}))


async def _on_disconnect(_request: Request, _error: Exception) -> Response:
    return Response(status_code=499)  # nobody reads it


async def _on_fault(_request: Request, error: Exception) -> App:
    """Our own fault. Starlette raises the exception again, so that uvicorn logs it with its traceback."""
    failure = Failure(
        "internal", f"{type(error).__name__}: {error}", "this is a fault of Posewright; its log says more"
    )
    return _json(failure.to_dict(), 500)


_HANDLERS: Final[dict[Any, Any]] = {
    PosewrightError: _on_error,
    WireError: _on_wire_error,
    HTTPException: _on_http_error,
    ClientDisconnect: _on_disconnect,
    Exception: _on_fault,
}
