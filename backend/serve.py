"""Runs the HTTP service as a process: its port, token, ready file, loading in the background, and its end.

The port is bound before anything heavy is imported, so that a port in use is said at once.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rigs.wire import (
    PROTOCOL_VERSION,
    DescribeRequest,
    Description,
    EngineInfo,
    Overlay,
    OverlayRequest,
    PictureRequest,
    Pictures,
    PoseRequest,
    PoseResult,
    SolveRequest,
    TrackRequest,
    TrackResult,
)

from .errors import BadInput, Broken, PosewrightError
from .parent import parent_alive, watch_parent
from .ticks import Tick

if TYPE_CHECKING:
    from .pipeline import Pipeline
    from .server import Service
    from .ticks import Tick

HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8421
TOKEN_VARIABLE: Final = "POSEWRIGHT_TOKEN"
_GRACE_SECONDS: Final = 3  # for answers that are being sent when the service stops
log = logging.getLogger("posewright.serve")


class PortTaken(PosewrightError):
    code = "port_in_use"
    exit_status = 4


@dataclass(frozen=True)
class ServeOptions:
    """Where and for whom to serve. port 0: a free one. token "": from the environment, else a random one, printed."""

    port: int = DEFAULT_PORT
    parent_pid: int | None = None
    token: str = ""
    ready_file: Path | None = None


class LoadingPipeline:
    """The pipeline, loaded by a thread while the server already answers; who needs it earlier waits for it."""

    def __init__(self) -> None:
        self._loaded = threading.Event()
        self._pipeline: Pipeline | None = None
        self._problem = ""

    def start(self) -> None:
        threading.Thread(target=self._load, name="posewright-load", daemon=True).start()

    def _load(self) -> None:
        try:
            from .pipeline import Pipeline

            self._pipeline = Pipeline()
        except Exception as error:
            log.exception("the pipeline did not load")
            self._problem = f"{type(error).__name__}: {error}"
        finally:
            self._loaded.set()
        if self._pipeline is not None:
            self._pipeline.warm()

    def ready(self) -> bool:
        return self._loaded.is_set()

    def _get(self) -> Pipeline:
        self._loaded.wait()
        if self._pipeline is None:
            raise Broken(
                f"the pose service could not load: {self._problem}", "install Posewright again; its log says more"
            )
        return self._pipeline

    def engines(self) -> tuple[EngineInfo, ...]:
        return self._get().engines()

    def posecodes(self, strict: bool = False) -> dict[str, Any]:
        return self._get().posecodes(strict)

    def pose(self, request: PoseRequest, tick: Tick) -> PoseResult:
        return self._get().pose(request, tick)

    def track(self, request: TrackRequest, tick: Tick) -> TrackResult:
        return self._get().track(request, tick)

    def solve(self, request: SolveRequest, tick: Tick) -> PoseResult:
        return self._get().solve(request, tick)

    def describe(self, request: DescribeRequest) -> Description:
        return self._get().describe(request)

    def pictures(self, request: PictureRequest, tick: Tick) -> Pictures:
        return self._get().pictures(request, tick)

    def overlay(self, request: OverlayRequest, tick: Tick) -> Overlay:
        return self._get().overlay(request, tick)


def listen(port: int) -> socket.socket:
    """A listening socket on 127.0.0.1.

    Raises:
        PortTaken: the port is in use or may not be used.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((HOST, port))
        sock.listen(128)
    except OSError as error:
        sock.close()
        raise PortTaken(
            f"cannot listen on {HOST}:{port}: {error.strerror or error}",
            "stop the program that uses this port, or take another one: --port 0 finds a free one",
        ) from None
    return sock


def choose_token(given: str) -> tuple[str, bool]:
    """The token, and whether it was made up here. Raises BadInput when it cannot travel in a header."""
    token = given or os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        return secrets.token_urlsafe(24), True
    if not token.isascii() or not token.isprintable() or " " in token:
        raise BadInput("the token has characters that no header can carry", "use letters, digits and - _ . only")
    return token, False


def write_ready_file(path: Path, port: int) -> None:
    """{"port", "pid", "protocol"} as JSON, whole or not at all. The token is not in it."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        temporary.write_text(json.dumps({"port": port, "pid": os.getpid(), "protocol": PROTOCOL_VERSION}))
        os.replace(temporary, path)
    except OSError as error:
        raise BadInput(
            f"cannot write the ready file {path}: {error.strerror}", "give a file in a folder that exists"
        ) from None


def serve(options: ServeOptions) -> int:
    """Serve until stopped by a signal, by POST /v1/shutdown, or because the parent process is gone.

    Returns:
        The exit status.
    """
    token, made_up = choose_token(options.token)
    if options.parent_pid is not None and not parent_alive(options.parent_pid)():
        raise BadInput(
            f"there is no process {options.parent_pid}", "--parent-pid is the program that needs this service"
        )
    sock = listen(options.port)
    port = sock.getsockname()[1]
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="posewright: %(levelname)s: %(name)s: %(message)s"
    )
    pipeline = LoadingPipeline()

    def announce() -> None:
        if made_up:
            print(f"posewright: token {token}", file=sys.stderr, flush=True)
        if options.ready_file:
            write_ready_file(options.ready_file, port)
        print(f"posewright: listening on http://{HOST}:{port}", flush=True)
        pipeline.start()  # not before: loading would delay the moment from which clients are answered

    server = make_server(pipeline, token, ready=pipeline.ready, announce=announce)
    if options.parent_pid is not None:
        watch_parent(options.parent_pid, lambda: _leave(server))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises the signal again once it has closed all
    try:
        server.run(sockets=[sock])
    except KeyboardInterrupt:
        return 0  # Ctrl-C is how a person stops it; uvicorn has closed everything by now
    finally:
        if options.ready_file:
            with suppress(OSError):
                options.ready_file.unlink()
    return 0


def make_server(service: Service, token: str, *, ready: Callable[[], bool], announce: Callable[[], None]) -> Any:
    """A uvicorn server (`run(sockets=[...])`, `should_exit`) for a service.

    Args:
        ready: whether the service has loaded.
        announce: called once the server accepts connections.
    """
    import uvicorn

    from .server import create_app

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            announce()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.stop()
            await super().shutdown(sockets)

    def stop() -> None:
        server.should_exit = True

    app = create_app(service, token, ready=ready, on_shutdown=stop)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = Server(config)
    return server


def _leave(server: Any) -> None:
    """Stop cleanly; if that does not work, stop anyway: nobody is there to do it for us."""
    server.should_exit = True
    threading.Event().wait(_GRACE_SECONDS + 2)
    os._exit(0)
