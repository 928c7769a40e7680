"""The command `posewright`: reads the options, calls one function per command, turns errors into an exit status.

0 done   1 our fault, or nothing to show   2 bad input   3 something is not installed   4 port in use   130 stopped
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from . import __version__
from .errors import BadInput, PosewrightError

_STOPPED = 130


class _Parser(argparse.ArgumentParser):
    """argparse whose errors look like all our others."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(message, f"{self.prog} --help shows what can be written here")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status; prints errors, never a traceback for what a user did."""
    from .console import as_error, make_safe, print_error

    make_safe()
    try:
        options = build_parser().parse_args(argv)
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        print_error(PosewrightError("stopped"))
        return _STOPPED
    except BrokenPipeError:  # the reader of our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as fault:
        error = as_error(fault)
        print_error(error)
        return error.exit_status


def build_parser() -> argparse.ArgumentParser:
    """All commands and options (DESIGN 5)."""
    parser = _Parser(prog="posewright", description="Pose SMPL-X characters with words and photos.")
    parser.add_argument("--version", action="version", version=f"posewright {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_pose(commands.add_parser("pose", help="pose a body by words, a photo, or from another pose"))
    _add_track(commands.add_parser("track", help="the motion of a person in a video or a sequence of pictures"))
    _add_batch(commands.add_parser("batch", help="answer a file of requests, one JSON object a line"))
    _add_describe(commands.add_parser("describe", help="say what a pose is, or how it differs from another"))
    _add_solve(commands.add_parser("solve", help="pose a body by a program of posecodes"))
    _add_posecodes(commands.add_parser("posecodes", help="what a program of posecodes may say"))
    _add_atlas(commands.add_parser("atlas", help="the named poses: lists, contact sheets, checks of your own files"))
    engines = commands.add_parser("engines", help="what can pose, what is missing and how to get it")
    engines.add_argument("--json", action="store_true", help="print JSON")
    engines.set_defaults(run=_engines)
    _add_setup(commands.add_parser("setup", help="install what a tier needs: photo (posing from pictures), vitpose"))
    _add_writer(commands.add_parser("writer", help="which language model writes poses, and what it is sent"))
    _add_serve(commands.add_parser("serve", help="run the pose service on this computer"))
    _add_render(commands.add_parser("render", help="draw a pose: three-quarter view and side view"))
    return parser


def _add_pose(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "prompt", metavar="PROMPT", nargs="?", default="", help="what the person does; - reads it from stdin"
    )
    p.add_argument("--image", metavar="F", help="a photo of the person")
    p.add_argument("--box", metavar="x,y,w,h", help="where the person is in the photo, px")
    p.add_argument("--person", metavar="WHO", help="who of the photo: a number from 0, a place x,y, words, or all")
    p.add_argument("--contacts", metavar="PAIRS", help="what touches in the photo: hand:hip, foot:leg; or a .json file")
    p.add_argument("--overlay", metavar="PNG", type=Path, help="draw the pose over the photo, and from two sides")
    p.add_argument("--start", metavar="POSE", type=Path, help="a .json or .npz pose to change")
    p.add_argument("--scope", metavar="JOINTS", help="only these may move: names or groups such as left_arm,head")
    p.add_argument("--engine", metavar="E", default="auto", help="see `posewright engines` (default auto)")
    _add_poses_out(p)
    p.set_defaults(run=_pose)


def _add_track(p: argparse.ArgumentParser) -> None:
    p.add_argument("source", metavar="SOURCE", help="a folder of pictures, a pattern, a GIF or WebP, or a video")
    p.add_argument("--out", metavar="F", type=Path, help="the motion to write: .npz (AMASS), .json or .blend")
    p.add_argument("--blend", metavar="F", type=Path, help="also write a Blender file of the body in motion")
    p.add_argument("--fps", metavar="N", type=float, help="frames a second (default: the source's own; pictures: 30)")
    p.add_argument("--start", metavar="S", type=float, default=0.0, help="where to begin, s (default 0)")
    p.add_argument("--end", metavar="S", type=float, help="where to stop, s")
    p.add_argument("--every", metavar="N", type=int, default=1, help="take only every Nth frame")
    p.add_argument("--person", metavar="WHO", help="who is followed: a number from 0, or words")
    p.add_argument("--box", metavar="x,y,w,h", help="where the person is in the first frame, px")
    p.add_argument("--lens", metavar="MM", type=float, help="focal length as on 35 mm film: depths depend on it")
    p.add_argument("--engine", metavar="E", default="auto", help="who looks: auto, photo or vitpose (default auto)")
    p.add_argument("--no-hands", dest="hands", action="store_false", help="leave hands and faces out: quicker")
    p.add_argument("--json", action="store_true", help="print what was found as one line of JSON")
    p.set_defaults(run=_track)


def _add_batch(p: argparse.ArgumentParser) -> None:
    p.add_argument("source", metavar="IN.jsonl", help="requests, one JSON object a line; - reads stdin")
    p.add_argument("target", metavar="OUT.jsonl", help="answers in the same order; - writes stdout")
    p.add_argument("--workers", metavar="N", type=int, default=0, help="processes (default: 1, more for long files)")
    p.set_defaults(run=_batch)


def _add_describe(p: argparse.ArgumentParser) -> None:
    p.add_argument("pose", metavar="POSE", type=Path, help="a .json or .npz pose")
    p.add_argument("--than", metavar="OTHER", type=Path, help="say the instruction that turns OTHER into POSE")
    p.add_argument("--frame", metavar="N", type=int, default=0, help="which frame of POSE (default 0)")
    p.add_argument("--length", choices=("line", "paragraph", "full"), default="paragraph", help="how much is said")
    p.add_argument("--posecodes", action="store_true", help="say it as a program of posecodes")
    p.add_argument("--json", action="store_true", help="print everything as JSON")
    p.set_defaults(run=_describe)


def _add_solve(p: argparse.ArgumentParser) -> None:
    p.add_argument("program", metavar="PROGRAM", help="a file of posecodes, JSON or lines; - reads stdin")
    p.add_argument("--start", metavar="POSE", type=Path, help="a .json or .npz pose; what is not mentioned stays")
    p.add_argument("--scope", metavar="JOINTS", help="only these may move (with --start: what PROGRAM speaks of)")
    p.add_argument("--report", action="store_true", help="also the costs by term, and every alternative")
    _add_poses_out(p)
    p.set_defaults(run=_solve)


def _add_poses_out(p: argparse.ArgumentParser) -> None:
    """What every command that makes poses has: from where, what may move, how many, and where they go."""
    p.add_argument("--frame", metavar="N", type=int, default=0, help="which frame of --start (default 0)")
    p.add_argument("--locks", metavar="JOINTS", help="these must not move")
    p.add_argument("-n", metavar="K", type=int, default=1, help="how many alternatives (default 1)")
    p.add_argument("--seed", metavar="S", type=int, default=0, help="same seed, same poses (default 0)")
    p.add_argument(
        "--out", metavar="F", type=Path, help="write the pose: .json or .npz; more alternatives become F-2, F-3 ..."
    )
    p.add_argument("--render", metavar="PNG", type=Path, help="draw the pose; more alternatives become PNG-2 ...")
    p.add_argument("--blend", metavar="FILE.blend", type=Path, help="write a Blender file, and its picture beside it")
    p.add_argument("--json", action="store_true", help="print the whole result as one line of JSON")


def _add_posecodes(p: argparse.ArgumentParser) -> None:
    what = p.add_mutually_exclusive_group()
    what.add_argument("--kinds", action="store_true", help="all kinds of statements, to be read (default)")
    what.add_argument("--schema", action="store_true", help="the JSON Schema of a program")
    what.add_argument("--check", metavar="FILE", help="read a program, JSON or lines, and print its canonical lines")
    p.add_argument("--strict", action="store_true", help="the schema for decoders that take its plain part only")
    p.set_defaults(run=_posecodes)


def _add_atlas(p: argparse.ArgumentParser) -> None:
    p.add_argument("names", metavar="NAME", nargs="*", help="only these poses, with all that is known of them")
    p.add_argument("--category", metavar="C", help="only the poses of a category")
    what = p.add_mutually_exclusive_group()
    what.add_argument("--sheet", metavar="PNG", type=Path, help="draw them from two sides: PNG, PNG-2 ...")
    what.add_argument("--check", metavar="FILE", type=Path, nargs="+", help="read and pose your own atlas files")
    p.add_argument("--both-sides", action="store_true", help="with --sheet: also the mirrored twins")
    p.set_defaults(run=_atlas)


def _add_writer(p: argparse.ArgumentParser) -> None:
    p.add_argument("changes", metavar="NAME=VALUE", nargs="*", help="settings to change; key=- reads the key unseen")
    p.add_argument("--check", action="store_true", help="let the model write a pose")
    p.set_defaults(run=_writer)


def _add_serve(p: argparse.ArgumentParser) -> None:
    p.add_argument("--port", metavar="N", type=int, default=8421, help="0 takes a free one (default 8421)")
    p.add_argument("--parent-pid", metavar="N", type=int, help="stop when this process ends")
    p.add_argument(
        "--token", default="", help="what clients must know; better in POSEWRIGHT_TOKEN, which others cannot see"
    )
    p.add_argument("--ready-file", metavar="F", type=Path, help="write port, pid and protocol here once listening")
    p.set_defaults(run=_serve)


def _add_setup(p: argparse.ArgumentParser) -> None:
    told = "photo: three packages and five models, about 120 MB; video: the same, and it must be able to read videos; "
    told += "vitpose: better points, for computers with a GPU"
    p.add_argument("tier", choices=("photo", "video", "vitpose"), help=told)
    p.add_argument(
        "--from", dest="source", metavar="FOLDER", type=Path, nargs="+", help="vitpose: your own checkpoints"
    )
    p.add_argument("--yes", action="store_true", help="vitpose: download what is missing without asking")
    p.set_defaults(run=_setup)


def _add_render(p: argparse.ArgumentParser) -> None:
    p.add_argument("pose", metavar="POSE", type=Path, help="a .json or .npz pose")
    p.add_argument("--out", metavar="PNG", type=Path, required=True, help="the picture to write")
    p.add_argument("--frame", metavar="N", type=int, default=0, help="which frame of POSE (default 0)")
    p.add_argument("--size", metavar="WxH", help="px (default: what suits two views)")
    p.set_defaults(run=_render)


def _pose(options: argparse.Namespace) -> int:
    from .pose_command import run

    return run(options)


def _track(options: argparse.Namespace) -> int:
    from .track_command import run

    return run(options)


def _batch(options: argparse.Namespace) -> int:
    from .batch import run

    return run(options.source, options.target, options.workers)


def _solve(options: argparse.Namespace) -> int:
    from .solve_command import run

    return run(options)


def _posecodes(options: argparse.Namespace) -> int:
    from .posecodes_command import run

    return run(options)


def _setup(options: argparse.Namespace) -> int:
    from .setup_command import run

    return run(options)


def _atlas(options: argparse.Namespace) -> int:
    from .atlas_command import run

    return run(options)


def _describe(options: argparse.Namespace) -> int:
    from rigs.wire import DescribeRequest

    from .files import read_pose
    from .pipeline import Pipeline
    from .posecodes_command import lines_of

    pose = read_pose(options.pose, options.frame)
    than = read_pose(options.than) if options.than else None
    found = Pipeline().describe(DescribeRequest(pose, than, options.posecodes))
    if options.json:
        print(json.dumps(list(found.posecodes) if options.posecodes else found.to_dict()))
    elif options.posecodes:
        print("\n".join(lines_of(found.posecodes)))
    else:
        print(found.difference if than else getattr(found, options.length))
    return 0


def _engines(options: argparse.Namespace) -> int:
    from .console import engine_lines
    from .pipeline import Pipeline

    engines = Pipeline().engines()
    print(json.dumps([e.to_dict() for e in engines]) if options.json else "\n".join(engine_lines(engines)))
    return 0


def _writer(options: argparse.Namespace) -> int:
    from .writer_command import run

    return run(options)


def _serve(options: argparse.Namespace) -> int:
    from .serve import ServeOptions, serve

    if not 0 <= options.port <= 65535:
        raise BadInput(f"--port {options.port}: a port is a number from 0 to 65535", "--port 0 takes a free one")
    return serve(ServeOptions(options.port, options.parent_pid, options.token, options.ready_file))


def _render(options: argparse.Namespace) -> int:
    from .files import check_writable, read_pose
    from .pose_command import draw, picture_size

    check_writable(options.out, (".png",))
    size = picture_size(options.size) if options.size else None
    draw([read_pose(options.pose, options.frame)], options.out, size)
    print(f"wrote {options.out}")
    return 0
