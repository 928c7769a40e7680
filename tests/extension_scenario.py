"""A user's first minutes with the built zip, in a real Blender without a window. Run by test_extension.py as a process.

`python extension_scenario.py ZIP` with BLENDER_USER_RESOURCES set to an empty folder. Nothing of the checkout is
imported: what is tested is what is in the zip. The kinematics here are written anew, on purpose. Prints one line of
JSON; any failure is an exception.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import bpy
import numpy as np

MODULE = "bl_ext.user_default.posewright"
PROMPT = "kneeling on the right knee, looking up"
TOLERANCE = 1e-4  # m


def main(archive: str) -> dict[str, Any]:
    report: dict[str, Any] = {"blender": bpy.app.version_string, "python": sys.version.split()[0]}
    bpy.ops.wm.read_factory_settings(use_empty=True)
    install(archive)
    bpy.ops.ed.undo_push(message="start")
    bpy.ops.posewright.add_body("EXEC_DEFAULT", True)
    body = body_name()
    assert len(bpy.data.objects[body].data.bones) == 55
    assert is_t_pose(body)
    refuses_empty_words(body)
    start = time.perf_counter()
    report["error_mm"] = 1000 * pose(body, PROMPT)
    report["first_pose_s"] = round(time.perf_counter() - start, 2)
    start = time.perf_counter()
    pose(body, "standing with both arms raised")
    report["next_pose_s"] = round(time.perf_counter() - start, 2)
    undo_and_redo(body)
    question_moves_nothing(body)
    alternatives_and_redo_panel(body)
    keys_from_a_text(body)
    files_and_assets(body)
    report["smplx_mm"] = 1000 * model_file(body)
    history_outlives_the_file()
    report["wheels"] = runs_from_bundled_wheels()
    service_dies_on_disable()
    return report


def install(archive: str) -> None:
    """Install the zip into the fresh profile and enable it."""
    outcome = bpy.ops.extensions.package_install_files(
        filepath=archive, repo="user_default", enable_on_install=True, overwrite=True
    )
    assert outcome == {"FINISHED"}, outcome
    assert MODULE in bpy.context.preferences.addons, "the add-on is not enabled"
    assert hasattr(bpy.types, "POSEWRIGHT_OT_pose")
    installed = os.path.realpath(sys.modules[MODULE].__file__)
    assert installed.startswith(os.path.realpath(os.environ["BLENDER_USER_RESOURCES"])), installed


def body_name() -> str:
    armatures = [o.name for o in bpy.context.scene.objects if o.type == "ARMATURE"]
    assert len(armatures) == 1, armatures
    return armatures[0]


def refuses_empty_words(body: str) -> None:
    said = ""
    try:
        bpy.ops.posewright.pose(prompt="  ")
    except RuntimeError as error:
        said = str(error)
    assert "words" in said, f"an empty prompt was accepted, or the error is unclear: {said!r}"
    assert is_t_pose(body)


# ---------------------------------------------------------------------------------------------------- posing
def pose(body: str, prompt: str) -> float:
    """Pose by words; the largest distance (m) of a bone's head from where the result's rotations put it."""
    assert bpy.ops.posewright.pose(prompt=prompt) == {"FINISHED"}
    assert not is_t_pose(body), "nothing moved"
    entry = session().board.latest.result.poses[0]
    armature = bpy.data.objects[body]
    bpy.context.view_layer.update()
    names = import_module(f"{MODULE}.rigs.skeleton").JOINTS
    heads = np.array([armature.matrix_world @ armature.pose.bones[n].head for n in names])
    wanted = forward_kinematics(armature, names, entry.pose.rotvecs, entry.pose.transl)
    error = float(np.linalg.norm(heads - wanted, axis=1).max())
    assert error < TOLERANCE, f"bones are {1000 * error:.3f} mm from forward kinematics"
    # the service's own joints, in metres and Y-up, must be the same places
    theirs = to_blender(np.asarray(entry.joints))
    assert np.linalg.norm(heads - theirs, axis=1).max() < TOLERANCE, "bones are not where the service says"
    return error


def forward_kinematics(armature: Any, names: tuple[str, ...], rotvecs: np.ndarray, transl: np.ndarray) -> np.ndarray:
    """Heads (55, 3) m, Blender's world, from wire rotations (55, 3) and the bones' rest heads."""
    bones = armature.data.bones
    rest = np.array([bones[n].head_local for n in names])
    order = {n: i for i, n in enumerate(names)}
    turned: dict[str, np.ndarray] = {}
    heads = np.zeros((len(names), 3))
    for i, name in enumerate(names):
        own = rodrigues(to_blender(rotvecs[i]))
        parent = bones[name].parent
        if parent is None:
            turned[name], heads[i] = own, to_blender(transl)  # the pelvis of the rest pose is the wire's origin
        else:
            p = order[parent.name]
            turned[name] = turned[parent.name] @ own
            heads[i] = heads[p] + turned[parent.name] @ (rest[i] - rest[p])
    return heads


def model_file(body: str) -> float:
    """A file in SMPL-X's format, made of triangles around our joints: imported, made 20 % larger, its bones fitted.

    Returns:
        The largest distance (m) of a bone's head from where a body of that size has it.
    """
    names = import_module(f"{MODULE}.rigs.skeleton").JOINTS
    parents = import_module(f"{MODULE}.rigs.skeleton").PARENTS
    rest = np.array([bpy.data.objects[body].data.bones[n].head_local for n in names])
    joints = np.stack([rest[:, 0], rest[:, 2], -rest[:, 1]], axis=-1)
    around = 0.03 * np.array([[1.0, 0, 0], [-0.5, 0.8, 0], [-0.5, -0.8, 0]])
    vertices = (joints[:, None] + around).reshape(-1, 3)
    n = len(vertices)
    weights = np.repeat(np.eye(len(names)), 3, axis=0)
    path = os.path.join(os.environ["BLENDER_USER_RESOURCES"], "SMPLX_NEUTRAL.npz")
    np.savez(
        path, v_template=vertices, shapedirs=0.1 * vertices[:, :, None] * np.eye(20)[0], J_regressor=weights.T / 3,
        posedirs=np.zeros((n, 3, 486)), kintree_table=np.array([[2**32 - 1, *parents[1:]], range(len(names))]),
        weights=weights, f=np.arange(n).reshape(-1, 3),
    )  # fmt: skip
    assert bpy.ops.posewright.import_smplx(filepath=path, correctives=True) == {"FINISHED"}
    armature = bpy.context.object
    keys = armature.children[0].data.shape_keys.key_blocks
    assert len(keys) == 1 + 10 + 10 + 486 and not any(key.value for key in keys[1:])
    keys["Shape000"].value = 2.0
    for operator in ("fit_bones", "set_correctives", "snap_to_ground"):
        assert getattr(bpy.ops.posewright, operator)() == {"FINISHED"}, operator
    wanted = to_blender(1.2 * joints) - [0, 0, 1.2 * vertices[:, 1].min()]  # the larger body stands as well
    heads = np.array([armature.data.bones[n].head_local for n in names])
    error = float(np.abs(heads - wanted).max())
    bpy.data.objects.remove(armature)
    assert error < TOLERANCE, f"bones are {1000 * error:.3f} mm from the joints of the larger body"
    return error


def to_blender(points: np.ndarray) -> np.ndarray:
    """(..., 3) Y-up -> Z-up: (x, y, z) -> (x, -z, y)."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def rodrigues(rotvec: np.ndarray) -> np.ndarray:
    angle = float(np.linalg.norm(rotvec))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = rotvec / angle
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


