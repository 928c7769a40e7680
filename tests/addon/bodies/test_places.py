"""addon/bodies/places.py: a new body stands in nothing that is there."""

import bpy
import numpy as np
import pytest


def _add(**options):
    bpy.ops.posewright.add_body(**options)
    return bpy.context.object


def _cube(size=2.0, location=(0, 0, 0)):
    mesh = bpy.data.meshes.new("Cube")
    s = size / 2
    corners = [(x, y, z) for x in (-s, s) for y in (-s, s) for z in (-s, s)]
    mesh.from_pydata(corners, [], [(0, 1, 3, 2), (4, 5, 7, 6)])
    cube = bpy.data.objects.new("Cube", mesh)
    cube.location = location
    bpy.context.scene.collection.objects.link(cube)
    bpy.context.view_layer.update()


def test_a_body_stands_beside_the_cube_of_a_new_file(addon):
    _cube()
    body = _add(beside=True)
    bpy.context.view_layer.update()
    corners = np.array([body.children[0].matrix_world @ v.co for v in body.children[0].data.vertices])
    assert corners[:, 0].min() > 1.0 and tuple(body.location[1:]) == (0.0, 0.0)


def test_bodies_stand_side_by_side(addon):
    first, second, third = (_add(beside=True) for _ in range(3))
    assert first.location.x == 0.0
    assert first.location.x + 1.5 < second.location.x and second.location.x + 1.5 < third.location.x


@pytest.mark.parametrize("there", [{"size": 20.0}, {"size": 0.1, "location": (0, 0, 0)}, {"location": (5, 0, 0)}])
def test_a_room_a_doorstep_and_what_stands_elsewhere_are_in_nobodys_way(addon, there):
    _cube(**there)
    assert _add(beside=True).location.x == 0.0


def test_scripts_get_the_place_of_the_cursor(addon):
    _cube()
    assert _add().location.x == 0.0
