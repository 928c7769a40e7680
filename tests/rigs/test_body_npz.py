"""The baked free body is symmetric, in the T-pose of the contract, of human size, dressed and small."""

import numpy as np
import pytest

from backend.body.model import BODY_FILE, BodyModel
from rigs.skeleton import INDEX, JOINTS, MIRROR

FLIP = np.array([-1.0, 1.0, 1.0])
BODY = BodyModel.load()
JOINT = dict(zip(JOINTS, BODY.joint_template, strict=True))


def mirror_ids() -> np.ndarray:
    """(V,) the vertex at the mirrored place."""
    here = BODY.v_template.round(6) + 0.0
    rank = {tuple(p): i for i, p in enumerate(here)}
    return np.array([rank.get(tuple(p), -1) for p in here * FLIP + 0.0])


def distance(a: str, b: str) -> float:
    return float(np.linalg.norm(JOINT[a] - JOINT[b]))


def test_joints_are_symmetric() -> None:
    np.testing.assert_allclose(BODY.joint_template, BODY.joint_template[MIRROR] * FLIP, atol=1e-9)


def test_joints_stay_symmetric_for_every_beta() -> None:
    np.testing.assert_allclose(BODY.jointdirs, BODY.jointdirs[MIRROR] * FLIP[:, None], atol=1e-9)


def test_skin_and_its_weights_are_symmetric() -> None:
    mirror = mirror_ids()
    assert (mirror >= 0).all()
    np.testing.assert_allclose(BODY.weights, BODY.weights[mirror][:, MIRROR], atol=1e-6)
    np.testing.assert_allclose(BODY.shapedirs, BODY.shapedirs[mirror] * FLIP[:, None], atol=1e-6)


def test_pelvis_rests_at_the_origin_for_every_beta() -> None:
    np.testing.assert_allclose(BODY.joint_template[0], 0, atol=1e-12)
    np.testing.assert_allclose(BODY.jointdirs[0], 0, atol=1e-12)


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_arms_are_level_and_legs_are_vertical(side: str, sign: int) -> None:
    arm = np.array([JOINT[f"{side}_{n}"] for n in ("shoulder", "elbow", "wrist", "middle1", "middle3")])
    assert (np.diff(arm[:, 0]) * sign > 0.02).all()
    assert np.ptp(arm[:3, 1]) < 0.003 and np.ptp(arm[:3, 2]) < 0.003
    leg = np.array([JOINT[f"{side}_{n}"] for n in ("hip", "knee", "ankle")])
    assert (np.diff(leg[:, 1]) < -0.3).all()
    assert np.ptp(leg[:, 0]) < 0.003 and np.ptp(leg[:, 2]) < 0.003


def test_body_faces_plus_z() -> None:
    assert JOINT["left_eye_smplhf"][2] > JOINT["head"][2]
    assert JOINT["left_foot"][2] > JOINT["left_ankle"][2] + 0.1


def test_palms_look_down() -> None:
    assert JOINT["left_thumb1"][2] > JOINT["left_wrist"][2], "thumbs point forward when palms look down"
    assert JOINT["left_thumb3"][1] < JOINT["left_index1"][1]


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [
        ("left_hip", "left_knee", 0.36, 0.46),
        ("left_knee", "left_ankle", 0.36, 0.46),
        ("left_shoulder", "left_elbow", 0.23, 0.31),
        ("left_elbow", "left_wrist", 0.22, 0.29),
        ("left_shoulder", "right_shoulder", 0.28, 0.40),
        ("left_hip", "right_hip", 0.11, 0.23),
        ("pelvis", "neck", 0.40, 0.52),
        ("neck", "head", 0.08, 0.18),
        ("left_wrist", "left_middle1", 0.07, 0.12),
        ("left_eye_smplhf", "right_eye_smplhf", 0.055, 0.07),
    ],
)
def test_bones_have_human_lengths(a: str, b: str, low: float, high: float) -> None:
    assert low < distance(a, b) < high


def test_height_is_that_of_an_adult() -> None:
    assert 1.65 < np.ptp(BODY.v_template[:, 1]) < 1.80


