"""Pictures out of Blender for the pose service: a file, any image datablock, the render, the viewport, a camera's
background, the clipboard. Main thread only.

A picture that is a file goes by its path (the service runs on this computer); everything else as PNG bytes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import bpy
import numpy as np

if TYPE_CHECKING:
    from ...rigs.wire import Image

EXTENSIONS: Final = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".heic", ".avif")
VIEWPORT_PIXELS: Final = 1280  # longer side of a picture of the viewport
_RENDER: Final = "Render Result"


class NoPicture(Exception):
    """There is no such picture now; the message says why and what to do."""


def from_file(path: str) -> tuple[Image, str]:
    """A picture on disk, and its name."""
    from ...rigs.wire import ImageFile

    file = Path(bpy.path.abspath(path))
    if not file.is_file():
        raise NoPicture(f"There is no file {file}. Choose a picture.")
    return ImageFile(str(file)), file.name


def from_datablock(image: bpy.types.Image, scene: bpy.types.Scene) -> tuple[Image, str]:
    """An image of this file: by its path where that shows what Blender shows, else its pixels."""
    from ...rigs.wire import ImageBytes, ImageFile

    if image.type == "RENDER_RESULT":
        return from_render(scene)
    path = Path(bpy.path.abspath(image.filepath_from_user(), library=image.library)) if image.filepath else None
    if image.source == "FILE" and not image.is_dirty and image.packed_file is None and path and path.is_file():
        return ImageFile(str(path)), image.name
    if not image.has_data:
        raise NoPicture(f'The image "{image.name}" has no pixels. Reload it, or choose another one.')
    return ImageBytes(_saved(image, scene)), image.name


def from_render(scene: bpy.types.Scene) -> tuple[Image, str]:
    """The last render, as the animator sees it (with the view transform)."""
    from ...rigs.wire import ImageBytes

    image = bpy.data.images.get(_RENDER)
    if image is None:
        raise NoPicture("Nothing has been rendered yet. Render an image (F12) first.")
    return ImageBytes(_saved(image, scene)), "render"


def from_camera(context: bpy.types.Context) -> tuple[Image, str]:
    """The first background image that the scene's camera shows."""
    camera = context.scene.camera
    if camera is None or camera.type != "CAMERA":
        raise NoPicture("The scene has no camera. Add one with a background image.")
    for background in camera.data.background_images:
        if background.source == "IMAGE" and background.image is not None and background.show_background_image:
            return from_datablock(background.image, context.scene)
    raise NoPicture(f'The camera "{camera.name}" shows no background image. Add one in its settings.')


def from_viewport(context: bpy.types.Context) -> tuple[Image, str]:
    """What the 3D viewport shows, without overlays; drawn anew, so that a hidden window does no harm."""
    import gpu

    from ...rigs.wire import ImageBytes

    areas = (context.area, *context.window.screen.areas)
    area = next((a for a in areas if a is not None and a.type == "VIEW_3D"), None)
    if area is None or bpy.app.background:
        raise NoPicture("There is no 3D viewport to look at.")
    region = next(r for r in area.regions if r.type == "WINDOW")
    space = area.spaces.active
    scale = min(1.0, VIEWPORT_PIXELS / max(region.width, region.height))
    width, height = max(1, round(region.width * scale)), max(1, round(region.height * scale))
    view = space.region_3d
    offscreen = gpu.types.GPUOffScreen(width, height)
    shown = space.overlay.show_overlays
    space.overlay.show_overlays = False
    try:
        with offscreen.bind():
            offscreen.draw_view3d(
                context.scene, context.view_layer, space, region, view.view_matrix, view.window_matrix,
                do_color_management=True,
            )  # fmt: skip
            buffer = gpu.state.active_framebuffer_get().read_color(0, 0, width, height, 4, 0, "UBYTE")
    finally:
        space.overlay.show_overlays = shown
        offscreen.free()
    buffer.dimensions = width * height * 4
    pixels = np.array(buffer, dtype=np.float32).reshape(height, width, 4) / 255
    pixels[..., 3] = 1.0
    return ImageBytes(_png_of(pixels)), "viewport"


