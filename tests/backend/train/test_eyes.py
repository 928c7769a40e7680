from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.errors import BadFile, BadInput
from backend.train.config import OptimConfig
from backend.train.eyes import Course, Eyes, EyesConfig, for_the_sight, main, mean_rotation, place_loss

WIDTHS = (4, 8, 8, 16)


def config(data_folder: Path, out: Path, steps: int) -> EyesConfig:
    optim = OptimConfig(lr=3e-3, steps=steps, warmup=1)
    some = {"side": 32, "widths": WIDTHS, "width": 16, "batch": 8, "log_every": 5, "check_every": 50}
    return EyesConfig(str(data_folder), str(out), optim=optim, **some)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def course(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    found = Course(config(data_folder, tmp_path_factory.mktemp("eyes"), 60))
    assert found.run()
    return found


def test_they_learn_where_joints_are_and_the_pose(data_folder: Path, course: Course, tmp_path: Path) -> None:
    untaught = Course(config(data_folder, tmp_path, 1))
    assert course.progress.step == 60
    taught, before = (_off(c) for c in (course, untaught))
    assert all(taught[term] < before[term] for term in ("places", "joints", "space"))
    assert taught["exactly"] < 0.7 * before["exactly"]


def _off(course: Course) -> dict[str, float]:
    """The terms on pictures of the training part as they are."""
    rows = course.rows[:32]
    pixels = for_the_sight(course._pixels(course.pictures.pixels[rows]))
    places = torch.from_numpy(course.pictures.places[rows])
    with torch.no_grad():
        terms = deepcopy(course.lessons).train()(pixels, places, course._targets(course.pictures.rotvecs[rows]))[1]
    return {name: value.item() for name, value in terms.items()}


def test_eyes_are_saved_and_loaded_as_they_are(course: Course) -> None:
    loaded = Eyes.load(course.out)
    pixels = torch.randn(2, 3, 32, 32, dtype=torch.float64)  # where the order of sums in memory does not show
    taught, found = (deepcopy(eyes).eval().double() for eyes in (course.lessons.eyes, loaded))
    with torch.no_grad():
        assert torch.allclose(found(pixels), taught(pixels), atol=1e-6)
    assert found.patches(pixels).shape == (2, 4, 16)


def test_a_run_goes_on_as_if_it_had_not_stopped(data_folder: Path, tmp_path: Path) -> None:
    whole = Course(config(data_folder, tmp_path / "whole", 4))
    whole.run()
    halted = Course(config(data_folder, tmp_path / "halted", 4))
    halted._step(), halted._step()
    halted._save()
    again = Course(config(data_folder, tmp_path / "halted", 4))
    again.run()
    for a, b in zip(whole.lessons.parameters(), again.lessons.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"eyes\.json"):
        Eyes.load(tmp_path)


def test_the_command_says_which_key_it_does_not_know(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "eyes.yaml"
    file.write_text("folder: a\nout: b\nsied: 96\n", encoding="utf-8")
    assert main([str(file)]) == BadInput.exit_status
    assert "did you mean 'side'?" in capsys.readouterr().err


def test_places_are_counted_in_patches_row_by_row() -> None:
    where = torch.full((1, 22, 9), -10.0)
    where[..., 5] = 10.0  # the middle row, the right column
    at = torch.tensor([0.9, 0.5]).expand(1, 22, 2)
    assert place_loss(where, at).item() < 1e-6
    assert place_loss(where, at.flip(-1)).item() > 10
    assert place_loss(where, torch.tensor([1.4, 0.4]).expand(1, 22, 2)).item() < 1e-6  # out of the picture: its edge


def test_the_mean_of_rotations_is_a_rotation_between_them() -> None:
    angles = np.radians([10.0, 30.0])
    turned = torch.tensor([[[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]] for a in angles])
    mean = mean_rotation(turned[:, None])[0]
    assert np.degrees(np.arctan2(mean[1, 0], mean[0, 0])) == pytest.approx(20.0)
