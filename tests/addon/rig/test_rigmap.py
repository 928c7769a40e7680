"""addon/rig/rigmap.py and rigs/maps, without Blender."""

import json

import pytest
from posewright_ext.addon.rig import rigmap
from posewright_ext.rigs.skeleton import JOINTS

PLAIN_EYES = [j.replace("_smplhf", "") for j in JOINTS]


@pytest.mark.parametrize(
    ("bones", "name"),
    [
        (JOINTS, "posewright"),
        (("root", *JOINTS), "smplx_mpi"),
        (("root", *PLAIN_EYES), "smplx_meshcapade"),
        ([j for j in JOINTS if j != "jaw" and "eye" not in j], "posewright"),
        (("root", "some_prop", *JOINTS), "smplx_mpi"),
    ],
)
def test_armatures_are_told_apart_by_their_bones(bones, name):
    found = rigmap.best_map(bones)
    assert found is not None and found.name == name


@pytest.mark.parametrize("bones", [[], ["Bone"], [j for j in JOINTS if j != "left_thumb3"], JOINTS[:22]])
def test_an_armature_without_all_required_bones_is_unknown(bones):
    assert rigmap.best_map(bones) is None


def test_every_map_names_52_required_bones():
    for found in rigmap.all_maps():
        assert len(found.required) == 52
        assert len(found.bone_by_joint(found.bones)) == 55


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 9}, "version 9"),
        ({"bones": {"a": "left_nose"}}, "left_nose"),
        ({"bones": {"a": "head", "b": "head"}}, "two bones"),
        ({"optional": ["z"]}, "optional"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_faulty_map_is_refused_by_file_and_field(tmp_path, change, said):
    good = {
        "version": 1,
        "name": "x",
        "title": "X",
        "bones": {"a": "head"},
        "optional": [],
        "telltale": [],
        "foreign": [],
    }
    path = tmp_path / "x.json"
    path.write_text(json.dumps({**good, **change}))
    with pytest.raises(rigmap.BadRigMap, match=r"x\.json.*" + said):
        rigmap.read_map(path)
