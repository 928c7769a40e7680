"""Pose files: what is written is read again, the AMASS frame is right, and what is no pose is said to be none."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backend.body.rotations import rotvec_to_rotmat
from backend.errors import BadFile, BadInput
from backend.files import check_writable, read_pose, write_pose
from rigs.wire import Pose, PoseRequest
from tests.backend.stand_in import result_of


def random_pose(seed: int = 0) -> Pose:
    random = np.random.default_rng(seed)
    return Pose(random.normal(size=(55, 3)) * 0.6, random.normal(size=3))


def test_json_holds_a_pose_exactly(tmp_path: Path) -> None:
    pose = Pose(random_pose().rotvecs, random_pose().transl, np.linspace(-1, 1, 10))
    write_pose(tmp_path / "a.json", pose)
    assert read_pose(tmp_path / "a.json") == pose
    assert set(json.loads((tmp_path / "a.json").read_text())) == {"rotvecs", "transl", "betas"}


def test_npz_round_trip_keeps_every_rotation_and_place(tmp_path: Path) -> None:
    poses = [random_pose(i) for i in range(5)]
    write_pose(tmp_path / "a.npz", poses)
    for i, pose in enumerate(poses):
        found = read_pose(tmp_path / "a.npz", frame=i)
        np.testing.assert_allclose(rotvec_to_rotmat(found.rotvecs), rotvec_to_rotmat(pose.rotvecs), atol=1e-12)
        np.testing.assert_allclose(found.transl, pose.transl, atol=1e-12)
    assert read_pose(tmp_path / "a.npz", frame=-1) == read_pose(tmp_path / "a.npz", frame=4)


def test_npz_has_the_keys_and_the_z_up_frame_of_amass(tmp_path: Path) -> None:
    write_pose(tmp_path / "a.npz", Pose(np.zeros((55, 3)), np.array([1.0, 2.0, 3.0])))
    data = np.load(tmp_path / "a.npz", allow_pickle=False)
    assert {"poses", "trans", "betas", "gender", "mocap_frame_rate", "surface_model_type"} <= set(data)
    assert (data["poses"].shape, data["trans"].shape, data["betas"].shape) == ((1, 165), (1, 3), (10,))
    assert (str(data["gender"]), str(data["surface_model_type"])) == ("neutral", "smplx")
    np.testing.assert_allclose(data["trans"][0], [1.0, -3.0, 2.0])  # up is z, the front is -y
    np.testing.assert_allclose(data["poses"][0, :3], [np.pi / 2, 0, 0])
    np.testing.assert_allclose(data["poses"][0, 3:], 0)
    up = rotvec_to_rotmat(data["poses"][0, :3]) @ [0, 1, 0]
    np.testing.assert_allclose(up, [0, 0, 1], atol=1e-12)


def test_smplh_recordings_of_amass_are_read(tmp_path: Path) -> None:
    poses = np.random.default_rng(1).normal(size=(4, 156)) * 0.3
    np.savez(tmp_path / "h.npz", poses=poses, trans=np.zeros((4, 3)), gender=np.array("male"), betas=np.zeros(16))
    pose = read_pose(tmp_path / "h.npz", frame=2)
    np.testing.assert_allclose(pose.rotvecs[1:22], poses[2, 3:66].reshape(-1, 3))
    np.testing.assert_allclose(pose.rotvecs[25:], poses[2, 66:].reshape(-1, 3))
    assert not pose.rotvecs[22:25].any()


def test_a_whole_result_is_read_as_its_poses(tmp_path: Path) -> None:
    result = result_of(PoseRequest(prompt="sit", n=2, start=random_pose()))
    (tmp_path / "r.json").write_text(json.dumps(result.to_dict()))
    assert read_pose(tmp_path / "r.json", frame=1) == random_pose()
    with pytest.raises(BadInput, match="has 2 poses"):
        read_pose(tmp_path / "r.json", frame=2)


BAD_JSON = {
    "text": ("hello", "is not JSON: Expecting value at line 1, column 1"),
    "list": ("[]", "expected an object, got a list"),
    "empty": ("{}", "rotvecs: missing"),
    "shape": (json.dumps({"rotvecs": [[0, 0, 0]] * 54}), "rotvecs: expected shape 55x3, got 54x3"),
    "nan": (json.dumps({"rotvecs": [[0, 0, float("nan")]] * 55}), r"rotvecs\[0\]\[2\]: not a finite number"),
    "extra": (json.dumps({"rotvecs": [[0, 0, 0]] * 55, "body": 1}), "body: unknown field"),
    "deep": ("[" * 100_000, "is not JSON"),
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_json_that_is_no_pose_says_what_is_wrong(tmp_path: Path, name: str) -> None:
    text, says = BAD_JSON[name]
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(BadFile, match=says):
        read_pose(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"pose": np.zeros((1, 165))}, "no array 'poses'; it has pose"),
        ({"poses": np.zeros((1, 72))}, r"shape \(1, 72\)"),
        ({"poses": np.zeros((0, 165))}, r"shape \(0, 165\)"),
        ({"poses": np.zeros(165)}, r"shape \(165,\)"),
        ({"poses": np.zeros((2, 165)), "trans": np.zeros((3, 3))}, r"expected \(2, 3\)"),
        ({"poses": np.full((1, 165), np.nan)}, "NaN or infinite"),
        ({"poses": np.zeros((1, 165)), "trans": np.full((1, 3), np.inf)}, "NaN or infinite"),
        ({"poses": np.full((1, 165), "x")}, "not numbers"),
    ],
)
def test_npz_that_is_no_pose_says_what_is_wrong(tmp_path: Path, arrays: dict[str, Any], says: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(BadFile, match=says):
        read_pose(tmp_path / "a.npz")


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return (pytest.fail, ("a pickle was opened",))

    np.savez(tmp_path / "objects.npz", poses=np.array([Trap()], dtype=object))
    with pytest.raises(BadFile, match="never loaded"):
        read_pose(tmp_path / "objects.npz")
    for name in ("a.pkl", "a.npz", "a.npy"):
        (tmp_path / name).write_bytes(pickle.dumps(Trap()))
        with pytest.raises(BadFile):
            read_pose(tmp_path / name)


def test_a_file_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rigs.pose_archives.MAX_BYTES", 1000)
    write_pose(tmp_path / "a.npz", random_pose())
    with pytest.raises(BadFile, match="unpacks to more"):
        read_pose(tmp_path / "a.npz")


def test_a_damaged_archive_is_a_bad_file(tmp_path: Path) -> None:
    write_pose(tmp_path / "a.npz", random_pose())
    data = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(data[: len(data) // 2])
    with zipfile.ZipFile(tmp_path / "short.npz", "w") as archive:
        archive.writestr("poses.npy", b"\x93NUMPY")
    for name in ("cut.npz", "short.npz"):
        with pytest.raises(BadFile, match=name):
            read_pose(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none.json", "is not there"),
        ("a.bvh", "no pose format"),
        ("plain", "without an extension"),
        (".", "no pose format"),
    ],
)
def test_a_file_that_is_not_there_or_of_another_kind(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(BadFile, match=says):
        read_pose(tmp_path / name)


def test_a_folder_is_not_a_pose(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(BadFile, match="not a file"):
        read_pose(tmp_path / "folder.json")


def test_a_frame_that_is_not_there_names_the_range(tmp_path: Path) -> None:
    write_pose(tmp_path / "a.npz", [random_pose(0), random_pose(1)])
    with pytest.raises(BadInput, match="2 frames; there is no number 2") as error:
        read_pose(tmp_path / "a.npz", frame=2)
    assert error.value.hint == "choose 0 to 1"


@pytest.mark.parametrize("name", ["a.json", "a.npz"])
def test_a_motion_comes_back_frame_by_frame(tmp_path: Path, name: str) -> None:
    poses = [random_pose(seed) for seed in range(3)]
    write_pose(tmp_path / name, poses, 24.0)
    for n, pose in enumerate(poses):
        assert np.allclose(read_pose(tmp_path / name, n).rotvecs, pose.rotvecs, atol=1e-9)
    with pytest.raises(BadInput, match="there is no number 3"):
        read_pose(tmp_path / name, 3)


def test_writing_where_one_cannot_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be written"):
        write_pose(tmp_path / "no" / "a.json", random_pose())
    with pytest.raises(BadFile, match="no pose to write"):
        write_pose(tmp_path / "a.json", [])
    with pytest.raises(BadFile, match="no pose format"):
        write_pose(tmp_path / "a.txt", random_pose())
    assert list(tmp_path.iterdir()) == []


def test_outputs_are_checked_before_the_work(tmp_path: Path) -> None:
    check_writable(tmp_path / "a.png", (".png",))
    with pytest.raises(BadFile, match="the folder"):
        check_writable(tmp_path / "no" / "a.png", (".png",))
    with pytest.raises(BadFile, match=r"cannot write \.jpg"):
        check_writable(tmp_path / "a.jpg", (".png",))
