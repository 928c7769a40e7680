"""`posewright atlas`: which named poses there are and how to ask for them, contact sheets, checks of a file."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rigs.wire import SolveRequest

from .errors import BadInput
from .language.atlas import Atlas, Entry, atlas, load
from .language.matching import ways
from .language.own_poses import own_folder, refresh
from .posecodes import program_to_json

if TYPE_CHECKING:
    from rigs.wire import PoseEntry

PAGE: Final = 12  # poses on one sheet: more are too small to be judged
COLUMNS: Final = 3
CELL: Final = (440, 300)  # px of the two views together


def run(options: argparse.Namespace) -> int:
    """List, draw or check. Returns the exit status: 1 when a checked file has faults."""
    if options.check:
        return _check(options.check)
    faults = refresh()
    book = atlas()
    chosen = _chosen(book, options.names, options.category)
    if options.sheet:
        for path in write_sheets(book, chosen, options.sheet, both=options.both_sides):
            print(f"wrote {path}")
    else:
        print("\n".join(_listed(chosen, whole=bool(options.names))))
        if not options.names:
            print(f"{len(chosen)} poses. Your own files go into {own_folder()}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _chosen(book: Atlas, names: Sequence[str], category: str | None) -> list[Entry]:
    """The entries that were asked for, in the order of the files.

    Raises:
        BadInput: an unknown name or category.
    """
    unknown = [n for n in names if n not in book.entries]
    if unknown:
        raise BadInput(f"the atlas has no pose {unknown[0]!r}", "posewright atlas lists all names", "unknown_pose")
    categories = Counter(e.category for e in book.entries.values())
    if category and category not in categories:
        raise BadInput(f"the atlas has no category {category!r}", f"it has {', '.join(sorted(categories))}")
    return [
        e for e in book.entries.values() if (not names or e.name in names) and (not category or e.category == category)
    ]


def _listed(entries: Sequence[Entry], *, whole: bool) -> list[str]:
    """A line for each pose below its category; with `whole` also how to ask for it and its program."""
    lines: list[str] = []
    category = ""
    for entry in sorted(entries, key=lambda e: e.category):
        if entry.category != category:
            category = entry.category
            lines.append(f"{category} ({sum(e.category == category for e in entries)})")
        lines.append(f"  {entry.name}" + (f": {len(ways(entry))} ways to ask" if not whole else ""))
        if whole:
            lines += [f"    asked for as: {', '.join(entry.aliases)}"]
            lines += [f"    {line}" for line in entry.text.strip().splitlines()]
    return lines


def write_sheets(book: Atlas, entries: Sequence[Entry], path: Path, *, both: bool = False) -> list[Path]:
    """Draw all entries from two sides, PAGE to a sheet: PATH, PATH-2 ... A * counts statements that are not met.

    Args:
        both: draw the mirrored twins of poses with a side as well.
    """
    from .body.picture import sheet
    from .files import check_writable
    from .pose_command import numbered

    check_writable(path, (".png",))
    wanted = [(e, s) for e in entries for s in (("left", "right") if both and e.side else ("",))]
    written = []
    for n, first in enumerate(range(0, len(wanted), PAGE)):
        page = wanted[first : first + PAGE]
        solved = [posed(book, entry.name, side) for entry, side in page]
        labels = [
            f"{e.name}{f' ({s})' if s else ''}{f' *{len(p.unmet)}' if p.unmet else ''}"
            for (e, s), p in zip(page, solved, strict=True)
        ]
        sheet([p.pose for p in solved], labels, numbered(path, n), columns=COLUMNS, cell=CELL)
        written.append(numbered(path, n))
    return written


def posed(book: Atlas, name: str, side: str = "") -> PoseEntry:
    """An entry of the atlas, solved from the neutral stance."""
    from .pipeline import Pipeline

    program = tuple(program_to_json(book.whole(name, side)))
    return Pipeline().solve(SolveRequest(program=program)).poses[0]


def _check(files: Sequence[Path]) -> int:
    """Read files as a part of the atlas, pose what they hold, and say what is wrong or weak."""
    book = load(files, atlas())
    own = {file.name for file in files}
    faults = 0
    for entry in (e for e in book.entries.values() if e.source in own):
        said = []
        unmet = posed(book, entry.name).unmet
        said += [f"not met: {s.text} (asked {s.asked}, reached {s.reached})" for s in unmet]
        if len(ways(entry)) < 2:
            said.append("no other way to ask for it: give some aliases")
        faults += len(unmet)
        print(f"{entry.source}: {entry.name}: {'; '.join(said) or 'good'}")
    return 1 if faults else 0
