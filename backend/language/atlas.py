"""The atlas: named poses written as posecode programs in TOML files that people read and extend (docs/atlas.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from threading import RLock
from typing import Any, Final, TypeVar

from backend.errors import BadFile, BadProgram
from backend.posecodes import Program, mirrored, read_program

from .compose import composed

T = TypeVar("T")
FOLDER: Final = Path(__file__).parent / "atlas"
LIMBS: Final = ("leg", "arm", "hand", "body")
_FIELDS: Final[Mapping[str, type]] = {
    "name": str,
    "aliases": list,
    "program": str,
    "based_on": str,
    "side": str,
    "limb": str,
    "posture": str,
    "stance": str,
    "category": str,
    "note": str,
}


@dataclass(frozen=True)
class Entry:
    """A named pose. aliases: how people ask for it ("{side}" stands for left or right); text: its own statements.

    based_on: the entry whose statements come first. side: the side that the text is written for, "" where the pose has
    none; limb: what that side is a side of. posture: what carries the body (stand, sit ...), from the basis if "".
    stance: what trunk and legs do with a gesture when nothing else is said of them.
    """

    name: str
    category: str
    aliases: tuple[str, ...]
    text: str
    based_on: str = ""
    side: str = ""
    limb: str = "body"
    posture: str = ""
    stance: str = ""
    note: str = ""
    source: str = ""


class Atlas:
    """All entries by name; programs are read when they are first asked for."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: dict[str, Entry] = {}
        for entry in entries:
            if entry.name in self.entries:
                raise BadProgram(
                    f"{entry.source}: {entry.name!r} is there twice, also in {self.entries[entry.name].source}"
                )
            self.entries[entry.name] = entry
        for entry in self.entries.values():
            self._check_basis(entry)
        self._own: dict[str, Program] = {}

    def _check_basis(self, entry: Entry) -> None:
        seen = [entry.name]
        while entry.based_on:
            basis = self.entries.get(entry.based_on)
            if basis is None:
                raise BadProgram(f"{entry.source}: {entry.name!r}: based_on {entry.based_on!r} is no entry")
            if basis.name in seen:
                raise BadProgram(
                    f"{entry.source}: {entry.name!r}: based_on goes round: {' -> '.join([*seen, basis.name])}"
                )
            seen.append(basis.name)
            entry = basis

    def own(self, name: str, side: str = "") -> Program:
        """The entry's own statements, for the given side (its written one if "")."""
        entry = self.entries[name]
        if name not in self._own:
            self._own[name] = read_program(entry.text, f"{entry.source}: {name!r}: program")
        return mirrored(self._own[name]) if side and entry.side and side != entry.side else self._own[name]

    def program(self, name: str, side: str = "") -> Program:
        """The whole program: the basis' statements, replaced slot by slot by the entry's own."""
        entry = self.entries[name]
        if not entry.based_on:
            return self.own(name, side)
        whole = composed(self.program(entry.based_on), self.own(name))
        return mirrored(whole) if side and entry.side and side != entry.side else whole

    def stance(self, name: str, side: str = "") -> Program:
        """What trunk and legs do with a gesture that goes over any posture, when it is asked for alone."""
        entry = self.entries[name]
        stance = read_program(entry.stance, f"{entry.source}: {name!r}: stance") if entry.stance else ()
        return mirrored(stance) if side and entry.side and side != entry.side else stance

    def whole(self, name: str, side: str = "") -> Program:
        """The program with the stance below it: the pose as it is when nothing else is asked for."""
        return composed(self.stance(name, side), self.program(name, side))

    def posture(self, name: str) -> str:
        """What carries the body, looked up through the bases; "" where the entry says nothing about it."""
        entry = self.entries[name]
        if entry.posture or not entry.based_on:
            return entry.posture
        return self.posture(entry.based_on)


@cache
def shipped() -> Atlas:
    """The atlas that comes with the program."""
    return load(sorted(FOLDER.glob("*.toml")))


_in_use: list[Atlas] = []  # none or one; see own_poses
_clear: list[Callable[[], None]] = []


def atlas() -> Atlas:
    """The atlas in use: the shipped one, and the user's own poses over it."""
    return _in_use[0] if _in_use else shipped()


def use(book: Atlas) -> None:
    """Make an atlas the one in use; what was made of the one before is made anew when it is asked for."""
    _in_use[:] = [book]
    for clear in _clear:
        clear()


def per_atlas(make: Callable[[], T]) -> Callable[[], T]:
    """Decorator: what is made once for the atlas in use; who asks while it is being made waits for it."""
    made, lock = cache(make), RLock()
    _clear.append(made.cache_clear)

    @wraps(make)
    def get() -> T:
        with lock:
            return made()

    return get


def load(files: Iterable[Path], base: Atlas | None = None) -> Atlas:
    """Read atlas files, over the entries of `base`, which they may build on and replace.

    Raises:
        BadProgram: naming the file, the entry and the field. BadFile: a file cannot be read.
    """
    own = [entry for file in files for entry in _entries(file)]
    names = {entry.name for entry in own}
    kept = [] if base is None else [e for e in base.entries.values() if e.name not in names]
    return Atlas([*kept, *own])


def _entries(file: Path) -> list[Entry]:
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise BadFile(f"{file} cannot be read: {error.strerror or error}", "check the name and the folder") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadProgram(f"{file.name}: {error}", "see docs/atlas.md") from error
    category = data.get("category", file.stem)
    poses = data.get("pose", [])
    extra = set(data) - {"category", "pose"}
    if extra or not isinstance(poses, list) or not isinstance(category, str):
        raise BadProgram(f"{file.name}: expected `category` and [[pose]] tables, got {sorted(extra) or 'others'}")
    return [_entry(file.name, n, raw, category) for n, raw in enumerate(poses, 1)]


def _entry(file: str, n: int, raw: Mapping[str, Any], category: str) -> Entry:
    where = f"{file}: pose {n} ({raw.get('name', 'without a name')})"
    for key, value in raw.items():
        if key not in _FIELDS:
            raise BadProgram(f"{where}: unknown field {key!r}", f"fields: {', '.join(_FIELDS)}")
        if not isinstance(value, _FIELDS[key]):
            raise BadProgram(f"{where}: {key}: expected {_FIELDS[key].__name__}, got {type(value).__name__}")
    for key in ("name", "program"):
        if not raw.get(key, "").strip():
            raise BadProgram(f"{where}: {key}: missing")
    aliases = raw.get("aliases", [])
    if not all(isinstance(a, str) and a.strip() for a in aliases):
        raise BadProgram(f"{where}: aliases: expected a list of phrases")
    if raw.get("side", "") not in ("", "left", "right"):
        raise BadProgram(f"{where}: side: expected left or right, got {raw['side']!r}")
    if raw.get("limb", "body") not in LIMBS:
        raise BadProgram(f"{where}: limb: expected one of {', '.join(LIMBS)}, got {raw['limb']!r}")
    return Entry(
        raw["name"],
        raw.get("category", category),
        tuple(aliases),
        raw["program"],
        raw.get("based_on", ""),
        raw.get("side", ""),
        raw.get("limb", "body"),
        raw.get("posture", ""),
        raw.get("stance", ""),
        raw.get("note", ""),
        file,
    )
