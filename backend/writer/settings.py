"""Which model writes, and how it is reached: from a file of settings, over which environment variables count.

Nothing leaves this computer unless the user says so: an address that is not this computer is refused until `remote` is
"words" (prompts, the conversation and the current pose as statements are sent) or "pictures" (pictures as well).
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from backend.errors import BadFile, BadInput
from backend.language.own_poses import own_folder

FILE_VARIABLE: Final = "POSEWRIGHT_WRITER"  # the file of settings; else writer.toml beside the user's atlas folder
VARIABLE: Final = "POSEWRIGHT_WRITER_"  # and the name of a setting: POSEWRIGHT_WRITER_URL
MOST_SAMPLES: Final = 32
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def _setting(default: Any, doc: str, **meta: Any) -> Any:
    return field(default=default, repr=not meta.pop("secret", False), metadata={"doc": doc, **meta})


@dataclass(frozen=True)
class Settings:
    """All settings, checked; what each is stands with it."""

    url: str = _setting("", "address of an OpenAI-compatible server, e.g. http://127.0.0.1:11434/v1")
    model: str = _setting("", "name of the model there; without url, the folder of a transformers model")
    key: str = _setting("", "what the server wants as a bearer token", secret=True)
    remote: str = _setting(
        "refuse",
        "what a server on another computer may be sent: refuse (nothing), words, pictures (and words)",
        allowed=("refuse", "words", "pictures"),
    )
    vision: bool = _setting(False, "whether the model sees pictures")
    samples: int = _setting(1, "answers written for a request; they vote", low=1, high=MOST_SAMPLES)
    temperature: float = _setting(0.7, "how freely several answers are written; a single one has 0.2", low=0, high=2)
    seconds: float = _setting(120.0, "how long to wait for the next word, s", low=1, high=3600)
    tokens: int = _setting(2000, "most tokens of an answer", low=64, high=100_000)
    hold: str = _setting(
        "auto",
        "how a server is asked for JSON; auto takes the strictest way that it knows",
        allowed=("auto", "json_schema", "json_object", "text"),
    )

    def __post_init__(self) -> None:
        for f in fields(self):
            value, meta = getattr(self, f.name), f.metadata
            if "allowed" in meta and value not in meta["allowed"]:
                raise BadInput(f"writer: {f.name} is {value!r}", f"one of {', '.join(meta['allowed'])}")
            if "low" in meta and not meta["low"] <= value <= meta["high"]:
                raise BadInput(f"writer: {f.name} is {value:g}", f"from {meta['low']:g} to {meta['high']:g}")
        if self.url:
            _checked_url(self.url)

    @property
    def is_set(self) -> bool:
        return bool(self.model)

    @property
    def folder(self) -> Path:
        """Where the model is, without url."""
        return Path(self.model).expanduser()

    @property
    def is_remote(self) -> bool:
        """Whether the address is another computer."""
        return bool(self.url) and not is_loopback(urlsplit(self.url).hostname or "")

    @property
    def place(self) -> str:
        """The address without anything secret, for messages."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """Whether a host name is this computer, by its name alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _checked_url(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good, parts = False, urlsplit("")
    if not good:
        raise BadInput("writer: url is no address", "e.g. http://127.0.0.1:11434/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadInput("writer: url has a user name, a query or a fragment", "put what is secret into key")
    return parts


def file_path() -> Path:
    """Where the file of settings is, whether it is there or not."""
    given = os.environ.get(FILE_VARIABLE)
    return Path(given) if given else own_folder().parent / "writer.toml"


def read_settings(more: Mapping[str, str] | None = None) -> Settings:
    """The settings of the file, over them those of the environment, over them `more` (texts by name).

    Raises:
        BadFile: the file cannot be read. BadInput: a setting is none, or out of its range.
    """
    texts = {
        f.name: os.environ[name] for f in fields(Settings) if (name := f"{VARIABLE}{f.name.upper()}") in os.environ
    }
    values: dict[str, Any] = _of_file(file_path())
    for name, text in {**texts, **(more or {})}.items():
        values[name] = _read(name, text)
    return Settings(**values)


def _of_file(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadFile(f"{path} cannot be read: {error}", "it is a TOML file like: model = 'qwen'") from None
    known = {f.name: f for f in fields(Settings)}
    for name, value in found.items():
        if name not in known:
            raise BadFile(f"{path}: {name[:60]!r} is no setting", f"settings: {', '.join(known)}")
        default = known[name].default
        kinds = (int, float) if isinstance(default, float) else type(default)
        if not isinstance(value, kinds) or (isinstance(value, bool) and not isinstance(default, bool)):
            raise BadFile(f"{path}: {name} has to be like {json.dumps(default)}", known[name].metadata["doc"])
    return found


def _read(name: str, text: str) -> Any:
    """A setting from its text. Raises BadInput."""
    f = next((f for f in fields(Settings) if f.name == name), None)
    if f is None:
        raise BadInput(f"writer: {name[:60]!r} is no setting", f"one of {', '.join(f.name for f in fields(Settings))}")
    text = text.strip()
    if isinstance(f.default, bool):
        if text.lower() not in (*_TRUE, *_FALSE):
            raise BadInput(f"writer: {name} is {text[:40]!r}", "yes or no")
        return text.lower() in _TRUE
    kind: Any = type(f.default)
    try:
        return kind(text)
    except ValueError:
        raise BadInput(f"writer: {name} is {text[:40]!r}, no number", f.metadata["doc"]) from None


def write_settings(changes: Mapping[str, str], path: Path | None = None) -> Settings:
    """Change settings of the file (an empty text takes one out) and write it, readable by its owner only.

    Raises: as `read_settings`.
    """
    path = path or file_path()
    values = _of_file(path)
    for name, text in changes.items():
        if text.strip():
            values[name] = _read(name, text)
        else:
            values.pop(name, None)
    settings = Settings(**values)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
        path.chmod(0o600)
    except OSError as error:
        raise BadFile(
            f"{path} cannot be written: {error.strerror or error}", "check the folder and its rights"
        ) from None
    return settings
