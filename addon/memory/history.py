"""What was asked before: kept on disk, so that it survives a restart and every file. No bpy.

One JSON file; written to a new file that then takes its place, so that a crash never leaves half a history.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

VERSION: Final = 1
KEEP: Final = 500  # entries; favourites are never dropped


@dataclass(frozen=True)
class Entry:
    """One answered wish.

    said: the words, or a picture's name. pose: the pose as `rigs.wire.Pose.to_dict` has it, None for a mere answer.
    picture: the file that was looked at, "" where there was none.
    """

    said: str
    reply: str = ""
    pose: dict[str, Any] | None = None
    picture: str = ""
    engine: str = ""
    favourite: bool = False
    when: str = field(default_factory=lambda: datetime.now().isoformat(timespec="seconds"))
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @classmethod
    def from_dict(cls, value: Any) -> Entry:
        """Raises ValueError when `value` is none."""
        if not isinstance(value, dict) or not isinstance(value.get("said"), str):
            raise ValueError("not an entry")
        kinds = {"said": str, "reply": str, "picture": str, "engine": str, "favourite": bool, "when": str, "id": str}
        known = {f.name for f in fields(cls)}
        kept = {k: v for k, v in value.items() if k in known and isinstance(v, kinds.get(k, (dict, type(None))))}
        return cls(**kept)


class History:
    """All entries, newest first. Every change is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problem = ""
        """What kept the file from being read or written, for the panel."""
        self.entries: list[Entry] = self._read()

    def add(self, entry: Entry) -> None:
        """Put an entry first; the same words again replace their older entry, and stay a favourite."""
        twin = next((e for e in self.entries if e.said == entry.said and e.picture == entry.picture), None)
        if twin is not None:
            self.entries.remove(twin)
            entry = replace(entry, favourite=twin.favourite, id=twin.id)
        self.entries.insert(0, entry)
        self.entries = _trimmed(self.entries)
        self._write()

    def star(self, entry_id: str) -> None:
        """Make an entry a favourite, or no longer."""
        self.entries = [replace(e, favourite=not e.favourite) if e.id == entry_id else e for e in self.entries]
        self._write()

    def remove(self, entry_id: str) -> None:
        self.entries = [e for e in self.entries if e.id != entry_id]
        self._write()

    def clear(self) -> None:
        """Forget all but the favourites."""
        self.entries = [e for e in self.entries if e.favourite]
        self._write()

    def get(self, entry_id: str) -> Entry | None:
        return next((e for e in self.entries if e.id == entry_id), None)

    def search(self, words: str = "", *, favourites: bool = False) -> list[Entry]:
        """Entries that hold every word, anywhere in what was said or replied."""
        wanted = words.lower().split()
        return [
            e
            for e in self.entries
            if (e.favourite or not favourites) and all(w in f"{e.said} {e.reply}".lower() for w in wanted)
        ]

    def _read(self) -> list[Entry]:
        try:
            value = json.loads(self._path.read_text(encoding="utf-8"))
            return [Entry.from_dict(e) for e in value["entries"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.problem = f"The history could not be read ({error}); a new one is begun."
            self._set_aside()
            return []

    def _set_aside(self) -> None:
        """Keep a file that cannot be read: somebody may still want what is in it."""
        try:
            os.replace(self._path, self._path.with_suffix(".unreadable.json"))
        except OSError:
            return

    def _write(self) -> None:
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps({"version": VERSION, "entries": [asdict(e) for e in self.entries]}))
            os.replace(fresh, self._path)
        except OSError as error:
            self.problem = f"The history could not be saved: {error}."


def _trimmed(entries: Iterable[Entry]) -> list[Entry]:
    """The newest `KEEP` entries, and every favourite."""
    return [e for i, e in enumerate(entries) if i < KEEP or e.favourite]