def test_soles_are_flat_on_one_level() -> None:
    low = BODY.v_template[:, 1].min()
    on_ground = BODY.v_template[BODY.v_template[:, 1] < low + 1e-4]
    for sign in (1, -1):
        z = on_ground[on_ground[:, 0] * sign > 0, 2]
        assert np.ptp(z) > 0.15, "heel and ball both touch the ground"


def test_spine_joints_lie_at_anatomical_heights() -> None:
    heights = [JOINT[n][1] for n in ("spine1", "spine2", "spine3", "neck", "head")]
    np.testing.assert_allclose(heights[:3], [0.105, 0.233, 0.285], atol=0.003)
    assert (np.diff(heights) > 0).all()


def test_weights_sum_to_one_and_every_joint_moves_something() -> None:
    np.testing.assert_allclose(BODY.skin_w.sum(axis=1), 1, atol=1e-12)
    assert (BODY.skin_w >= 0).all()
    strongest = BODY.weights.max(axis=0)
    weak = {n: w for n, w in zip(JOINTS, strongest, strict=True) if w <= 0.5}
    assert set(weak) <= {"spine2"}, "spine2 and spine3 lie 5 cm apart and share their skin"
    assert (strongest > 0.3).all(), weak


def test_eyes_and_jaw_move_their_own_parts() -> None:
    eyes = {side: BODY.v_template[BODY.weights[:, INDEX[f"{side}_eye_smplhf"]] > 0.99] for side in ("left", "right")}
    for side, ball in eyes.items():
        reach = np.linalg.norm(ball - JOINT[f"{side}_eye_smplhf"], axis=1)
        assert len(ball) >= 72
        assert np.median(reach) < 0.014
    jaw = BODY.weights[:, INDEX["jaw"]] > 0.5
    assert 300 < jaw.sum() < 3000


def test_quads_are_wound_outwards() -> None:
    corners = BODY.v_template[BODY.triangles]
    volume = np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    assert 0.05 < volume < 0.09, "m3; negative would be inside out"


def test_every_vertex_is_used_and_uv_lie_in_the_unit_square() -> None:
    assert set(np.unique(BODY.quads)) == set(range(len(BODY.v_template)))
    assert BODY.uv_quads.shape == BODY.quads.shape
    assert BODY.uv.min() >= 0 and BODY.uv.max() <= 1


def test_body_is_dressed() -> None:
    count = dict(zip(BODY.material_names, np.bincount(BODY.material, minlength=len(BODY.material_names)), strict=True))
    for name in ("skin", "hair", "brows", "lips", "iris", "eye_white", "top", "trousers", "shoes"):
        assert count[name] > 0, name
    trunk = np.array([BODY.v_template[q].mean(axis=0) for q in BODY.quads])
    middle = (trunk[:, 1] > -0.85) & (trunk[:, 1] < 0.35) & (np.abs(trunk[:, 0]) < 0.25)
    names = {BODY.material_names[k] for k in np.unique(BODY.material[middle])}
    assert names == {"top", "trousers"}, "no bare skin between neck and ankles"


def test_colours_are_linear_rgb() -> None:
    assert BODY.material_rgb.shape == (len(BODY.material_names), 3)
    assert BODY.material_rgb.min() >= 0 and BODY.material_rgb.max() <= 1


def test_betas_are_ten_visible_and_bounded_steps() -> None:
    assert len(set(BODY.beta_names)) == 10
    step = np.linalg.norm(BODY.shapedirs, axis=1).max(axis=0)
    assert (step > 0.008).all() and (step < 0.15).all(), dict(zip(BODY.beta_names, step.round(3), strict=True))


def test_height_beta_adds_eight_centimetres() -> None:
    taller = BODY.shaped([1.0]).vertices
    assert np.ptp(taller[:, 1]) - np.ptp(BODY.v_template[:, 1]) == pytest.approx(0.08, abs=0.01)


def test_file_is_small() -> None:
    assert BODY_FILE.stat().st_size < 1.6e6
