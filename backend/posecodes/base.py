"""What every kind of posecode is: a frozen statement about a body that can be measured, enforced, said, read and sent.

A kind is one dataclass in one file. Its fields carry their own documentation and range (`named`, `number`, ...); JSON
decoding and the published schema are made from them, so they cannot disagree.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, ClassVar, Final, TypeVar

import numpy as np

from backend.body.dual import Dual
from backend.body.kinematics import Kinematics
from backend.errors import BadProgram

from .vocabulary import DIRECTIONS, check_name, mirror_name

P = TypeVar("P", bound="Posecode")
KINDS: Final[dict[str, type[Posecode]]] = {}
COMPARES: Final = ("=", ">=", "<=")
OPPOSITE: Final = {"=": "=", ">=": "<=", "<=": ">="}
BOUND_SAID: Final = {"=": "", ">=": "at least ", "<=": "at most "}  # before a number
BOUND_READ: Final = {None: "=", "at least ": ">=", "at most ": "<="}
SHORTEST: Final = 1e-6  # a vector whose components are all smaller has no direction
FARTHEST: Final = 1e6  # the largest component of a vector or a place


@dataclass(frozen=True)
class Measured:
    """A posecode against a pose: asked and reached in `unit` (None where no single number says it), error >= 0.

    direction: (left, up, front) reached, in the statement's own frame; None of what asks for none.
    """

    error: float
    met: bool
    unit: str
    asked: float | None = None
    reached: float | None = None
    direction: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Uses:
    """What a residual looks at: names of points, of axes, and of patches of skin that may bear weight."""

    points: frozenset[str] = frozenset()
    axes: frozenset[str] = frozenset()
    patches: frozenset[str] = frozenset()

    @classmethod
    def of(cls, points: Iterable[str] = (), axes: Iterable[str] = (), patches: Iterable[str] = ()) -> Uses:
        return cls(frozenset(points), frozenset(axes), frozenset(patches))


@dataclass(frozen=True)
class Posecode(ABC):
    """One measurable statement about a posed body."""

    kind: ClassVar[str]
    unit: ClassVar[str]  # of the residual: "rad" or "m"
    tolerance: ClassVar[float]  # of the residual's largest error that still counts as met, in `unit`
    examples: ClassVar[tuple[str, ...]] = ()  # canonical lines, for the published schema and the reference
    one_of: ClassVar[tuple[str, ...]] = ()  # fields of which exactly one is given

    @abstractmethod
    def uses(self) -> Uses:
        """What the residual looks at."""

    @classmethod
    @abstractmethod
    def residuals(cls, codes: Sequence[Any], body: Kinematics) -> Dual:
        """(S, K, m) in `unit` for K statements that are alike, evaluated together; zero exactly where one holds."""

    def alike(self) -> Hashable:
        """Statements of one kind with equal values here have residuals of one form and go into one call."""
        return ()

    def residual(self, body: Kinematics) -> Dual:
        """(S, m) in `unit`; zero exactly when the statement holds."""
        return self.residuals([self], body)[:, 0]

    @abstractmethod
    def limbs(self) -> frozenset[str]:
        """Limb groups that the statement settles, so that a later statement can replace an earlier one."""

    @abstractmethod
    def said(self) -> str:
        """The canonical line, which `read` understands again."""

    def measure(self, body: Kinematics) -> Measured:
        """Error and verdict for the first pose of `body`."""
        error = float(np.linalg.norm(self.residual(body).value[0]))
        return Measured(error, error <= self.tolerance, self.unit)

    def possible(self) -> tuple[Posecode, str]:
        """The statement within what people can do, and one sentence about what was cut; "" where nothing was."""
        return self, ""

    def to_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"type": self.kind}
        for f in fields(self):
            value = getattr(self, f.name)
            if f.default is MISSING or value != f.default:
                out[f.name] = list(value) if isinstance(value, tuple) else value
        return out

    def mirrored(self: P) -> P:
        """The same statement about the other side."""
        return replace(self, **{f.name: _mirrored(f.metadata["type"], getattr(self, f.name)) for f in fields(self)})


@dataclass(frozen=True)
class Scalar(Posecode):
    """A statement about one number of a body: an angle (deg) or a length (m), in the field that `amount` names."""

    amount: ClassVar[str]

    @classmethod
    @abstractmethod
    def quantities(cls, codes: Sequence[Any], body: Kinematics) -> Dual:
        """(S, K) rad or m, for K statements that are alike."""

    @classmethod
    def residuals(cls, codes: Sequence[Any], body: Kinematics) -> Dual:
        """(S, K, 1): two-sided for "=", zero on the right side of ">=" and "<="."""
        compares = [getattr(c, "compare", "=") for c in codes]
        return compared(cls.quantities(codes, body), [c.target for c in codes], compares).as_row()

    @property
    def target(self) -> float:
        """What is asked, rad or m."""
        asked: float = getattr(self, self.amount)
        return float(np.radians(asked)) if self.unit == "rad" else asked

    def value(self, body: Kinematics) -> float:
        """The number for the first pose of `body`, deg or m; what is asked of it does not matter."""
        reached = float(self.quantities([self], body).value[0, 0])
        return float(np.degrees(reached)) if self.unit == "rad" else reached

    def limits(self) -> tuple[float, float, str] | None:
        """What people can do, from and to (in the field's unit), and how to say so, with {limit} for the number."""
        return None

    def possible(self) -> tuple[Posecode, str]:
        limits, asked = self.limits(), getattr(self, self.amount)
        if limits is None:
            return self, ""
        low, high, sentence = limits
        compare = getattr(self, "compare", "=")
        # "at most 170" is no wish for 170, and "at least" too little is none either.
        taken = (
            max(low, asked) if compare == "<=" else min(high, asked) if compare == ">=" else min(max(low, asked), high)
        )
        taken = float(taken)
        if taken == asked:
            return self, ""
        said = sentence.replace("{limit}", f"{abs(taken):g}")
        return replace(self, **{self.amount: taken}), f"{self.said()}: {said}, so I took {abs(taken):g}"

    def measure(self, body: Kinematics) -> Measured:
        error = abs(float(self.residual(body).value[0, 0]))
        unit = "deg" if self.unit == "rad" else "m"
        return Measured(error, error <= self.tolerance, unit, getattr(self, self.amount), self.value(body))


def register(cls: type[P]) -> type[P]:
    """Class decorator: makes the kind known by its tag."""
    KINDS[cls.kind] = cls
    return cls


def named(table: Iterable[str], doc: str, **options: Any) -> Any:
    """A field that holds a name of `table` (points, segments, faces)."""
    return field(metadata={"type": "name", "table": tuple(table), "doc": doc}, **options)


def names(table: Iterable[str], doc: str, **options: Any) -> Any:
    """A field that holds a list of names of `table`."""
    return field(metadata={"type": "names", "table": tuple(table), "doc": doc}, **options)


def number(doc: str, low: float, high: float, *, unit: str | None = None, **options: Any) -> Any:
    """A number from low to high; unit None: in deg where the kind's residual is in rad, else in m."""
    return field(metadata={"type": "number", "low": low, "high": high, "unit": unit, "doc": doc}, **options)


def side_number(doc: str, low: float, high: float, **options: Any) -> Any:
    """A number whose sign says left (+) or right (-), so that mirroring negates it."""
    return field(metadata={"type": "side_number", "low": low, "high": high, "unit": None, "doc": doc}, **options)


def vector(doc: str, **options: Any) -> Any:
    """(left, up, front) components of a direction; any length but zero."""
    return field(metadata={"type": "vector", "doc": doc}, **options)


def place(doc: str, **options: Any) -> Any:
    """(x, y, z) m in the world."""
    return field(metadata={"type": "place", "doc": doc}, **options)


def choice(allowed: Iterable[str], doc: str, **options: Any) -> Any:
    return field(metadata={"type": "choice", "table": tuple(allowed), "doc": doc}, **options)


def _mirrored(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "name":
        return mirror_name(value)
    if kind == "names":
        return tuple(mirror_name(v) for v in value)
    if kind in ("vector", "place"):
        return (-value[0], value[1], value[2])
    if kind == "side_number":
        return -value
    if kind == "choice" and value in ("left", "right"):
        return mirror_name(value + "_")[:-1]
    return value


def from_json(value: Any, path: str = "posecode") -> Posecode:
    """Decode one statement strictly.

    Raises:
        BadProgram: with the path of the fault, what was found and what is allowed.
    """
    if not isinstance(value, Mapping):
        raise BadProgram(f'{path}: expected an object with a "type", got {type(value).__name__}')
    kind = value.get("type")
    cls = KINDS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise BadProgram(f"{path}.type: {_brief(kind)} is no kind of posecode", f"known kinds: {', '.join(KINDS)}")
    known = {f.name: f for f in fields(cls)}
    extra = [k for k in value if k != "type" and k not in known]
    if extra:
        raise BadProgram(f"{path}.{str(extra[0])[:60]}: unknown field", f"{cls.kind} has: {', '.join(known)}")
    if cls.one_of and sum(name in value for name in cls.one_of) != 1:
        raise BadProgram(f"{path}: {cls.kind} takes exactly one of {', '.join(cls.one_of)}", "leave the others out")
    arguments = {}
    for name, f in known.items():
        if name in value:
            arguments[name] = _decoded(f.metadata, value[name], f"{path}.{name}")
        elif f.default is MISSING:
            raise BadProgram(f"{path}.{name}: missing", f.metadata["doc"])
    return cls(**arguments)


def _decoded(meta: Mapping[str, Any], value: Any, path: str) -> Any:
    kind = meta["type"]
    if kind in ("name", "choice"):
        return _name(value, meta["table"], kind, path)
    if kind == "names":
        if not isinstance(value, (list, tuple)) or not value:
            _wrong(path, "a list of names", value)
        found = (_name(v, meta["table"], "name", f"{path}[{i}]") for i, v in enumerate(value))
        return tuple(dict.fromkeys(found))  # said twice is said
    if kind in ("number", "side_number"):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not meta["low"] <= value <= meta["high"]:
            _wrong(path, f"a number from {meta['low']:g} to {meta['high']:g}", value)
        return float(value)
    if not isinstance(value, (list, tuple)) or len(value) != 3 or not all(_is_finite(v) for v in value):
        _wrong(path, "three finite numbers", value)
    x, y, z = (float(v) for v in value)
    if kind == "vector" and max(abs(x), abs(y), abs(z)) < SHORTEST:
        _wrong(path, "a direction, which is not zero", value)
    return (x, y, z)


def _name(value: Any, table: tuple[str, ...], what: str, path: str) -> str:
    if not isinstance(value, str) or len(value) > 100:
        _wrong(path, "a short string", value)
    return check_name(value, dict.fromkeys(table), what, path)


def _is_finite(value: Any) -> bool:
    """Whether it is a number, and none that nobody means."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= FARTHEST


def _wrong(path: str, expected: str, got: Any) -> Any:
    raise BadProgram(f"{path}: expected {expected}, got {_brief(got)}")


def _brief(value: Any) -> str:
    """A wrong value as a message may show it."""
    if isinstance(value, int) and value.bit_length() > 128:
        return "a number of hundreds of digits"  # str() of such a number may itself be refused
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def compared(value: Dual, targets: Sequence[float], compares: Sequence[str]) -> Dual:
    """(S, K) values against K targets: two-sided for "=", zero on the right side of ">=" and "<="."""
    off = value - np.array(targets)
    one_sided = np.array([{"=": 0.0, ">=": -1.0, "<=": 1.0}[c] for c in compares])
    if not one_sided.any():
        return off
    return off.scaled(((one_sided == 0) | (off.value * one_sided > 0)).astype(float))


# --- lines of text: the canonical form that atlas files are written in ---

_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_SYNONYMS: Final = {
    "forward": "front",
    "forwards": "front",
    "backward": "back",
    "backwards": "back",
    "upward": "up",
    "downward": "down",
}


def pattern(text: str) -> re.Pattern[str]:
    """A whole-line pattern; `{n}` stands for a number."""
    return re.compile("^" + text.replace("{n}", f"({_NUMBER})") + "$")


def name_in(text: str, table: Iterable[str]) -> str | None:
    """The name of `table` that a few words spell ("left upper arm" -> left_upper_arm), or None."""
    name = "_".join(text.split())
    return name if name in table else None


def direction_in(text: str, side: str | None = None) -> tuple[float, float, float] | None:
    """Words to a unit direction: "slightly up and front" -> (left, up, front); None where a word is no direction.

    A number or "slightly" (0.3) or "mostly" (2) before a word weighs it; "out"/"in" need a side.
    """
    total = np.zeros(3)
    weight = 1.0
    for word in re.sub(r"[,;]| and ", " ", text).split():
        word = _SYNONYMS.get(word, word)
        if word in ("slightly", "mostly"):
            weight = 0.3 if word == "slightly" else 2.0
        elif re.fullmatch(_NUMBER, word):
            weight = float(word)
        elif word in ("out", "in") and side in ("left", "right"):
            total += weight * np.array([1.0 if (word == "out") == (side == "left") else -1.0, 0, 0])
            weight = 1.0
        elif word in DIRECTIONS:
            total += weight * np.array(DIRECTIONS[word])
            weight = 1.0
        else:
            return None
    length = float(np.linalg.norm(total))
    if length < 1e-6:
        return None
    x, y, z = (round(float(v), 4) for v in total / length)
    return (x, y, z)


def direction_words(d: tuple[float, float, float]) -> str:
    """The inverse of `direction_in`: weights to two digits, strongest first."""
    length = float(np.linalg.norm(d))
    parts = []
    for value, plus, minus in zip(d, ("left", "up", "front"), ("right", "down", "back"), strict=True):
        share = value / length
        if abs(share) > 0.02:
            parts.append((abs(share), plus if share > 0 else minus))
    parts.sort(reverse=True)
    if len({round(s, 2) for s, _ in parts}) == 1:
        return " ".join(word for _, word in parts)
    return " ".join(f"{share:.2f} {word}" for share, word in parts)


def side_of(name: str) -> str | None:
    """The side that a name begins with."""
    head = name.split("_")[0]
    return head if head in ("left", "right") else None
