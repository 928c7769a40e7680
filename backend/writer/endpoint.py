"""A model behind an OpenAI-compatible address: vLLM, llama.cpp, Ollama, or a cloud where the user chose one.

Only the address of the settings is ever contacted: redirects are refused, a proxy is used for other computers alone.
The key is sent in its header and appears in no message. What can go wrong is one error with one of these codes:

NotAvailable
├── writer_remote         the address is another computer, and the settings do not allow to send this there
├── writer_unreachable    nothing answers there, or too slowly
├── writer_key            the server wants another key
├── writer_model          the server has no such model, or one that takes no pictures
├── writer_busy           too many requests, also after waiting
└── writer_failed         everything else: a fault of the server, an answer that is none
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Final

import requests
from requests.auth import AuthBase

from backend.errors import NotAvailable, PosewrightError
from backend.ticks import Tick

from .author import Task, Written
from .events import BadEvent, error_text, events, piece_of
from .payload import Ways, payload_of
from .settings import Settings
from .watched import Watch, watched

OTHER: Final = "the embedded engine (--engine embedded) answers without a model"
_KEY_HINT: Final = "set it in POSEWRIGHT_WRITER_KEY, or with posewright writer key=-"
_CONNECT_SECONDS: Final = 5.0
_LIST_SECONDS: Final = 10.0
_WAITS: Final = (1.0, 3.0)  # s before the second and the third try, where the server does not say how long
_LONGEST_WAIT: Final = 30.0  # s
_PASSING: Final = (429, 500, 502, 503, 504)  # worth asking again
_MOST_BYTES: Final = 4_000_000  # of an answer
_SINGLE: Final = 0.2  # temperature of a single sample
_OF_PICTURES: Final = ("image", "vision", "multimodal", "mmproj")


class _Bearer(AuthBase):
    """The key in its header. With an `auth` of its own, requests takes none from the user's .netrc."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class _Broken(Exception):
    """An answer that stops half-way, or is none: asking again may help."""


class _Passing(Exception):
    """A refusal that may be over soon. seconds: how long to wait, None where the server does not say."""

    def __init__(self, error: NotAvailable, seconds: float | None) -> None:
        super().__init__(str(error))
        self.error, self.seconds = error, seconds


