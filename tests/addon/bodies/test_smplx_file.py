"""addon/bodies/smplx_file.py: what is read, and what is said of files that are not SMPL-X models. No bpy."""

import pickle

import numpy as np
import pytest
from posewright_ext.addon.bodies import smplx_file
from posewright_ext.addon.bodies.skinned import corrective_weights
from posewright_ext.addon.bodies.smplx_file import BadModelFile, read_smplx
from smplx_makers import smplx_arrays, write_model


class RunsCode:
    """Unpickling one of these would write a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_arrays_are_read_as_they_are(tmp_path):
    path = write_model(tmp_path / "SMPLX_NEUTRAL.npz")
    arrays, model = np.load(path), read_smplx(path, shapes=3, expressions=2, correctives=True)
    assert model.name == "SMPLX_NEUTRAL"
    assert np.array_equal(model.vertices, arrays["v_template"]) and np.array_equal(model.faces, arrays["f"])
    assert np.array_equal(model.shapes, arrays["shapedirs"][:, :, :3])
    assert np.array_equal(model.expressions, arrays["shapedirs"][:, :, 300:302])
    assert np.array_equal(model.correctives, arrays["posedirs"])
    assert np.allclose(model.joints, arrays["J_regressor"] @ arrays["v_template"])


def test_correctives_are_not_unpacked_unless_asked_for(tmp_path):
    path = write_model(tmp_path / "SMPLX_NEUTRAL.npz", posedirs=None)
    assert read_smplx(path).correctives.shape == (440, 3, 0)
    with pytest.raises(BadModelFile, match="no array 'posedirs'"):
        read_smplx(path, correctives=True)


@pytest.mark.parametrize(("joints", "name"), [(24, "SMPL"), (52, "SMPL-H"), (16, "MANO"), (5, "FLAME"), (75, "SUPR")])
def test_another_model_is_called_by_its_name(tmp_path, joints, name):
    table = np.stack([np.arange(joints) - 1, np.arange(joints)])
    path = write_model(tmp_path / "model.npz", kintree_table=table)
    with pytest.raises(BadModelFile, match=f"is not SMPL-X but {name}: it has {joints} joints,") as caught:
        read_smplx(path)
    assert "SMPLX_NEUTRAL.npz" in caught.value.hint


def test_a_skeleton_of_55_other_joints_is_refused(tmp_path):
    path = write_model(tmp_path / "model.npz", kintree_table=np.stack([np.arange(55) - 1, np.arange(55)]))
    with pytest.raises(BadModelFile, match="not the skeleton of SMPL-X"):
        read_smplx(path)


def test_a_motion_is_told_from_a_model(tmp_path):
    path = tmp_path / "walk.npz"
    np.savez(path, poses=np.zeros((3, 165)), trans=np.zeros((3, 3)))
    with pytest.raises(BadModelFile, match="is a motion, not a model") as caught:
        read_smplx(path)
    assert "Open Pose File" in caught.value.hint


def test_pickled_arrays_are_refused_and_never_run(tmp_path):
    trap = tmp_path / "ran"
    objects = np.array([RunsCode(trap)], dtype=object)
    path = write_model(tmp_path / "model.npz", weights=objects)
    with pytest.raises(BadModelFile, match="pickled objects, which may run code; they are never loaded"):
        read_smplx(path)
    assert not trap.exists()


def test_pickles_that_nobody_needs_are_left_alone(tmp_path):
    """The published files have some: names of joints and parts, which are not read."""
    trap = tmp_path / "ran"
    path = write_model(tmp_path / "SMPLX_MALE.npz", joint2num=np.array([RunsCode(trap)], dtype=object))
    assert read_smplx(path).vertices.shape == (440, 3)
    assert not trap.exists()


def test_a_pickle_file_is_refused_unopened(tmp_path):
    trap, path = tmp_path / "ran", tmp_path / "SMPLX_NEUTRAL.pkl"
    path.write_bytes(pickle.dumps(RunsCode(trap)))
    with pytest.raises(BadModelFile, match="is a pickle, which may run code"):
        read_smplx(path)
    assert not trap.exists()


def test_a_huge_file_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    path = write_model(tmp_path / "SMPLX_NEUTRAL.npz")
    monkeypatch.setattr(smplx_file, "MAX_BYTES", 1 << 20)
    monkeypatch.setattr(np, "load", lambda *_a, **_k: pytest.fail("it was unpacked"))
    monkeypatch.setattr(smplx_file, "_check_kind", lambda _path: None)
    with pytest.raises(BadModelFile, match="unpacks to more than 1 MiB"):
        read_smplx(path)


@pytest.mark.parametrize("data", [b"", b"not an archive", b"PK\x03\x04 cut off"])
def test_what_is_no_archive_is_said(tmp_path, data):
    path = tmp_path / "SMPLX_NEUTRAL.npz"
    path.write_bytes(data)
    with pytest.raises(BadModelFile, match="not an archive of arrays"):
        read_smplx(path)


def test_a_file_cut_short_is_said(tmp_path):
    path = write_model(tmp_path / "SMPLX_NEUTRAL.npz")
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(BadModelFile, match="not an archive of arrays"):
        read_smplx(path)


def _bad(name, change):
    arrays = smplx_arrays(np.random.default_rng(3))
    arrays[name] = change(arrays[name].astype(float))
    return {name: arrays[name]}


def _with(array, at, value):
    array[at] = value
    return array


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("v_template", lambda a: a[:-1], "has shape"),
        ("v_template", lambda a: _with(a, (5, 1), np.nan), "values that are no numbers"),
        ("shapedirs", lambda a: a[:, :2], "shapedirs has shape"),
        ("posedirs", lambda a: a[:, :, :207], r"posedirs has shape \(440, 3, 207\); SMPL-X has \(440, 3, 486\)"),
        ("f", lambda a: _with(a, (0, 0), 440), "f points outside v_template"),
        ("ft", lambda a: _with(a, (0, 0), -1), "ft points outside vt"),
        ("weights", lambda a: a * 0.5, "weights do not sum to one"),
        ("J_regressor", lambda a: a[:24], "J_regressor has shape"),
        ("vt", lambda a: a.astype("U8"), "not numbers"),
    ],
)
def test_a_damaged_array_is_named(tmp_path, name, change, said):
    path = write_model(tmp_path / "SMPLX_NEUTRAL.npz", **_bad(name, change))
    with pytest.raises(BadModelFile, match=said):
        read_smplx(path, correctives=True)


@pytest.mark.parametrize("missing", ["v_template", "weights", "kintree_table", "f", "J_regressor", "shapedirs"])
def test_a_missing_array_is_named(tmp_path, missing):
    path = write_model(tmp_path / "SMPLX_NEUTRAL.npz", **{missing: None})
    with pytest.raises(BadModelFile, match=f"no array '{missing}'"):
        read_smplx(path)


def test_corrective_weights_of_the_rest_pose_are_zero():
    assert not corrective_weights(np.tile(np.eye(3), (55, 1, 1))).any()
