"""Surface regions: complete, symmetric, on the skin, facing outwards, and moving exactly like the skin."""

import numpy as np
import pytest

from backend.body.bake.regions import find_regions
from backend.body.model import BodyModel
from backend.body.surfaces import REGIONS, Region
from rigs.skeleton import INDEX, JOINTS, N_JOINTS, mirror_name

BODY = BodyModel.load()
REST = BODY.shaped().posed(np.zeros((N_JOINTS, 3)))
HAND = ("palm", "hand_back", "fingertips", "index_tip", "thumb_tip", "fist")
ARM = ("forearm", "elbow", "upper_arm", "shoulder")
FOOT = ("foot_sole", "heel", "toes", "foot_top", "ankle")
LEG = ("shin", "calf", "knee", "thigh", "thigh_back", "thigh_outer", "thigh_inner", "hip", "buttock")
SIDED = (*HAND, *ARM, *FOOT, *LEG, "ear", "cheek", "eye", "temple", "chest", "waist", "ribs", "shoulder_blade")
UPWARDS = (
    "groin",
    "lower_belly",
    "stomach",
    "chest",
    "neck_front",
    "throat",
    "chin",
    "mouth",
    "face",
    "forehead",
    "head_top",
)
CENTRAL = (*UPWARDS, "head_back", "neck_back", "upper_back", "lower_back", "buttocks")
FLIP = np.array([-1.0, 1.0, 1.0])


def place(name: str) -> np.ndarray:
    return REGIONS[name].point(REST.joints, REST.rotations)


def sitting() -> np.ndarray:
    rotvecs = np.zeros((N_JOINTS, 3))
    for side in ("left", "right"):
        rotvecs[INDEX[f"{side}_hip"], 0] = -np.pi / 2
        rotvecs[INDEX[f"{side}_knee"], 0] = np.pi / 2
    return rotvecs


def test_all_promised_regions_exist() -> None:
    assert set(REGIONS) == {f"{side}_{n}" for side in ("left", "right") for n in SIDED} | set(CENTRAL)


@pytest.mark.parametrize("region", REGIONS.values(), ids=lambda r: r.name)
def test_region_is_well_formed(region: Region) -> None:
    assert region.joint in JOINTS
    assert 1 <= len(region.influences) <= 4
    assert sum(w for _, w, _ in region.influences) == pytest.approx(1.0, abs=1e-9)
    assert np.linalg.norm(region.normal) == pytest.approx(1.0, abs=1e-3)
    assert 0.005 < region.radius < 0.1
    assert len(region.vertices) >= 5


ON_SKIN = [region for region in REGIONS.values() if region.name != "buttocks"]  # that one lies between the two


@pytest.mark.parametrize("region", ON_SKIN, ids=lambda r: r.name)
def test_point_lies_on_the_skin_of_its_vertices(region: Region) -> None:
    away = np.linalg.norm(BODY.v_template[list(region.vertices)] - place(region.name), axis=1)
    assert away.min() < 0.02
    assert away.max() <= region.radius + 0.002


@pytest.mark.parametrize("region", REGIONS.values(), ids=lambda r: r.name)
def test_normal_leaves_the_body(region: Region) -> None:
    inner = BODY.joint_template[INDEX[region.influences[0][0]]]
    assert np.dot(np.array(region.normal), place(region.name) - inner) > -0.01


@pytest.mark.parametrize("name", SIDED)
def test_sides_mirror_each_other(name: str) -> None:
    left, right = REGIONS[f"left_{name}"], REGIONS[f"right_{name}"]
    np.testing.assert_allclose(place(left.name) * FLIP, place(right.name), atol=1e-9)
    np.testing.assert_allclose(np.array(left.normal) * FLIP, right.normal, atol=1e-9)
    assert mirror_name(left.joint) == right.joint
    assert len(left.vertices) == len(right.vertices)


@pytest.mark.parametrize("name", CENTRAL)
def test_central_regions_lie_in_the_middle(name: str) -> None:
    assert place(name)[0] == pytest.approx(0, abs=1e-5)
    assert REGIONS[name].normal[0] == pytest.approx(0, abs=1e-5)


def test_points_move_with_the_skin() -> None:
    rotvecs = np.random.default_rng(0).normal(scale=0.4, size=(N_JOINTS, 3))
    posed = BODY.shaped().posed(rotvecs, np.array([0.1, 0.9, 0.2]))
    skin = posed.vertices()
    for region in ON_SKIN:
        ids = list(region.vertices)
        rest = np.linalg.norm(BODY.v_template[ids] - place(region.name), axis=1)
        nearest = int(np.argmin(rest))
        moved = np.linalg.norm(skin[ids[nearest]] - region.point(posed.joints, posed.rotations))
        assert abs(moved - rest[nearest]) < 0.015, region.name


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("left_palm", (0, -1, 0)),
        ("left_hand_back", (0, 1, 0)),
        ("left_foot_sole", (0, -1, 0)),
        ("left_heel", (0, -1, 0)),
        ("left_toes", (0, 0, 1)),
        ("left_knee", (0, 0, 1)),
        ("left_elbow", (0, 0, -1)),
        ("left_hip", (1, 0, 0)),
        ("left_thigh_inner", (-1, 0, 0)),
        ("left_fingertips", (1, 0, 0)),
        ("head_top", (0, 1, 0)),
        ("forehead", (0, 0, 1)),
        ("upper_back", (0, 0, -1)),
        ("stomach", (0, 0, 1)),
    ],
)
def test_normals_point_where_the_name_says(name: str, direction: tuple[float, float, float]) -> None:
    assert np.dot(REGIONS[name].normal, direction) > 0.8


def test_heights_follow_anatomy() -> None:
    heights = [place(n)[1] for n in UPWARDS]
    assert (np.diff(heights) > 0).all(), dict(zip(UPWARDS, np.round(heights, 3), strict=True))


def test_hand_on_hip_rests_ten_centimetres_above_the_hip_joint() -> None:
    assert place("left_hip")[1] - BODY.joint_template[INDEX["left_hip"], 1] == pytest.approx(0.10, abs=0.02)


def test_buttocks_carry_a_sitting_body() -> None:
    posed = BODY.shaped().posed(sitting())
    skin = posed.vertices()
    seat = skin[BODY.weights[:, INDEX["pelvis"]] > 0.3, 1].min()
    for name in ("left_buttock", "right_buttock", "buttocks"):
        region = REGIONS[name]
        assert region.point(posed.joints, posed.rotations)[1] - seat < 0.03, name


def test_table_belongs_to_the_baked_body() -> None:
    for name, found in find_regions(BODY).items():
        assert list(REGIONS[name].vertices) == found["vertices"], f"{name}: python -m backend.body.bake"
        np.testing.assert_allclose(REGIONS[name].normal, found["normal"], atol=1e-4)


def test_soles_and_heels_touch_the_ground_when_standing() -> None:
    ground = BODY.v_template[:, 1].min()
    for name in ("left_foot_sole", "left_heel"):
        assert place(name)[1] - ground < 0.006
    assert place("left_toes")[1] - ground < 0.04
