"""Talks to the pose service over HTTP on 127.0.0.1. No bpy; every call blocks, so only worker threads call it.

http.client, not requests: it knows no proxies, which break loopback addresses, and costs no 150 ms to import.

ServiceError              `message` says what happened, `hint` the next step, both for the panel
├── Unreachable           nobody answers, or the connection broke
├── WrongProtocol         the two sides are of different versions; says which to update
├── BadAnswer             an answer that the wire format does not allow
└── RequestFailed         the service says why it cannot do it; `code` is stable
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    # at run time where they are used: 20 ms each that enabling the add-on need not pay (likewise http.client)
    from ...rigs.wire import (
        EngineInfo,
        Failure,
        Health,
        JobStatus,
        Overlay,
        OverlayRequest,
        PictureRequest,
        Pictures,
        PoseRequest,
        TrackRequest,
    )

HOST: Final = "127.0.0.1"
PATIENCE: Final = 60.0  # s; a computer that renders may leave the service without a core for a while
SAME_VERSION: Final = "Install the same version of Posewright on both sides."
T = TypeVar("T")


class ServiceError(Exception):
    """Base of what can go wrong between the add-on and the pose service."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Unreachable(ServiceError):
    pass


class WrongProtocol(ServiceError):
    pass


class BadAnswer(ServiceError):
    pass


class RequestFailed(ServiceError):
    def __init__(self, failure: Failure) -> None:
        super().__init__(_sentence(failure.message), _sentence(failure.hint))
        self.code = failure.code


def _sentence(text: str) -> str:
    """Backend messages are phrases; the panel shows sentences."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


class ServiceClient:
    """One service: a port of this computer and its token. Opens a connection per call; they are cheap on loopback."""

    def __init__(self, port: int, token: str, timeout: float = PATIENCE) -> None:
        self.port = port
        self.token = token
        self._timeout = timeout

    def health(self) -> Health:
        """The service's state.

        Raises:
            WrongProtocol: when the versions differ; checked before anything else is read.
        """
        from ...rigs.wire import Health, protocol_mismatch

        value = self._call("GET", "/v1/health")
        theirs = value.get("protocol") if isinstance(value, dict) else None
        if isinstance(theirs, int) and (problem := protocol_mismatch(theirs)):
            raise WrongProtocol(_sentence(problem), SAME_VERSION)
        return _decode(Health.from_dict, value)

    def engines(self) -> tuple[EngineInfo, ...]:
        """What can pose here, what is missing and how to get it."""
        from ...rigs.wire import EngineInfo

        value = self._call("GET", "/v1/engines")
        entries = value.get("engines") if isinstance(value, dict) else None
        if not isinstance(entries, list):
            raise BadAnswer("The pose service's list of engines is not readable.", SAME_VERSION)
        return tuple(_decode(EngineInfo.from_dict, entry) for entry in entries)

    def submit(self, request: PoseRequest) -> JobStatus:
        """Hand in one request as a job."""
        return _job_status(self._call("POST", "/v1/jobs", {"requests": [request.to_dict()]}))

    def submit_all(self, requests: Sequence[PoseRequest]) -> JobStatus:
        """Hand in many requests as one job."""
        return _job_status(self._call("POST", "/v1/jobs", {"requests": [r.to_dict() for r in requests]}))

    def submit_track(self, request: TrackRequest) -> JobStatus:
        """Hand in a video or a sequence of pictures."""
        return _job_status(self._call("POST", "/v1/jobs", {"track": request.to_dict()}))

    def status(self, job_id: str) -> JobStatus:
        """The job as it stands."""
        return _job_status(self._call("GET", f"/v1/jobs/{job_id}"))

    def pictures(self, request: PictureRequest) -> Pictures:
        """A small picture of each pose."""
        from ...rigs.wire import Pictures

        return _decode(Pictures.from_dict, self._call("POST", "/v1/pictures", request.to_dict()))

    def overlay(self, request: OverlayRequest) -> Overlay:
        """A photo with the skeletons of its poses, or with the numbers of its people."""
        from ...rigs.wire import Overlay

        return _decode(Overlay.from_dict, self._call("POST", "/v1/overlays", request.to_dict()))

    def cancel(self, job_id: str) -> None:
        """Stop the job, waiting or running."""
        self._call("DELETE", f"/v1/jobs/{job_id}")

    def shutdown(self) -> None:
        """Ask the service to end."""
        self._call("POST", "/v1/shutdown", {})

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        """One exchange; the decoded JSON of the answer.

        Raises:
            ServiceError: one of its kinds, nothing else.
        """
        from http.client import HTTPConnection, HTTPException

        from ...rigs.wire import PROTOCOL_HEADER, PROTOCOL_VERSION

        headers = {"Authorization": f"Bearer {self.token}", PROTOCOL_HEADER: str(PROTOCOL_VERSION)}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection = HTTPConnection(HOST, self.port, timeout=self._timeout)
        try:
            connection.request(method, path, body=data, headers=headers)
            response = connection.getresponse()
            status, raw = response.status, response.read()
        except TimeoutError:
            raise Unreachable(
                f"The pose service did not answer within {self._timeout:g} seconds.", "Stop it and try again."
            ) from None
        except (OSError, HTTPException) as error:
            raise Unreachable(f"The pose service cannot be reached ({_plain(error)}).", "Press Pose again.") from None
        finally:
            connection.close()
        return _read_answer(status, raw)


def _plain(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


def _read_answer(status: int, raw: bytes) -> Any:
    """The JSON of an answer, or the error that it tells of."""
    from ...rigs.wire import Failure, WireError

    try:
        value = json.loads(raw) if raw else None
    except ValueError:
        raise BadAnswer(f"The answer of the pose service is not readable (status {status}).", SAME_VERSION) from None
    if status < 400:
        return value
    try:
        failure = Failure.from_dict(value)
    except WireError:
        raise BadAnswer(f"The pose service answered with status {status} and gave no reason.", SAME_VERSION) from None
    if failure.code == "protocol_mismatch":
        raise WrongProtocol(_sentence(failure.message), SAME_VERSION)
    raise RequestFailed(failure)


def _job_status(value: Any) -> JobStatus:
    from ...rigs.wire import JobStatus

    return _decode(JobStatus.from_dict, value)


def _decode(read: Callable[[Any], T], value: Any) -> T:
    """Raises BadAnswer when `value` is not what `read` reads."""
    from ...rigs.wire import WireError

    try:
        return read(value)
    except WireError as error:
        raise BadAnswer(f"The answer of the pose service is not what it should be ({error}).", SAME_VERSION) from None
