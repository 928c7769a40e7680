"""The command line: what is printed and written, and what a mistake looks like."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backend.body.picture
import backend.pipeline
from backend.batch import answers, read_lines
from backend.blender import BLENDER_PYTHON_VARIABLE
from backend.cli import main
from backend.files import read_pose, write_pose
from rigs.wire import Failure, Pose, PoseResult, answer_from_dict
from tests.backend.stand_in import StandIn, rest_pose

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The pipeline and the pictures are others' business; the working folder is the test's own."""
    monkeypatch.setattr(backend.pipeline, "Pipeline", StandIn)
    monkeypatch.setattr(backend.body.picture, "render_pose", lambda pose, path, **_: Path(path).write_bytes(b"PNG"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
    return stream


def write_lines(path: str, *lines: Any) -> None:
    Path(path).write_bytes(b"".join((x if isinstance(x, bytes) else json.dumps(x).encode()) + b"\n" for x in lines))


def read_answers(path: str) -> list[PoseResult | Failure]:
    data = Path(path).read_bytes()
    assert data.endswith(b"\n")
    return [answer_from_dict(json.loads(line)) for line in data.splitlines()]


class TestPose:
    def test_the_reply_is_printed_and_the_pose_written(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["pose", "sitting on a chair", "--out", "a.json", "--render", "a.png"]) == 0
        assert capsys.readouterr().out == "posed sitting on a chair\nwrote a.json\nwrote a.png\n"
        assert read_pose("a.json") == rest_pose()

    def test_json_prints_one_line_that_is_the_result(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["pose", "sit", "--json", "--out", "a.npz"]) == 0
        out = capsys.readouterr().out
        assert len(out.splitlines()) == 1
        assert PoseResult.from_dict(json.loads(out)).reply == "posed sit"
        assert read_pose("a.npz").rotvecs.shape == (55, 3)

    def test_alternatives_go_to_numbered_files(self) -> None:
        assert main(["pose", "sit", "-n", "3", "--out", "a.json", "--render", "a.png"]) == 0
        assert sorted(p.name for p in Path().iterdir()) == [
            "a-2.json", "a-2.png", "a-3.json", "a-3.png", "a.json", "a.png",
        ]  # fmt: skip

    def test_a_pose_to_start_from_is_read(self, capsys: pytest.CaptureFixture[str]) -> None:
        start = Pose(np.full((55, 3), 0.1))
        write_pose("start.json", start)
        assert main(["pose", "raise it", "--start", "start.json", "--scope", "left_arm, head", "--out", "b.json"]) == 0
        assert read_pose("b.json") == start

    def test_words_come_from_stdin(self, stdin: io.BytesIO, capsys: pytest.CaptureFixture[str]) -> None:
        stdin.write("ein Mann kniet, ö".encode())
        stdin.seek(0)
        assert main(["pose", "-", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["reply"] == "posed ein Mann kniet, ö"

    def test_a_blender_file_is_made_by_a_process_of_its_own(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv(BLENDER_PYTHON_VARIABLE, str(fake_blender(tmp_path, "sys.exit(0)")))
        assert main(["pose", "-n", "2", "--blend", "a.blend", "--", "--sit"]) == 0
        assert capsys.readouterr().out.splitlines()[1:] == ["wrote a.blend", "wrote a.png"]
        command = json.loads((tmp_path / "command.json").read_text())
        assert command[:2] == ["-m", "addon.headless"]
        assert command[4:] == ["--blend", str(tmp_path / "a.blend"), "--png", str(tmp_path / "a.png"), "--title=--sit"]

    @pytest.mark.parametrize(("code", "status"), [(3, 3), (1, 1)])
    def test_blender_that_is_not_there_or_fails_is_said(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        code: int,
        status: int,
    ) -> None:
        body = f"print('noise', file=sys.stderr); print('bpy is missing', file=sys.stderr); sys.exit({code})"
        monkeypatch.setenv(BLENDER_PYTHON_VARIABLE, str(fake_blender(tmp_path, body)))
        assert main(["pose", "sit", "--blend", "a.blend"]) == status
        assert "bpy is missing" in capsys.readouterr().err


def fake_blender(folder: Path, body: str) -> Path:
    """A program that notes how it was called."""
    program = folder / "blender-python"
    note = f"json.dump(sys.argv[1:], open({str(folder / 'command.json')!r}, 'w'))"
    program.write_text(f"#!{sys.executable}\nimport json, sys\n{note}\n{body}\n")
    program.chmod(0o755)
    return program


MISTAKES: list[tuple[list[str], int, str, str]] = [
    (["pose"], 2, "nothing to pose", "posewright pose"),
    (["pose", "  \t"], 2, "nothing to pose", "say what the person does"),
    (["pose", "x" * 100_000], 2, "prompt: 100,000 characters; at most 20,000 are allowed", ""),
    (["pose", "sit\udcff"], 2, "prompt: not text", ""),
    (["pose", "bad"], 2, "that is bad", "write something good"),
    (["pose", "crash"], 1, "RuntimeError: a fault in the pipeline", "POSEWRIGHT_DEBUG"),
    (["pose", "sit", "-n", "99"], 2, "n: expected a whole number from 1 to 64, got 99", ""),
    (["pose", "sit", "-n", "x"], 2, "invalid int value", "--help"),
    (["pose", "sit", "--scope", "left_elbo"], 2, "scope[0]: unknown joint 'left_elbo': did you mean left_elbow", ""),
    (["pose", "sit", "--locks", "head,nose"], 2, "locks[1]: unknown joint 'nose'", ""),
    (["pose", "sit", "--box", "1,2,3"], 2, "--box '1,2,3': expected 4 numbers", "--box 10,20,300,400"),
    (["pose", "sit", "--box", "1,2,nan,4"], 2, "box[2]: not a finite number", ""),
    (["pose", "sit", "--image", "none.png"], 2, "there is no picture none.png", "check the name"),
    (["pose", "sit", "--start", "none.json"], 2, "none.json is not there", "check the name"),
    (["pose", "sit", "--start", "nan.json"], 2, "nan.json.rotvecs[0][1]: not a finite number", "a pose file is"),
    (["pose", "sit", "--start", "a.pkl"], 2, "never loaded", "use .json"),
    (["pose", "sit", "--out", "a.bvh"], 2, "cannot write .bvh", ".json or .npz"),
    (["pose", "sit", "--out", "no/a.json"], 2, "is not there", "make it"),
    (["pose", "sit", "--render", "a.jpg"], 2, "cannot write .jpg", ".png"),
    (["pose", "sit", "--wings"], 2, "unrecognized arguments: --wings", "--help"),
    (["fly"], 2, "invalid choice: 'fly'", "--help"),
    ([], 2, "COMMAND", "--help"),
    (["describe", "none.npz"], 2, "none.npz is not there", ""),
    (["solve"], 2, "PROGRAM", "--help"),
    (["solve", "none.json"], 2, "none.json is not there", "check the name"),
    (["solve", "empty.txt"], 2, "program: there is no statement in it", "posewright posecodes"),
    (["solve", "broken.json"], 2, "program: not JSON: Expecting value at line 1, column 13", ""),
    (["solve", "joint.json"], 2, "program[1].joint: unknown name 'left_elbov'", "did you mean left_elbow"),
    (["solve", "more.json"], 2, "seed: unknown field", 'the one field "program"'),
    (["solve", "lines.txt"], 2, "program line 2: no posecode reads 'left flarb bent 3'", ""),
    (["solve", "bytes.txt"], 2, "bytes.txt is not UTF-8 text (byte 4)", ""),
    (["solve", "ok.txt", "--locks", "nose"], 2, "locks[0]: unknown joint 'nose'", ""),
    (["solve", "ok.txt", "-n", "0"], 2, "n: expected a whole number from 1 to 64", ""),
    (["solve", "ok.txt", "--start", "none.json"], 2, "none.json is not there", ""),
    (["solve", "ok.txt", "--out", "a.bvh"], 2, "cannot write .bvh", ""),
    (["posecodes", "--check", "joint.json"], 2, "program[1].joint: unknown name 'left_elbov'", "did you mean"),
    (["posecodes", "--check", "ok.json"], 2, "program: expected a list", ""),
    (["posecodes", "--schema", "--kinds"], 2, "not allowed with argument", "--help"),
    (["render", "ok.json", "--out", "a.png", "--size", "big"], 2, "--size 'big'", "--size 1200x800"),
    (["render", "ok.json", "--out", "a.png", "--frame", "3"], 2, "has 1 poses; there is no number 3", ""),
    (["batch", "none.jsonl", "out.jsonl"], 2, "none.jsonl cannot be read", ""),
    (["batch", "in.jsonl", "in.jsonl"], 2, "is the file that is being read", ""),
    (["batch", "in.jsonl", "no/out.jsonl"], 2, "cannot be written", ""),
    (["batch", "in.jsonl", "out.jsonl", "--workers", "-1"], 2, "--workers -1", ""),
]


def write_programs() -> None:
    """Programs that read, and others that do not."""
    good = {"type": "angle", "joint": "left_elbow", "degrees": 90}
    Path("ok.txt").write_text("# a comment\nboth elbows bent 90; look up\n")
    Path("list.json").write_text(json.dumps([good]))
    Path("object.json").write_text(json.dumps({"program": [good]}))
    Path("empty.txt").write_text("# nothing\n")
    Path("broken.json").write_text('[{"degrees":}]')
    Path("joint.json").write_text(json.dumps([good, good | {"joint": "left_elbov"}]))
    Path("more.json").write_text(json.dumps({"program": [good], "seed": 3}))
    Path("lines.txt").write_text("left elbow bent 90\nleft flarb bent 3\n")
    Path("bytes.txt").write_bytes(b"look\xff")


@pytest.mark.parametrize(("argv", "status", "message", "hint"), MISTAKES, ids=[m[2][:30] for m in MISTAKES])
def test_a_mistake_is_one_line_and_a_hint(
    argv: list[str], status: int, message: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pose("ok.json", rest_pose())
    Path("nan.json").write_text(json.dumps({"rotvecs": [[0, float("nan"), 0]] * 55}))
    write_lines("in.jsonl", {"prompt": "sit"})
    write_programs()
    assert main(argv) == status
    out, err = capsys.readouterr()
    first, *rest = err.splitlines()
    assert out == ""
    assert first.startswith("posewright: error: ")
    assert message in first
    assert len(rest) <= 1
    assert hint in "".join(rest)
    assert Path("in.jsonl").stat().st_size > 0


def test_words_on_stdin_that_are_no_text(stdin: io.BytesIO, capsys: pytest.CaptureFixture[str]) -> None:
    stdin.write(b"sit\xff\xfe")
    stdin.seek(0)
    assert main(["pose", "-"]) == 2
    assert "not UTF-8 text (byte 3)" in capsys.readouterr().err


def test_describe_says_one_or_the_difference(capsys: pytest.CaptureFixture[str]) -> None:
    write_pose("a.json", rest_pose())
    assert main(["describe", "a.json"]) == 0
    assert main(["describe", "a.json", "--length", "line"]) == 0
    assert main(["describe", "a.json", "--than", "a.json"]) == 0
    assert capsys.readouterr().out == "a paragraph\na line\nraise the arm\n"


def test_describe_says_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    write_pose("a.json", rest_pose())
    assert main(["describe", "a.json", "--posecodes"]) == 0
    assert capsys.readouterr().out == "left elbow bent 90\n"
    assert main(["describe", "a.json", "--posecodes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"type": "angle", "joint": "left_elbow", "degrees": 90.0}]


class TestPosecodes:
    def test_the_kinds_are_explained(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["posecodes"]) == 0
        said = capsys.readouterr().out
        assert main(["posecodes", "--kinds"]) == 0
        assert capsys.readouterr().out == said
        assert "\nangle\n" in said
        assert '{"type": "angle", "joint": "left_elbow", "degrees": 90.0}' in said

    def test_the_schema_is_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["posecodes", "--schema"]) == 0
        assert json.loads(capsys.readouterr().out)["version"] == 1
        assert main(["posecodes", "--schema", "--strict"]) == 0
        assert json.loads(capsys.readouterr().out)["required"] == ["program"]

    @pytest.mark.parametrize("name", ["ok.txt", "list.json", "object.json"])
    def test_a_program_is_checked_and_said_in_canonical_lines(
        self, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write_programs()
        assert main(["posecodes", "--check", name]) == 0
        assert "left elbow bent 90\n" in capsys.readouterr().out

    def test_a_program_on_stdin_is_checked(self, stdin: io.BytesIO, capsys: pytest.CaptureFixture[str]) -> None:
        stdin.write(b'[{"type": "gaze", "toward": [0, 2, 0]}]')
        stdin.seek(0)
        assert main(["posecodes", "--check", "-"]) == 0
        assert capsys.readouterr().out == "look up\n"


class TestSolve:
    def test_the_report_is_a_table_and_the_pose_is_written(self, capsys: pytest.CaptureFixture[str]) -> None:
        write_programs()
        assert main(["solve", "ok.txt", "--out", "a.json", "--render", "a.png"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "solved 3",
            "",
            "   asked  reached unit met statement",
            "      90     88.5 deg  yes angle",
            "      90     88.5 deg  yes angle",
            "      90     88.5 deg  yes gaze",
            "note: an elbow was cut.",
            "wrote a.json",
            "wrote a.png",
        ]
        assert read_pose("a.json") == rest_pose()

    def test_the_account_tells_costs_iterations_and_why_it_stopped(self, capsys: pytest.CaptureFixture[str]) -> None:
        write_programs()
        assert main(["solve", "list.json", "--report", "-n", "2", "--out", "a.npz"]) == 0
        said = capsys.readouterr().out
        assert "   1.250 close to the start\n   1.250 in 4 iterations: converged\n" in said
        assert "alternative 2" in said
        assert Path("a-2.npz").exists()

    def test_json_prints_one_line_that_is_the_result(self, capsys: pytest.CaptureFixture[str]) -> None:
        write_programs()
        write_pose("start.json", Pose(np.full((55, 3), 0.1)))
        assert main(["solve", "ok.txt", "--start", "start.json", "--scope", "left_arm, head", "--json"]) == 0
        result = PoseResult.from_dict(json.loads(capsys.readouterr().out))
        assert result.poses[0].report
        assert result.poses[0].pose == read_pose("start.json")

    def test_a_program_comes_from_stdin(self, stdin: io.BytesIO, capsys: pytest.CaptureFixture[str]) -> None:
        stdin.write(b"left elbow bent 90")
        stdin.seek(0)
        assert main(["solve", "-"]) == 0
        assert capsys.readouterr().out.startswith("solved 1\n")


def test_engines_and_render(capsys: pytest.CaptureFixture[str]) -> None:
    write_pose("a.npz", rest_pose())
    assert main(["engines"]) == 0
    assert main(["render", "a.npz", "--out", "a.png"]) == 0
    assert "stand-in     ready     for tests" in capsys.readouterr().out
    assert Path("a.png").exists()


class TestBatch:
    def test_a_bad_line_costs_that_line_only(self, capsys: pytest.CaptureFixture[str]) -> None:
        write_lines(
            "in.jsonl",
            b'\xef\xbb\xbf{"id": "a", "prompt": "sit"}',
            b"{nonsense",
            b'{"id": "c", "prompt": "\xff"}',
            b"",
            {"id": "e", "promt": "sit"},
            {"id": 6, "start": {"rotvecs": [[0, 0, float("nan")]] * 55}},
            {"id": "g", "prompt": "bad"},
            {"id": "h", "prompt": "crash"},
            [1, 2],
            b"[" * 100_000,
            {"id": "k", "prompt": "sit", "n": 2},
        )
        assert main(["batch", "in.jsonl", "out.jsonl"]) == 0
        found = read_answers("out.jsonl")
        assert [(a.id, a.code if isinstance(a, Failure) else "ok") for a in found] == [
            ("a", "ok"),
            ("", "bad_json"),
            ("", "bad_json"),
            ("e", "bad_request"),
            ("6", "bad_request"),
            ("g", "bad_input"),
            ("h", "internal"),
            ("", "bad_request"),
            ("", "bad_json"),
            ("k", "ok"),
        ]
        says = [a.message for a in found if isinstance(a, Failure)]
        assert says[0].startswith("line 2 is not JSON: Expecting property name")
        assert says[1] == "line 3 is not UTF-8 text: byte 23 is 0xff"
        assert says[2] == "line 5: promt: unknown field; did you mean 'prompt'?"
        assert says[3] == "line 6: start.rotvecs[0][2]: not a finite number (NaN or infinity)"
        assert "10 answered, 8 of them errors" in capsys.readouterr().err

    def test_stdin_and_stdout(self, stdin: io.BytesIO, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        stdin.write(b'{"id": "a", "prompt": "sit"}')
        stdin.seek(0)
        assert main(["batch", "-", "-"]) == 0
        assert json.loads(capfdbinary.readouterr().out)["id"] == "a"

    def test_an_empty_file_gives_an_empty_file(self) -> None:
        write_lines("in.jsonl")
        assert main(["batch", "in.jsonl", "out.jsonl"]) == 0
        assert Path("out.jsonl").read_bytes() == b""

    def test_a_line_that_is_too_long_costs_that_line_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("backend.batch.MAX_LINE_BYTES", 100)
        stream = io.BytesIO(b'{"id": "' + b"x" * 1000 + b'"}\n{"id": "b", "prompt": "sit"}\n')
        first, second = (json.loads(a) for a in answers(read_lines(stream), 1))
        assert "line 1 is longer than" in first["error"]["message"]
        assert second["id"] == "b"

    def test_what_was_answered_stays_when_it_is_stopped(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def pose(self: StandIn, request: Any, tick: Any) -> PoseResult:
            if request.id == "stop":
                raise KeyboardInterrupt
            return original(self, request, tick)

        original = StandIn.pose
        monkeypatch.setattr(StandIn, "pose", pose)
        write_lines("in.jsonl", {"id": "a", "prompt": "x"}, {"id": "stop"}, {"id": "c", "prompt": "x"})
        assert main(["batch", "in.jsonl", "out.jsonl"]) == 130
        assert [a.id for a in read_answers("out.jsonl")] == ["a"]
        assert "stopped" in capsys.readouterr().err


def run(*argv: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    command = [sys.executable, "-m", "backend", *argv]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, timeout=120, check=False, **options)


class TestProcess:
    """The same as a real process, where a console and an encoding are in the way."""

    def test_version_and_help(self, tmp_path: Path) -> None:
        assert run("--version", cwd=tmp_path).stdout.startswith(b"posewright 0.")
        assert b"PROMPT" in run("pose", "--help", cwd=tmp_path).stdout

    def test_a_console_that_cannot_show_a_character(self, tmp_path: Path) -> None:
        done = run("pose", "sit", "--start", "é—漢.json", cwd=tmp_path, env={"PYTHONIOENCODING": "ascii"})
        assert done.returncode == 2
        assert b"\\u6f22.json is not there" in done.stderr

    @pytest.mark.skipif(os.name == "nt", reason="arguments are text there")
    def test_words_that_are_bytes(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "backend", "pose", b"sit \xff\xfe"],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert b"prompt: not text" in done.stderr
        assert b"Traceback" not in done.stderr

    def test_a_reader_that_leaves_is_no_fault(self, tmp_path: Path) -> None:
        write_lines(str(tmp_path / "in.jsonl"), *[b"{bad"] * 5000)
        process = subprocess.Popen(
            [sys.executable, "-m", "backend", "batch", "in.jsonl", "-", "--workers", "1"],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        process.stderr.close()
        process.wait(20)
        assert b"Traceback" not in err