def from_clipboard(context: bpy.types.Context) -> tuple[Image, str]:
    """The picture that was copied in another program."""
    before = set(bpy.data.images)
    area = context.area or context.window.screen.areas[0]
    kind = area.ui_type
    try:
        area.ui_type = "IMAGE_EDITOR"  # Blender pastes pictures in its image editor only
        region = next(r for r in area.regions if r.type == "WINDOW")
        with context.temp_override(window=context.window, area=area, region=region):
            if not bpy.ops.image.clipboard_paste.poll():  # type: ignore[call-arg]
                raise NoPicture("There is no picture on the clipboard. Copy one first.")
            bpy.ops.image.clipboard_paste()
    except RuntimeError as error:
        raise NoPicture(f"The clipboard holds no picture that Blender can paste ({error}).") from None
    finally:
        area.ui_type = kind
    pasted = next((i for i in bpy.data.images if i not in before), None)
    if pasted is None:
        raise NoPicture("There is no picture on the clipboard. Copy one first.")
    try:
        return from_datablock(pasted, context.scene)[0], "clipboard"
    finally:
        bpy.data.images.remove(pasted)


def pixels_of_png(png: bytes) -> np.ndarray:
    """(h, w, 4) float RGBA in 0..1 of a PNG file, rows from the bottom up, as Blender counts them."""
    with tempfile.TemporaryDirectory(prefix="posewright-") as folder:
        path = Path(folder) / "picture.png"
        path.write_bytes(png)
        image = bpy.data.images.load(str(path))
        try:
            width, height = image.size
            flat = np.empty(width * height * 4, np.float32)
            image.pixels.foreach_get(flat)
        finally:
            bpy.data.images.remove(image)
    return flat.reshape(height, width, 4)


def _png_of(pixels: np.ndarray) -> bytes:
    """A PNG file of (h, w, 4) float RGBA, display values, rows from the bottom up."""
    height, width = pixels.shape[:2]
    image = bpy.data.images.new("posewright viewport", width, height, alpha=True)
    try:
        image.pixels.foreach_set(pixels.astype(np.float32).ravel())
        with tempfile.TemporaryDirectory(prefix="posewright-") as folder:
            path = Path(folder) / "picture.png"
            image.file_format, image.filepath_raw = "PNG", str(path)
            image.save()
            return path.read_bytes()
    finally:
        bpy.data.images.remove(image)


def _saved(image: bpy.types.Image, scene: bpy.types.Scene) -> bytes:
    """A PNG file of what the image shows."""
    with tempfile.TemporaryDirectory(prefix="posewright-") as folder, _png_settings(scene):
        path = Path(folder) / "picture.png"
        try:
            image.save_render(str(path), scene=scene)
        except RuntimeError as error:
            raise NoPicture(f'The image "{image.name}" cannot be saved ({error}). Render or load it first.') from None
        if not path.is_file():
            raise NoPicture(f'The image "{image.name}" has no pixels yet. Render or load it first.')
        return path.read_bytes()


@contextmanager
def _png_settings(scene: bpy.types.Scene) -> Iterator[None]:
    """The scene set to write 8-bit PNG, and put back."""
    settings = scene.render.image_settings
    names = [n for n in ("media_type", "file_format", "color_mode", "color_depth") if hasattr(settings, n)]
    before = {name: getattr(settings, name) for name in names}
    wanted = {"media_type": "IMAGE", "file_format": "PNG", "color_mode": "RGB", "color_depth": "8"}
    try:
        for name in names:
            setattr(settings, name, wanted[name])
        yield
    finally:
        for name in names:
            setattr(settings, name, before[name])