class Endpoint:
    """The author behind the address of the settings. Safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ways = Ways.of(settings)

    def write(self, task: Task, n: int, seed: int, tick: Tick) -> list[Written | PosewrightError]:
        """See `author.Author`. Raises NotAvailable where the settings do not allow to send this."""
        self._check_allowed(any(m.images for m in task.messages))
        waiting = f"Waiting for {self._settings.model}"
        temperature = self._settings.temperature if n > 1 else min(_SINGLE, self._settings.temperature)

        def beat(text: str) -> None:
            tick("Writing the pose" if text else waiting, task.reply(text) if text else "")

        return watched([self._sample(task, seed + k, temperature) for k in range(n)], beat)

    def models(self) -> list[str]:
        """The names of the models that the server has. Raises NotAvailable."""
        self._check_allowed(False)
        with self._session() as session, self._mapped():
            timeout = (_CONNECT_SECONDS, min(_LIST_SECONDS, self._settings.seconds))
            response = session.get(self._url("models"), timeout=timeout, allow_redirects=False)
            if response.status_code != 200:
                raise self._refusal(response.status_code, _said(response), pictures=False)
            try:
                return [str(entry["id"]) for entry in response.json()["data"]]
            except (ValueError, TypeError, KeyError):
                raise self._error("failed", f"{self._settings.place} lists no models", "check url") from None

    def _check_allowed(self, pictures: bool) -> None:
        s = self._settings
        if not s.is_remote or s.remote == "pictures" or (s.remote == "words" and not pictures):
            return
        what = "the picture" if pictures else "your words, the conversation and the pose as statements"
        allow = f"to allow it: posewright writer remote={'pictures' if pictures else 'words'}"
        raise self._error("remote", f"{s.place} is another computer and would be sent {what}", allow)

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.auth = _Bearer(self._settings.key)
        session.trust_env = self._settings.is_remote  # a proxy is nothing for this computer
        return session

    def _url(self, what: str) -> str:
        return f"{self._settings.url.rstrip('/')}/{what}"

    def _sample(self, task: Task, seed: int, temperature: float) -> Callable[[Watch], Written]:
        """Work that writes one text, asking again where that may help."""

        def work(watch: Watch) -> Written:
            with self._session() as session, self._mapped():
                for wait in (*_WAITS, None):
                    try:
                        return self._asked(session, task, seed, temperature, watch)
                    except _Passing as fault:
                        if wait is None or (fault.seconds or 0.0) > _LONGEST_WAIT:
                            raise fault.error from None
                        seconds = wait if fault.seconds is None else fault.seconds
                    except _Broken as fault:
                        if wait is None:
                            told = f"{self._settings.place}: {fault}"
                            raise self._error("failed", told, "try again, or see the server's log") from None
                        seconds = 0.0
                    if watch.wait(seconds):
                        break
            raise self._error("failed", "stopped", "try again")

        return work

    def _asked(self, session: requests.Session, task: Task, seed: int, temperature: float, watch: Watch) -> Written:
        """One text, asked for in the ways that the server takes, which its refusals tell."""
        while True:
            hold, held = self._ways.hold, self._ways.held
            payload = payload_of(self._settings, task, self._ways, seed, temperature)
            timeout = (_CONNECT_SECONDS, self._settings.seconds)
            url = self._url("chat/completions")
            with session.post(url, json=payload, stream=True, timeout=timeout, allow_redirects=False) as response:
                watch.on_stop(response.close)
                if response.status_code == 200:
                    return self._text(response, held, watch)
                status, said = response.status_code, _said(response)
                if self._ways.learn(status, said, payload, hold):
                    continue
                refusal = self._refusal(status, said, any(m.images for m in task.messages))
                if status in _PASSING and refusal.code != "writer_model":
                    raise _Passing(refusal, _retry_after(response))
                raise refusal

    def _text(self, response: requests.Response, held: bool, watch: Watch) -> Written:
        """The whole text of an answer, told to `watch` as it comes. Raises _Broken."""
        text, ended, tokens_in, tokens_out, size = "", "", 0, 0, 0
        try:
            for data in _events(response):
                size += len(data)
                if size > _MOST_BYTES:
                    raise _Broken("the answer does not come to an end")
                piece = piece_of(data)
                text, ended = text + piece.text, piece.ended or ended
                tokens_in, tokens_out = piece.tokens_in or tokens_in, piece.tokens_out or tokens_out
                watch.say(text)
                if watch.stopped.is_set():
                    break
        except BadEvent as fault:
            raise _Broken(f"this is no answer: {self._clean(str(fault))}") from None
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
            raise _Broken("the answer broke off") from None
        if not ended:
            raise _Broken("the answer broke off")
        return Written(text, held, ended != "length", tokens_in, tokens_out)

    def _refusal(self, status: int, said: str, pictures: bool) -> NotAvailable:
        s, said = self._settings, self._clean(said)
        if status in (401, 403):
            return self._error("key", f"{s.place} does not take the key ({status})", _KEY_HINT)
        if pictures and any(word in said.lower() for word in _OF_PICTURES):
            return self._error("model", f"{s.model} takes no pictures: {said}", "choose one of vision and language")
        if status == 404:
            step = "check url (it mostly ends in /v1) and model: posewright writer --check"
            return self._error("model", f"{s.place} has no model {s.model!r}, or no such address", step)
        if status == 429:
            return self._error("busy", f"{s.place} has too many requests", "try again later")
        if 300 <= status < 400:
            return self._error("failed", f"{s.place} sends elsewhere ({status}), which is not followed", "mend url")
        return self._error("failed", f"{s.place} answers {status}: {said or 'nothing more'}", "see the server's log")

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        """Every exception of requests as an error of ours."""
        place = self._settings.place
        try:
            yield
        except requests.exceptions.ConnectTimeout:
            raise self._error("unreachable", f"nothing answers at {place}", "start the server") from None
        except requests.exceptions.Timeout:
            told = f"{place} was silent for {self._settings.seconds:g} s"
            raise self._error("unreachable", told, "a larger `seconds` waits longer") from None
        except requests.exceptions.SSLError:
            raise self._error("unreachable", f"{place} has no valid certificate", "check url") from None
        except requests.exceptions.ConnectionError as error:
            if "timed out" in str(error).lower():  # while the answer was being read
                told = f"{place} was silent for {self._settings.seconds:g} s"
                raise self._error("unreachable", told, "a larger `seconds` waits longer") from None
            raise self._error("unreachable", f"nothing answers at {place}", "start the server, or check url") from None
        except requests.exceptions.RequestException as error:
            told = f"{place} cannot be asked: {type(error).__name__}"
            raise self._error("failed", told, "check url and the server's log") from None

    def _error(self, kind: str, message: str, step: str) -> NotAvailable:
        return NotAvailable(message, f"{step}; or {OTHER}", f"writer_{kind}")

    def _clean(self, text: str) -> str:
        """A server's words without the key, which some repeat."""
        key = self._settings.key
        return text.replace(key, "(the key)") if key else text


def _events(response: requests.Response) -> Iterator[str]:
    """The events of a stream, or the whole answer where the server does not stream."""
    if "event-stream" in response.headers.get("Content-Type", ""):
        yield from events(response.iter_content(chunk_size=None))
    else:
        yield _start_of(response, _MOST_BYTES).decode("utf-8", "replace")


def _said(response: requests.Response) -> str:
    """What a server says about a refusal."""
    raw = _start_of(response, 10_000)
    try:
        return error_text(json.loads(raw))
    except (ValueError, RecursionError):
        return " ".join(raw.decode("utf-8", "replace").split())[:200]


def _start_of(response: requests.Response, most: int) -> bytes:
    out = b""
    for chunk in response.iter_content(chunk_size=8192):
        out += chunk
        if len(out) >= most:
            break
    return out


def _retry_after(response: requests.Response) -> float | None:
    """How long the server wants to be left alone, s; None where it does not say."""
    text = response.headers.get("Retry-After", "")
    try:
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError):
        return None
