"""The body of a request to /chat/completions, and what a server's refusals teach about how it wants to be asked."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any, Final

from .answers import Form
from .author import Task
from .prompt import Message
from .settings import Settings

_HOLDS: Final = ("stepped", "json_schema", "json_object", "text")  # from the strictest on; the first two by schema
_PLAIN: Final = "Answer with the JSON object alone, without any other words."
_OPTIONAL: Final = ("max_tokens", "temperature", "seed", "stream_options", "stream")  # what a server may not know
_OF_FORMAT: Final = ("response_format", "json_schema", "schema", "grammar", "json_object", "guided")
_OTHERWISE: Final = ("context", "too long", "image", "model")  # refusals that asking in another way does not mend
_TEACHING: Final = (400, 415, 422, 500, 501)


@dataclass
class Ways:
    """How a server is asked: hold, how it is held to JSON; dropped: the parameters that it does not take.

    loosest: the last hold that is tried, which the user may choose.
    """

    hold: str = _HOLDS[0]
    loosest: str = _HOLDS[-1]
    dropped: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, settings: Settings) -> Ways:
        """Servers on this computer get the schema that leaves no number to chance; clouds have limits for schemas."""
        first = "json_schema" if settings.is_remote else "stepped"
        if settings.hold == "auto":
            return cls(first)
        return cls(first if settings.hold == "json_schema" else settings.hold, settings.hold)

    @property
    def held(self) -> bool:
        """Whether the server holds the model to the schema."""
        return self.hold in _HOLDS[:2]

    def learn(self, status: int, said: str, payload: dict[str, Any], hold: str) -> bool:
        """Whether a refusal of what was asked with `hold` is about something that can be asked for in another way.

        That is noted.
        """
        if status not in _TEACHING:
            return False
        low = said.lower()
        unknown = next((name for name in _OPTIONAL if name in payload and name in low), None)
        if unknown is not None:
            self.dropped.add(unknown)
            return True
        if hold == self.loosest:
            return False
        about_format = any(word in low for word in _OF_FORMAT)
        if not about_format and (status >= 500 or any(word in low for word in _OTHERWISE)):
            return False
        if self.hold == hold:  # another sample may have learned it meanwhile
            self.hold = _HOLDS[_HOLDS.index(hold) + 1]
        return True


def payload_of(settings: Settings, task: Task, ways: Ways, seed: int, temperature: float) -> dict[str, Any]:
    """The body of a request."""
    extra = "" if ways.held else f"\n{_PLAIN}"
    payload: dict[str, Any] = {
        "model": settings.model,
        "messages": [_message(m, extra if m.role == "system" else "") for m in task.messages],
        "temperature": temperature,
        "max_tokens": settings.tokens,
        "seed": seed,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if "max_tokens" in ways.dropped:
        payload["max_completion_tokens"] = settings.tokens
    for name in {*ways.dropped, *(("stream_options",) if "stream" in ways.dropped else ())}:
        payload.pop(name, None)
    if ways.held:
        form: Form = "stepped" if ways.hold == "stepped" else "plain"
        schema = {"name": "answer", "strict": True, "schema": task.schema(form)}
        payload["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif ways.hold == "json_object":
        payload["response_format"] = {"type": "json_object"}
    return payload


def _message(message: Message, extra: str) -> dict[str, Any]:
    if not message.images:
        return {"role": message.role, "content": message.text + extra}
    parts: list[dict[str, Any]] = [{"type": "image_url", "image_url": {"url": _data_url(i)}} for i in message.images]
    return {"role": message.role, "content": [*parts, {"type": "text", "text": message.text + extra}]}


def _data_url(image: bytes) -> str:
    kind = "png" if image.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode('ascii')}"
