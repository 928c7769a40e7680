"""The SMPL-X-format file: the real smplx package loads it and poses it as we do."""

from pathlib import Path

import numpy as np
import pytest
import smplx
import torch

from backend.body.model import BodyModel
from backend.body.smplx_file import write_smplx_file
from rigs.skeleton import N_JOINTS

BODY = BodyModel.load()


@pytest.fixture(scope="module")
def package_model(tmp_path_factory: pytest.TempPathFactory) -> smplx.SMPLX:
    path = tmp_path_factory.mktemp("smplx") / "SMPLX_NEUTRAL.npz"
    write_smplx_file(path, BODY)
    options = {"use_pca": False, "flat_hand_mean": True, "num_betas": 10, "num_expression_coeffs": 10}
    return smplx.create(str(path), model_type="smplx", ext="npz", **options)


def posed_by_package(model: smplx.SMPLX, rotvecs: np.ndarray, betas: np.ndarray, transl: np.ndarray):
    theta = torch.tensor(rotvecs, dtype=torch.float32)[None]
    parts = {
        "global_orient": theta[:, 0],
        "body_pose": theta[:, 1:22].flatten(1),
        "jaw_pose": theta[:, 22],
        "leye_pose": theta[:, 23],
        "reye_pose": theta[:, 24],
        "left_hand_pose": theta[:, 25:40].flatten(1),
        "right_hand_pose": theta[:, 40:55].flatten(1),
        "betas": torch.tensor(betas, dtype=torch.float32)[None],
        "transl": torch.tensor(transl, dtype=torch.float32)[None],
    }
    with torch.no_grad():
        return model(**parts)


@pytest.mark.parametrize("seed", range(3))
def test_package_poses_the_body_as_we_do(package_model: smplx.SMPLX, seed: int) -> None:
    random = np.random.default_rng(seed)
    rotvecs = random.normal(scale=0.5, size=(N_JOINTS, 3))
    betas, transl = random.normal(size=10), random.normal(size=3)
    theirs = posed_by_package(package_model, rotvecs, betas, transl)
    ours = BODY.shaped(betas).posed(rotvecs, transl)
    np.testing.assert_allclose(theirs.joints[0, :N_JOINTS].numpy(), ours.joints, atol=1e-4)
    np.testing.assert_allclose(theirs.vertices[0].numpy(), ours.vertices(), atol=1e-4)


def test_package_reads_ten_betas_and_all_joints(package_model: smplx.SMPLX) -> None:
    assert package_model.num_betas == 10
    assert package_model.J_regressor.shape == (N_JOINTS, len(BODY.v_template))
    assert package_model.parents[0] == -1


def test_expressions_change_nothing(package_model: smplx.SMPLX) -> None:
    assert not package_model.expr_dirs.any()


def test_a_folder_of_models_is_found_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "smplx"
    folder.mkdir()
    write_smplx_file(folder / "SMPLX_NEUTRAL.npz", BODY)
    model = smplx.create(str(tmp_path), model_type="smplx", gender="neutral", ext="npz", use_pca=False)
    assert len(model.faces) == len(BODY.triangles)


def test_file_is_small_enough_to_write_anywhere(tmp_path: Path) -> None:
    write_smplx_file(tmp_path / "body.npz", BODY)
    assert (tmp_path / "body.npz").stat().st_size < 10e6
