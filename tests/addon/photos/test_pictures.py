"""addon/photos: pictures, picture_operators. Pictures reach the service as they are seen, from wherever they come."""

import numpy as np
import pytest
from posewright_ext.rigs.wire import ImageBytes, ImageFile, Pose

bpy = pytest.importorskip("bpy")


@pytest.fixture
def pictures(addon):
    from posewright_ext.addon.photos import pictures

    return pictures


@pytest.fixture
def png(tmp_path):
    """A 4 x 2 picture on disk: red at the top left, else blue."""
    image = bpy.data.images.new("source", 4, 2)
    pixels = np.tile(np.array([0, 0, 1, 1], np.float32), (2, 4, 1))
    pixels[1, 0] = [1, 0, 0, 1]
    image.pixels.foreach_set(pixels.ravel())
    image.filepath_raw, image.file_format = str(tmp_path / "p.png"), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return tmp_path / "p.png"


def test_a_file_goes_by_its_path(pictures, png):
    assert pictures.from_file(str(png)) == (ImageFile(str(png)), "p.png")
    with pytest.raises(pictures.NoPicture, match=r"no file .*gone\.png"):
        pictures.from_file(str(png.with_name("gone.png")))


def test_a_loaded_image_goes_by_its_path_until_it_is_changed(pictures, png):
    image = bpy.data.images.load(str(png))
    assert pictures.from_datablock(image, bpy.context.scene)[0] == ImageFile(str(png))
    image.pixels[0] = 0.5
    sent = pictures.from_datablock(image, bpy.context.scene)[0]
    assert isinstance(sent, ImageBytes) and sent.data.startswith(b"\x89PNG")


def test_pixels_survive_the_way_through_a_png(pictures, png):
    pixels = pictures.pixels_of_png(png.read_bytes())
    assert pixels.shape == (2, 4, 4) and np.allclose(pixels[1, 0], [1, 0, 0, 1], atol=0.01)
    assert np.allclose(pixels[0, 3], [0, 0, 1, 1], atol=0.01)


def test_an_image_without_pixels_is_said(pictures):
    image = bpy.data.images.new("gone", 4, 4)
    image.source, image.filepath = "FILE", "//nowhere.png"
    with pytest.raises(pictures.NoPicture, match="gone"):
        pictures.from_datablock(image, bpy.context.scene)


def test_the_render_is_sent_and_the_scene_keeps_its_settings(pictures):
    scene = bpy.context.scene
    with pytest.raises(pictures.NoPicture, match=r"rendered yet|Render or load"):
        pictures.from_render(scene)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.engine, scene.cycles.samples = "CYCLES", 1
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 16, 12, 100
    scene.render.image_settings.file_format = "JPEG"
    bpy.ops.render.render()
    image, name = pictures.from_render(scene)
    assert name == "render" and pictures.pixels_of_png(image.data).shape == (12, 16, 4)
    assert scene.render.image_settings.file_format == "JPEG"


def test_the_cameras_background_is_found_or_said_missing(pictures, png):
    with pytest.raises(pictures.NoPicture, match="no camera"):
        pictures.from_camera(bpy.context)
    data = bpy.data.cameras.new("camera")
    camera = bpy.data.objects.new("camera", data)
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    with pytest.raises(pictures.NoPicture, match="no background image"):
        pictures.from_camera(bpy.context)
    data.background_images.new().image = bpy.data.images.load(str(png))
    assert pictures.from_camera(bpy.context)[0] == ImageFile(str(png))


def test_without_a_window_the_viewport_cannot_be_looked_at(pictures):
    with pytest.raises(pictures.NoPicture, match="no 3D viewport"):
        pictures.from_viewport(bpy.context)


def lifted() -> Pose:
    rotvecs = np.zeros((55, 3))
    rotvecs[18] = [0.0, -1.0, 0.0]
    return Pose(rotvecs, [5.0, 0.9, 7.0])


def test_a_picture_poses_the_character_where_it_stands(fake, body, png):
    from posewright_ext.addon.rig.armature import read_pose

    fake.answer(lifted())
    before = read_pose(body).transl
    bpy.ops.posewright.pose_picture(filepath=str(png), person="the man on the left", prompt="but sitting")
    (request,) = fake.seen()[0]["requests"]
    assert request["image"] == {"type": "file", "path": str(png)}
    assert (request["person"], request["prompt"]) == ("the man on the left", "but sitting")
    assert body.pose.bones["left_elbow"].rotation_quaternion.angle == pytest.approx(1.0, abs=1e-4)
    after = read_pose(body).transl
    assert after[1] == pytest.approx(0.9, abs=1e-5)  # up and down is the pose's,
    assert np.allclose(after[[0, 2]], before[[0, 2]], atol=1e-5)  # where in the scene is not the picture's to say


def test_words_of_the_panel_go_along_only_when_they_are_to(fake, body, png):
    state = bpy.context.window_manager.posewright
    state.prompt, state.person = "mirror it", "2"
    bpy.ops.posewright.pose_picture(filepath=str(png))
    state.with_picture = True
    bpy.ops.posewright.pose_picture(filepath=str(png))
    first, second = (seen["requests"][0] for seen in fake.seen())
    assert (first["prompt"], second["prompt"]) == ("", "mirror it") and first["person"] == 2


def test_a_missing_picture_is_an_error_that_says_what_to_do(fake, body):
    with pytest.raises(RuntimeError, match="Choose a picture"):
        bpy.ops.posewright.pose_picture(filepath="/nowhere/p.png")
    with pytest.raises(RuntimeError, match="no image 'x'"):
        bpy.ops.posewright.pose_picture(source="DATABLOCK", image="x")
    assert not fake.seen()