def is_t_pose(body: str) -> bool:
    bones = bpy.data.objects[body].pose.bones
    return all(b.matrix_basis.is_identity or _nearly_identity(b.matrix_basis) for b in bones)


def _nearly_identity(matrix: Any) -> bool:
    return bool(np.abs(np.array(matrix) - np.eye(4)).max() < 1e-6)


def undo_and_redo(body: str) -> None:
    """Two poses are two steps: one undo gives the first pose, another the T-pose, redo the first again."""
    second = channels(body)
    bpy.ops.ed.undo()
    first = channels(body)
    assert np.abs(first - second).max() > 0.01
    assert not is_t_pose(body)
    bpy.ops.ed.undo()
    assert is_t_pose(body), "after undo the body is not in the T-pose"
    bpy.ops.ed.redo()
    assert np.abs(channels(body) - first).max() < 1e-6, "redo does not bring the pose back"


def question_moves_nothing(body: str) -> None:
    before = channels(body)
    assert bpy.ops.posewright.pose(prompt="is she balanced?") == {"FINISHED"}
    assert "balance" in session().board.latest.result.reply.lower()
    assert np.array_equal(channels(body), before)


def alternatives_and_redo_panel(body: str) -> None:
    """Several poses with pictures; half of one, mirrored, arms only."""
    assert bpy.ops.posewright.pose(prompt="waving with the right hand", mode="new", count=3) == {"FINISHED"}
    job = session().board.latest
    assert len(job.result.poses) > 1 and len(job.pictures) == len(job.result.poses)
    assert all(png.startswith(b"\x89PNG") for png in job.pictures)
    legs = bpy.data.objects[body].pose.bones["left_knee"].rotation_quaternion.copy()
    arms = {"left_arm", "right_arm"}
    assert bpy.ops.posewright.apply_result(job_id=job.id, choice=1, factor=0.5, mirror=True, parts=arms) == {"FINISHED"}
    assert bpy.data.objects[body].pose.bones["left_knee"].rotation_quaternion == legs


