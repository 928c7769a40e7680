"""addon/files: operators.py and pose_assets.py: poses go to files and into the pose library, and come back."""

import struct
import zlib

import numpy as np
import pytest
from posewright_ext.rigs.wire import Pose

bpy = pytest.importorskip("bpy")


def _png():
    """A picture of one pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(bytes([0, 255, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


@pytest.fixture
def posed(body):
    from posewright_ext.addon.rig.armature import apply_pose

    rng = np.random.default_rng(5)
    pose = Pose(rng.normal(0, 0.4, (55, 3)), [0.3, 1.0, -0.2])
    apply_pose(bpy.context, body, pose)
    return pose


@pytest.mark.parametrize("suffix", [".json", ".npz", ".smpl"])
def test_a_saved_pose_opens_again(body, posed, tmp_path, suffix):
    from posewright_ext.addon.rig.armature import read_pose

    path = str(tmp_path / f"pose{suffix}")
    assert bpy.ops.posewright.save_pose(filepath=path) == {"FINISHED"}
    for bone in body.pose.bones:
        bone.rotation_quaternion, bone.location = (1, 0, 0, 0), (0, 0, 0)
    assert bpy.ops.posewright.open_pose(filepath=path) == {"FINISHED"}
    again = read_pose(body)
    assert np.allclose(again.rotvecs, posed.rotvecs, atol=1e-5) and np.allclose(again.transl, posed.transl, atol=1e-5)


def test_a_file_that_is_no_pose_changes_nothing_and_says_why(body, posed, tmp_path):
    path = tmp_path / "pose.json"
    path.write_text("{}")
    before = tuple(body.pose.bones["head"].rotation_quaternion)
    with pytest.raises(RuntimeError, match="rotvecs"):
        bpy.ops.posewright.open_pose(filepath=str(path))
    with pytest.raises(RuntimeError, match="never loaded"):
        bpy.ops.posewright.open_pose(filepath=str(tmp_path / "pose.pkl"))
    assert tuple(body.pose.bones["head"].rotation_quaternion) == before


def test_a_pose_in_the_library_has_its_words_and_gives_the_pose_back(body, posed):
    from posewright_ext.addon.files.pose_assets import add_pose_asset
    from posewright_ext.addon.rig.armature import read_pose

    picture = np.random.default_rng(0).random((8, 6, 4)).astype(np.float32)
    action = add_pose_asset(body, "kneeling", "kneeling, looking up", picture)
    assert action.asset_data is not None and action.asset_data.description == "kneeling, looking up"
    assert [t.name for t in action.asset_data.tags] == ["posewright"]
    assert tuple(action.preview.image_size) == (6, 8)
    for bone in body.pose.bones:
        bone.rotation_quaternion, bone.location = (1, 0, 0, 0), (0, 0, 0)
    body.pose.apply_pose_from_action(action, evaluation_time=1.0)
    again = read_pose(body)
    assert np.allclose(again.rotvecs, posed.rotvecs, atol=1e-5) and np.allclose(again.transl, posed.transl, atol=1e-5)


def test_the_operator_names_the_asset_after_the_words_and_draws_its_picture(fake, body):
    fake.answer(Pose(np.zeros((55, 3))), picture=_png())
    bpy.ops.posewright.pose(prompt="standing at ease")
    assert bpy.ops.posewright.add_pose_asset() == {"FINISHED"}
    action = bpy.data.actions["standing at ease"]
    assert action.asset_data.description == "standing at ease" and tuple(action.preview.image_size) == (1, 1)
    assert body.animation_data is None  # nothing is animated by keeping a pose
