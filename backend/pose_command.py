"""`posewright pose`: one request from the options, its answer on the screen, in files, as a picture, as a .blend.

With -n K the best pose goes to the file that was named and the others beside it: pose.json, pose-2.json, pose-3.json.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rigs.wire import MAX_PROMPT_CHARS, Image, Pose, PoseEntry, PoseRequest, PoseResult

from .blender import write_blend
from .console import answer_lines
from .contacts_option import read_contacts
from .errors import BadFile, BadInput, PosewrightError
from .files import FORMATS, check_writable, read_pose, write_pose


class NothingToShow(PosewrightError):
    code = "no_pose"


def run(options: argparse.Namespace) -> int:
    """Check everything that can be checked, pose, then print and write. Returns the exit status."""
    check_outputs(options)
    if options.overlay is not None:
        check_writable(options.overlay, (".png",))
        if not options.image:
            raise BadInput("--overlay draws over a photo, and there is none", "give one with --image", "no_picture")
    request = read_request(options)
    from .pipeline import Pipeline

    try:
        result = Pipeline().pose(request)
    except BadInput as question:
        if question.code == "which_person" and options.overlay:
            question.hint = f"{question.hint}; {_numbers_on(request, options.overlay)}"
        raise
    status = deliver(options, result, answer_lines(result), request.prompt)
    if options.overlay and request.image is not None:
        _overlay(request.image, result, options.overlay)
    return status


def _overlay(image: Image, result: PoseResult, path: Path) -> None:
    """Draw the pose, or everybody's, over the photo that it was found in."""
    from .vision.images import read_picture
    from .vision.overlay import write_overlay

    write_overlay(read_picture(image), _scene(result), path)
    print(f"wrote {path}", file=sys.stderr)


def _numbers_on(request: PoseRequest, path: Path) -> str:
    """Draw who is who over a photo whose person is not clear; what is to be said about it."""
    from .vision.images import read_picture
    from .vision.overlay import write_people
    from .vision.vitpose import finders_for

    assert request.image is not None
    picture = read_picture(request.image)
    write_people(picture, finders_for(request.engine).people(picture), path)
    return f"{path} shows the numbers"


def _scene(result: PoseResult) -> tuple[PoseEntry, ...]:
    """What stands in one scene: everybody of a photo, else the best pose alone without its alternatives."""
    everybody = len({entry.person for entry in result.poses}) > 1
    return result.poses if everybody else result.poses[:1]


def deliver(options: argparse.Namespace, result: PoseResult, lines: Sequence[str], words: str) -> int:
    """Print the result, as JSON or in lines, and write its files; `words` go into them. Returns the exit status."""
    print(json.dumps(result.to_dict(), allow_nan=False) if options.json else "\n".join(lines))
    for path in write_outputs(options, result, words):
        if not options.json:
            print(f"wrote {path}")
    return 0


def start_fields(options: argparse.Namespace) -> dict[str, Any]:
    """What --start, --scope and --locks give a request."""
    fields: dict[str, Any] = {name: names_of(getattr(options, name)) for name in ("scope", "locks")}
    return fields | ({"start": read_pose(options.start, options.frame).to_dict()} if options.start else {})


def read_request(options: argparse.Namespace) -> PoseRequest:
    """The request that the options describe.

    Raises:
        BadInput: nothing to pose, or a field that does not fit (the message names it).
        BadFile: the starting pose or the picture cannot be read.
    """
    prompt = _stdin_prompt() if options.prompt == "-" else options.prompt
    if not (prompt.strip() or options.image or options.start):
        raise BadInput(
            "nothing to pose: no words, no picture and no pose to start from",
            'say what the person does, e.g. posewright pose "sitting on the floor, hugging the knees"',
            "empty_prompt",
        )
    if options.image and not Path(options.image).is_file():
        raise BadFile(f"there is no picture {options.image}", "check the name and the folder")
    fields: dict[str, Any] = {"prompt": prompt, "n": options.n, "seed": options.seed, "engine": options.engine}
    if options.image:
        fields["image"] = os.path.abspath(options.image)
    if options.box:
        fields["box"] = _numbers(options.box, "--box", 4)
    if options.person:
        fields["person"] = int(options.person) if options.person.isdecimal() else options.person
    if options.contacts:
        fields["contacts"] = read_contacts(options.contacts)
    return PoseRequest.from_dict(fields | start_fields(options))


def names_of(option: str | None) -> list[str]:
    """The names in an option such as "left_arm, head"."""
    return [part.strip() for part in (option or "").split(",") if part.strip()]


def _stdin_prompt() -> str:
    data = sys.stdin.buffer.read(4 * MAX_PROMPT_CHARS + 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(data) > 4 * MAX_PROMPT_CHARS:  # cut within a character: too long anyway
            return data.decode("utf-8", "replace")
        raise BadInput(f"the words on stdin are not UTF-8 text (byte {error.start})", "send plain text") from None


def _numbers(text: str, option: str, count: int) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise BadInput(
            f"{option} {text!r}: expected {count} numbers with commas between", f"e.g. {option} 10,20,300,400"
        )
    return numbers


def picture_size(text: str) -> tuple[int, int]:
    """Width and height, px, of a text such as 800x600. Raises BadInput."""
    found = re.fullmatch(r"(\d{2,4})[xX](\d{2,4})", text)
    if not found:
        raise BadInput(f"--size {text!r}: expected width x height in px", "e.g. --size 1200x800")
    return int(found[1]), int(found[2])


def check_outputs(options: argparse.Namespace) -> None:
    """Say before the work which of --out, --render and --blend could not be written. Raises BadFile."""
    for path, formats in ((options.out, FORMATS), (options.render, (".png",)), (options.blend, (".blend",))):
        if path is not None:
            check_writable(path, formats)


def numbered(path: Path, index: int) -> Path:
    """Where alternative `index` goes: the named file, then name-2, name-3 ..."""
    return path if index == 0 else path.with_name(f"{path.stem}-{index + 1}{path.suffix}")


def write_outputs(options: argparse.Namespace, result: PoseResult, title: str) -> Iterator[Path]:
    """Write what was asked for; yields every file that is there now."""
    wanted = [path for path in (options.out, options.render, options.blend) if path]
    poses: Sequence[Pose] = [entry.pose for entry in result.poses]
    if wanted and not poses:
        raise NothingToShow(f"there is no pose to write to {wanted[0]}: the answer has words only", "ask for a pose")
    scene = [entry.pose for entry in _scene(result)]
    for index, pose in enumerate(poses):
        if options.out:
            write_pose(numbered(options.out, index), pose)
            yield numbered(options.out, index)
        if options.render and (index == 0 or len(scene) == 1):
            draw(scene if index == 0 else [pose], numbered(options.render, index))
            yield numbered(options.render, index)
    if options.blend:
        picture = options.blend.with_suffix(".png")
        write_blend(scene, options.blend, picture, title)
        yield options.blend
        yield picture


def draw(poses: Sequence[Pose], path: Path, size: tuple[int, int] | None = None) -> None:
    """Draw the poses of one scene into a PNG file (two views). Raises BadFile when it cannot be written."""
    from .body.picture import render_pose

    try:
        render_pose(poses, path, **({"size": size} if size else {}))
    except OSError as error:
        raise BadFile(
            f"{path} cannot be written: {error.strerror or error}", "check the folder and its rights"
        ) from None
