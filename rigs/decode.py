"""Strict reading of JSON values: every fault is a `WireError` whose message names the path ("turns[1].pose.rotvecs").

Unknown extra fields are refused too, so that a misspelt option is never silently ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, TypeVar

import numpy as np

T = TypeVar("T")
_SHOWN_CHARS: Final = 60  # of a wrong value in a message; the rest is cut


class WireError(ValueError):
    """A value that does not fit the wire format. `path` is where, `problem` is what."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path or 'request'}: {problem}")
        self.path = path
        self.problem = problem


def brief(value: object) -> str:
    """A value as a message may show it: never longer than a line, whatever was sent."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 128:
        return f"a whole number of {value.bit_length()} bits"  # str() of such a number may itself be refused
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 3] + "..."


def kind(value: Any) -> str:
    """The JSON type of a value, in words."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "true/false", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else type(value).__name__)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Fields:
    """Reads the fields of one JSON object and remembers the path for error messages."""

    def __init__(self, value: Any, path: str = "") -> None:
        if not isinstance(value, Mapping):
            raise WireError(path, f"expected an object, got {kind(value)}")
        self._value = value
        self._path = path
        self._seen: set[str] = set()

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self._path}.{name}" if self._path else name

    def raw(self, name: str, *, required: bool = False) -> Any:
        """The value as it is; null counts as missing."""
        self._seen.add(name)
        value = self._value.get(name)
        if value is None and required:
            raise WireError(self.at(name), "missing")
        return value

    def text(self, name: str, default: str | None = None, *, required: bool = False, max_chars: int = 200) -> Any:
        value = self.raw(name, required=required)
        return default if value is None else text(value, self.at(name), max_chars)

    def integer(self, name: str, default: Any, low: int, high: int, *, required: bool = False) -> Any:
        value = self.raw(name, required=required)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            got = brief(value) if is_number(value) else kind(value)
            raise WireError(self.at(name), f"expected a whole number from {low} to {high}, got {got}")
        return value

    def number(self, name: str, default: Any = None, *, required: bool = False) -> Any:
        value = self.raw(name, required=required)
        if value is None:
            return default
        try:
            number = float(value) if is_number(value) else np.nan
        except OverflowError:
            number = np.inf
        if not np.isfinite(number):
            got = brief(value) if is_number(value) else kind(value)
            raise WireError(self.at(name), f"expected a finite number, got {got}")
        return number

    def flag(self, name: str, *, required: bool = False, default: bool = False) -> bool:
        value = self.raw(name, required=required)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise WireError(self.at(name), f"expected true or false, got {kind(value)}")
        return value

    def array(self, name: str, shape: tuple[int, ...], default: Any = None, *, required: bool = False) -> Any:
        value = self.raw(name, required=required)
        return default if value is None else array(value, shape, self.at(name))

    def items(self, name: str, read: Callable[[Any, str], T], *, required: bool = False) -> tuple[T, ...]:
        value = self.raw(name, required=required)
        if value is None:
            return ()
        if not isinstance(value, (list, tuple)):
            raise WireError(self.at(name), f"expected a list, got {kind(value)}")
        return tuple(read(item, f"{self.at(name)}[{i}]") for i, item in enumerate(value))

    def choice(self, name: str, allowed: Sequence[str], *, required: bool = False, default: str | None = None) -> Any:
        value = self.text(name, default, required=required)
        if value is not None and value not in allowed:
            raise WireError(self.at(name), f"{brief(value)} is not one of {', '.join(allowed)}")
        return value

    def done(self) -> None:
        """Refuse fields that nobody read."""
        extra = [str(k)[:_SHOWN_CHARS] for k in self._value if k not in self._seen]
        if extra:
            near = get_close_matches(extra[0], sorted(self._seen), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known fields: {', '.join(sorted(self._seen))}"
            raise WireError(self.at(extra[0]), f"unknown field{hint}")


def text(value: Any, path: str, max_chars: int = 100_000) -> str:
    """A string that can be written as UTF-8 again (JSON may carry half of a surrogate pair)."""
    if not isinstance(value, str):
        raise WireError(path, f"expected a string, got {kind(value)}")
    if len(value) > max_chars:
        raise WireError(path, f"{len(value):,} characters; at most {max_chars:,} are allowed")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise WireError(path, f"not text: character {error.start} is no Unicode character") from None
    return value


def array(value: Any, shape: tuple[int, ...], path: str) -> np.ndarray:
    """A finite float array of `shape`; -1 in the shape takes any length. Read-only.

    Strings, true/false and null are refused, although numpy would turn them into numbers.
    """
    try:
        raw = np.array(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise WireError(path, f"expected numbers of shape {shape_text(shape)}, got lists of unequal length") from None
    if raw.dtype.kind not in "iuf" and raw.size:
        raise WireError(path + _first_other(value), f"expected numbers of shape {shape_text(shape)} only")
    numbers = raw.astype(float)
    fits = numbers.ndim == len(shape) and all(w in (-1, g) for w, g in zip(shape, numbers.shape, strict=True))
    if not fits:
        raise WireError(path, f"expected shape {shape_text(shape)}, got {shape_text(numbers.shape)}")
    if not np.isfinite(numbers).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(numbers))[0])
        raise WireError(path + "".join(f"[{i}]" for i in where), "not a finite number (NaN or infinity)")
    numbers.setflags(write=False)
    return numbers


def _first_other(value: Any) -> str:
    """The path below `value` of the first thing that is no number; "" when it is `value` itself."""
    if isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            if isinstance(item, (list, tuple)):
                below = _first_other(item)
                if below:
                    return f"[{i}]{below}"
            elif not is_number(item):
                return f"[{i}]"
    return ""


def shape_text(shape: Sequence[int]) -> str:
    return "x".join("n" if n == -1 else str(n) for n in shape) or "one number"


def plain_object(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WireError(path, f"expected an object, got {kind(value)}")
    return value


def identifier(value: Any, path: str) -> str:
    """The caller's own name of a request: a string, or a whole number that becomes one; missing is ""."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 128:
        return str(value)
    return text(value, path, max_chars=1000)


def present(**fields: Any) -> dict[str, Any]:
    """A dict without the fields that say nothing (None, empty)."""
    return {k: v for k, v in fields.items() if v is not None and v != () and v != [] and v != {}}