def keys_from_a_text(body: str) -> None:
    text = bpy.data.texts.new("keys")
    text.write("1: standing\n13: sitting on a chair\n+12: kneeling")
    assert bpy.ops.posewright.key_list(text="keys") == {"FINISHED"}
    knee = []
    for frame in (1, 13, 25):
        bpy.context.scene.frame_set(frame)
        knee.append(bpy.data.objects[body].pose.bones["left_knee"].rotation_quaternion.angle)
    assert knee[0] < 0.5 < 1.0 < min(knee[1:]), knee
    bpy.data.objects[body].animation_data_clear()


def files_and_assets(body: str) -> None:
    folder = os.environ["BLENDER_USER_RESOURCES"]
    before = channels(body)
    for suffix in (".json", ".npz", ".smpl"):
        path = os.path.join(folder, f"pose{suffix}")
        assert bpy.ops.posewright.save_pose(filepath=path) == {"FINISHED"}
        bpy.data.objects[body].pose.bones["head"].rotation_quaternion = (0.9, 0.1, 0.3, 0.2)
        assert bpy.ops.posewright.open_pose(filepath=path) == {"FINISHED"}
        assert np.abs(np.abs(channels(body)) - np.abs(before)).max() < 1e-4, suffix
    assert bpy.ops.posewright.add_pose_asset(name="kept") == {"FINISHED"}
    assert bpy.data.actions["kept"].asset_data is not None


def history_outlives_the_file() -> None:
    """Words and pose are still there after another file was opened; the pose is applied without the service."""
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.posewright.add_body()
    past = import_module(f"{MODULE}.addon.memory.remembered").past()
    entry = next(e for e in past.search(PROMPT) if e.pose is not None)
    name = body_name()
    assert is_t_pose(name)
    assert bpy.ops.posewright.apply_result(entry=entry.id) == {"FINISHED"}
    assert not is_t_pose(name)


def channels(body: str) -> np.ndarray:
    bones = bpy.data.objects[body].pose.bones
    return np.array([[*b.rotation_quaternion, *b.location] for b in bones])


# ---------------------------------------------------------------------------------------------------- the service
def session() -> Any:
    return import_module(f"{MODULE}.addon.posing.session")


def runs_from_bundled_wheels() -> bool:
    """Whether the server's packages come from the zip (in Blender they always do; a test Python may have its own)."""
    folders = import_module(f"{MODULE}.addon.service.process").wheel_folders()
    profile = os.path.realpath(os.environ["BLENDER_USER_RESOURCES"])
    return bool(folders) and all(os.path.realpath(f).startswith(profile) for f in folders)


def service_dies_on_disable() -> None:
    pid = session().service.pid
    assert pid is not None, "the service does not run"
    assert alive(pid)
    bpy.ops.preferences.addon_disable(module=MODULE)
    assert MODULE not in bpy.context.preferences.addons
    assert not hasattr(bpy.types, "POSEWRIGHT_OT_pose")
    wait_until(lambda: not alive(pid), "the service is still there after the add-on was disabled")


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:  # a zombie that nobody has waited for is dead too
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        if os.path.isdir("/proc/self"):
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(done: Callable[[], bool], complaint: str, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise AssertionError(complaint)
        time.sleep(0.05)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
