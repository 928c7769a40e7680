"""What people really hand in as a picture: over HTTP and on the command line each gets a pose or a clear error."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from backend.cli import main
from backend.pipeline import Pipeline
from tests.backend.stand_in import Client, running_server

from .vision.scenes import scene

WAVES = "waving with the right hand"


def saved(image: Any, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def person() -> Any:
    return Pillow.fromarray(scene(WAVES).pixels)


def turned(orientation: int) -> bytes:
    """The picture stored as a camera does that was held so, with the note of how to turn it."""
    undo = {
        2: Pillow.Transpose.FLIP_LEFT_RIGHT, 3: Pillow.Transpose.ROTATE_180, 4: Pillow.Transpose.FLIP_TOP_BOTTOM,
        5: Pillow.Transpose.TRANSPOSE, 6: Pillow.Transpose.ROTATE_90, 7: Pillow.Transpose.TRANSVERSE,
        8: Pillow.Transpose.ROTATE_270,
    }  # fmt: skip
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    image = person().transpose(undo[orientation]) if orientation in undo else person()
    return saved(image, "JPEG", exif=exif, quality=92)


def cartoon() -> Any:
    """A house under a sun: shapes, and nobody."""
    image = np.full((300, 400, 3), (150, 200, 250), np.uint8)
    image[200:] = (90, 170, 70)
    image[120:230, 120:240] = (200, 60, 50)
    y, x = np.mgrid[:300, :400]
    image[(x - 330) ** 2 + (y - 60) ** 2 < 900] = (250, 220, 60)
    return Pillow.fromarray(image)


def damaged() -> bytes:
    data = bytearray(saved(person()))
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    return bytes(data)


READ = {
    "grey": lambda: saved(person().convert("L")),
    "cmyk": lambda: saved(person().convert("CMYK"), "JPEG"),
    "alpha": lambda: saved(person().convert("RGBA")),
    "sixteen bits": lambda: saved(Pillow.fromarray(np.asarray(person().convert("L")).astype(np.uint16) * 257)),
    "animated": lambda: saved(person(), "GIF", save_all=True, append_images=[person().rotate(3)]),
    **{f"orientation {k}": lambda k=k: turned(k) for k in range(1, 9)},
}  # fmt: skip
REFUSED = {
    "no person": (lambda: saved(Pillow.new("RGB", (300, 300), (90, 140, 90))), "nobody"),
    "a cartoon": (lambda: saved(cartoon()), "nobody"),
    "cut off": (lambda: saved(person(), "JPEG")[:4000], "damaged"),
    "damaged": (damaged, "damaged"),
    "one pixel": (lambda: saved(Pillow.new("RGB", (1, 1))), "1 x 1"),
    "20,000 px": (lambda: saved(Pillow.new("1", (20_000, 20_000))), "20000 x 20000"),
    "a text": (lambda: b"I am a text that was called a picture", "no picture"),
    "nothing": (lambda: b"", "no picture"),
    "heic": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200), "HEIC|damaged"),
}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with running_server(Pipeline()) as running:
        yield running


def sent(client: Client, image: object) -> Any:
    return client("POST", "/v1/poses", json={"image": image}, timeout=60)


def in_bytes(data: bytes) -> dict[str, str]:
    return {"type": "bytes", "data": base64.b64encode(data).decode()}


@pytest.mark.parametrize("name", READ)
def test_pictures_of_every_make_show_the_same_person(name: str, client: Client) -> None:
    answer = sent(client, in_bytes(READ[name]()))
    assert answer.status_code == 200, answer.text
    (entry,) = answer.json()["poses"]
    joints, camera = np.array(entry["joints"]), entry["camera"]
    seen = joints @ np.array(camera["R"]).T + camera["t"]
    at = seen[:, :2] / seen[:, 2:] * [camera["fx"], camera["fy"]] + [camera["cx"], camera["cy"]]
    drawn = scene(WAVES)
    assert np.median(np.linalg.norm(at[:22] - drawn.points[:22], axis=1)) < 0.06 * max(drawn.box[2:])


@pytest.mark.parametrize("name", REFUSED)
def test_what_shows_nobody_is_said_over_http(name: str, client: Client) -> None:
    make, says = REFUSED[name]
    answer = sent(client, in_bytes(make()))
    error = answer.json()["error"]
    assert answer.status_code in (409, 422), error
    assert any(word in error["message"] for word in says.split("|")) and error["hint"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_shows_nobody_is_said_on_the_command_line(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, says = REFUSED[name]
    (tmp_path / "picture.png").write_bytes(make())
    assert main(["pose", "--image", str(tmp_path / "picture.png"), "--out", str(tmp_path / "a.json")]) in (2, 3)
    said = capsys.readouterr().err
    assert any(word in said for word in says.split("|")) and "hint:" in said and "Traceback" not in said
    assert not (tmp_path / "a.json").exists()


@pytest.mark.parametrize("path", ["absent.png", "folder", "../outside/absent.png"])
def test_paths_to_no_picture_are_said(
    path: str, tmp_path: Path, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    answer = sent(client, str(tmp_path / path))
    assert answer.status_code == 422 and answer.json()["error"]["code"] == "bad_file", answer.text
    assert main(["pose", "--image", str(tmp_path / path)]) == 2
    assert "there is no picture" in capsys.readouterr().err
