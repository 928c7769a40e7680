"""The known traps of Blender add-ons for posing, each with the tests that hold it. What no other file holds is here.

| trap | held by |
|---|---|
| 1 a zip that builds and is empty | test_extension: contents of the zip, install in each Blender |
| 2 `__package__` is not the key of the preferences | here |
| 3 network in `execute` or a timer freezes the window | here: the main thread never talks to the service |
| 4 bpy in a worker thread | here: modules of the worker know no bpy |
| 5 the redo panel asks again | test_jobs |
| 6 no undo step of its own | test_jobs, test_many_characters, test_ground |
| 7 stale references after undo, load, delete | test_mid_job, test_batch |
| 8 nothing modal fires without a window | test_jobs: every test poses in background mode |
| 9 a timer left behind hangs Blender's end | test_registration, test_jobs |
| 10 timers and window properties die with File > Open | here: persistent timers; test_history_panel, test_history |
| 11 API that differs by version | here: one module asks; test_extension in each Blender |
| 12 an action without a slot plays nothing | test_batch, test_smplx_import (shape keys), test_pose_assets |
| 13 the Render Result has no pixels | test_pictures |
| 14 no GPU, no clipboard without a window | test_pictures |
| 15 a proxy catches the loopback | test_client |
| 16 ports, respawn storms, orphans | test_process, test_serve of the backend |
| 17 pip into Blender's Python | here; test_process: clean environment |
| 18 online access | here: posing connects to this computer only |
| 19 the licence of SMPL-X | here: no model data is in what we ship |
| 20 axes, units, the root bone | test_foreign_rigs, test_armature |
| 21 flat or relaxed hands | test_foreign_rigs, test_smplx_import |
| 22 rotation modes and locks | test_armature |
| 23 quaternions that change sign between keys | here for single keys, test_batch for many |
| 24 A-pose, roll, FK switches | test_retarget (refused), test_armature (any roll), test_rigmap (other rigs) |
| 25 other add-ons' side effects, names and slider ranges | here; test_smplx_import: ranges are widened |
"""

import ast
import re
import socket
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from fake_service import result
from posewright_ext.rigs.wire import Pose

ROOT = Path(__file__).resolve().parents[2]
ADDON = sorted((ROOT / "addon").rglob("*.py"))

HELD = {
    1: (
        "test_extension.py::test_the_zip_has_what_is_needed_and_nothing_else",
        "test_extension.py::test_install_enable_pose_undo_disable",
    ),
    2: ("addon/test_traps.py::test_preferences_are_kept_under_the_name_of_the_extension",),
    3: ("addon/test_traps.py::test_the_main_thread_never_talks_to_the_service",),
    4: ("addon/test_traps.py::test_what_runs_in_the_worker_knows_no_bpy",),
    5: ("addon/posing/test_session.py::test_the_redo_panel_blends_mirrors_and_limits_the_kept_result",),
    6: (
        "addon/posing/test_session.py::test_a_pose_is_exactly_one_undo_step",
        "addon/posing/test_session.py::test_a_threaded_job_is_applied_by_the_tick_through_the_operator",
        "addon/posing/test_many_characters.py::test_all_selected_get_the_pose_each_in_its_place_in_one_undo_step",
        "addon/bodies/test_ground.py::test_it_is_one_undo_step_and_keyed_with_auto_key",
    ),
    7: (
        "addon/posing/test_mid_job.py::test_nothing_changes_and_it_is_said",
        "addon/batch/test_keying.py::test_a_file_opened_in_the_middle_ends_the_work_politely",
        "addon/batch/test_keying.py::test_an_armature_gone_or_busy_in_the_middle_gets_no_keys_and_it_is_said",
    ),
    8: ("addon/posing/test_session.py::test_words_become_a_pose",),
    9: (
        "addon/test_registration.py::test_enabling_is_quick_and_loads_neither_numpy_nor_network",
        "addon/posing/test_session.py::test_unregistering_ends_service_timer_and_threads",
    ),
    10: (
        "addon/test_traps.py::test_every_timer_outlives_opening_a_file",
        "addon/posing/test_drafts.py::test_the_draft_survives_opening_a_file",
        "addon/memory/test_history.py::test_entries_survive_a_restart_newest_first",
    ),
    11: (
        "addon/test_traps.py::test_only_one_module_asks_which_blender_this_is",
        "test_extension.py::test_install_enable_pose_undo_disable",
    ),
    12: (
        "addon/batch/test_keying.py::test_a_list_becomes_keys_that_play",
        "addon/bodies/test_smplx_import.py::test_correctives_are_keyed_with_auto_key_and_play",
        "addon/files/test_operators.py::test_a_pose_in_the_library_has_its_words_and_gives_the_pose_back",
    ),
    13: ("addon/photos/test_pictures.py::test_the_render_is_sent_and_the_scene_keeps_its_settings",),
    14: ("addon/photos/test_pictures.py::test_without_a_window_the_viewport_cannot_be_looked_at",),
    15: ("addon/service/test_client.py::test_token_and_protocol_are_sent_and_proxies_ignored",),
    16: (
        "addon/service/test_process.py::test_starts_from_many_threads_make_one_process",
        "addon/service/test_process.py::test_a_service_that_cannot_start_says_why_and_is_not_tried_again_by_itself",
        "addon/service/test_process.py::test_the_token_is_needed_and_is_not_in_the_arguments",
        "backend/test_serve.py::test_it_ends_when_its_parent_ends",
    ),
    17: (
        "addon/test_traps.py::test_nothing_is_installed_into_blenders_python",
        "addon/service/test_process.py::test_the_environment_is_clean_and_says_where_the_code_is",
    ),
    18: ("addon/test_traps.py::test_posing_connects_to_this_computer_only",),
    19: ("addon/test_traps.py::test_nothing_of_the_licensed_model_is_in_what_we_ship",),
    20: (
        "addon/rig/test_foreign_rigs.py::test_bones_are_where_kinematics_says_wherever_the_object_is",
        "addon/rig/test_foreign_rigs.py::test_a_keyed_root_of_minus_90_degrees_is_kept_and_made_up_for",
        "addon/rig/test_armature.py::test_a_root_bone_that_turns_and_moves_the_body_still_does",
    ),
    21: (
        "addon/rig/test_foreign_rigs.py::test_theta_is_the_bones_own_rotation_on_both_with_absolute_hands",
        "addon/bodies/test_smplx_import.py::test_the_mesh_is_the_one_of_the_smplx_package",
    ),
    22: (
        "addon/rig/test_armature.py::test_every_rotation_mode_is_written_and_read_and_kept",
        "addon/rig/test_armature.py::test_fully_locked_bones_stay_and_are_named",
        "addon/rig/test_armature.py::test_locks_of_four_components_keep_those",
        "addon/rig/test_armature.py::test_auto_key_keys_the_channel_of_the_mode",
    ),
    23: (
        "addon/test_traps.py::test_curves_between_two_keyed_poses_take_the_short_way",
        "addon/batch/test_keying.py::test_quaternions_never_take_the_long_way",
    ),
    24: (
        "addon/rig/test_retarget.py::test_a_rest_pose_with_lowered_arms_or_bent_knees_is_refused_and_the_limb_named",
        "addon/rig/test_armature.py::test_bones_of_our_body_are_where_forward_kinematics_says",
        "addon/rig/test_rigmap.py::test_an_armature_without_all_required_bones_is_unknown",
    ),
    25: (
        "addon/test_traps.py::test_every_name_is_our_own_and_no_other_addon_is_called",
        "addon/bodies/test_smplx_import.py::test_correctives_widen_the_range_of_keys_from_other_addons",
    ),
}
"""Trap -> tests, as paths from tests/."""


@pytest.mark.parametrize("trap", range(1, 26))
def test_every_trap_has_tests_that_are_there(trap):
    for name in HELD[trap]:
        path, _, function = name.partition("::")
        assert re.search(rf"^def {function}\(", (ROOT / "tests" / path).read_text(encoding="utf-8"), re.MULTILINE), name
    assert re.search(rf"^\| {trap} ", __doc__, re.MULTILINE)


def trees():
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in ADDON]


def dotted(node):
    """a.b.c of nested attributes; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


# ------------------------------------------------------------------------------------------------- 2
def test_preferences_are_kept_under_the_name_of_the_extension(addon):
    import bpy
    from posewright_ext.addon import ROOT as KEY
    from posewright_ext.addon.engines.preferences_panel import PosewrightPreferences

    assert KEY == addon.__name__ == PosewrightPreferences.bl_idname
    assert bpy.context.preferences.addons[KEY].preferences.auto_start is True
    users = {path for path, tree in trees() for n in ast.walk(tree) if getattr(n, "id", "") == "__package__"}
    allowed = {ROOT / "addon/__init__.py", ROOT / "addon/headless/__main__.py"}  # headless is a program of its own
    assert users <= allowed


# ------------------------------------------------------------------------------------------------- 3, 4
def test_the_main_thread_never_talks_to_the_service(fake, body, monkeypatch):
    from posewright_ext.addon.posing import session
    from posewright_ext.addon.service.client import ServiceClient

    talked = []
    for name in ("submit", "status", "health"):
        original = getattr(ServiceClient, name)

        def spied(self, *args, _original=original, **options):
            talked.append(threading.current_thread())
            return _original(self, *args, **options)

        monkeypatch.setattr(ServiceClient, name, spied)
    import bpy

    fake.behave(answer=result(Pose(np.zeros((55, 3)))), delay=0.3)
    job = session.make_job(bpy.context, session.Wish("sit"), session.talks, running=False)
    session.board.start(job)  # what a press of Pose does in a window
    assert job.busy  # and it is back before there is an answer
    deadline = time.monotonic() + 15
    while session._tick() is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert job.applied and talked and threading.main_thread() not in talked


def used_by(path):
    """Modules of the add-on that a module of it imports, as paths, wherever the imports stand."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            yield from {base.with_suffix(".py"), *(base / f"{a.name}.py" for a in node.names)} & set(ADDON)


def test_what_runs_in_the_worker_knows_no_bpy():
    starts = {ROOT / f"addon/{name}.py" for name in ("service/jobs", "service/client", "service/process", "batch/jobs")}
    seen, todo = set(), set(starts)
    while todo:
        path = todo.pop()
        seen.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not {a.name.partition(".")[0] for a in node.names} & {"bpy", "mathutils", "gpu"}, path
            elif isinstance(node, ast.ImportFrom):
                assert (node.module or "").partition(".")[0] not in ("bpy", "mathutils", "gpu"), path
        todo |= set(used_by(path)) - seen
    assert starts <= seen
    assert ROOT / "addon/service/client.py" in used_by(ROOT / "addon/batch/jobs.py")  # imports of other rooms are seen


# ------------------------------------------------------------------------------------------------- 10, 11
def test_every_timer_outlives_opening_a_file():
    calls = [n for _, tree in trees() for n in ast.walk(tree) if isinstance(n, ast.Call)]
    timers = [call for call in calls if dotted(call.func).endswith("timers.register")]
    assert timers
    for call in timers:
        assert {k.arg: getattr(k.value, "value", None) for k in call.keywords}.get("persistent") is True


def test_only_one_module_asks_which_blender_this_is():
    for path, tree in trees():
        names = {dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        asks = {n for n in names if n.startswith("bpy.app.version")}
        legacy = {n for n in names if n.endswith(("action.fcurves", "action.groups", "bone.select"))}
        assert not asks | legacy or path.name == "compat.py", path.name


# ------------------------------------------------------------------------------------------------- 17, 18, 19
def test_nothing_is_installed_into_blenders_python():
    for path, tree in trees():
        imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        imported |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == 0}
        assert not {name.partition(".")[0] for name in imported} & {"pip", "ensurepip", "site"}, path.name


def test_posing_connects_to_this_computer_only(fake, body, monkeypatch):
    import bpy

    reached = []
    connect = socket.socket.connect

    def spied(self, address):
        reached.append(address)
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", spied)
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: _local(host, *a))
    assert bpy.ops.posewright.pose(prompt="sit") == {"FINISHED"}
    assert reached and {address[0] for address in reached} == {"127.0.0.1"}
    assert not bpy.app.online_access  # and it worked without


def _local(host, port, *_rest):
    assert host == "127.0.0.1", f"the name {host} was looked up"
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]


def test_nothing_of_the_licensed_model_is_in_what_we_ship():
    smplx_vertices = 10_475
    folders = [ROOT / name for name in ("addon", "rigs", "backend")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert not [p for p in files if re.match(r"(SMPL|MANO|FLAME)", p.name) or p.suffix in (".pkl", ".blend")]
    archives = [path for path in files if path.suffix == ".npz"]
    assert ROOT / "rigs" / "body.npz" in archives
    for path in archives:
        with np.load(path, allow_pickle=False) as data:
            shapes = {name: data[name].shape for name in data.files}
        assert not {"posedirs", "J_regressor", "kintree_table"} & set(shapes), path.name
        assert not [name for name, shape in shapes.items() if smplx_vertices in shape], path.name


# ------------------------------------------------------------------------------------------------- 23
def test_curves_between_two_keyed_poses_take_the_short_way(body):
    """3.0 and 3.3 rad about one axis are 0.3 rad apart; as quaternions from a rotvec they are nearly opposite."""
    import bpy
    from posewright_ext.addon.rig import armature

    scene, tools = bpy.context.scene, bpy.context.scene.tool_settings
    tools.use_keyframe_insert_auto = True
    try:
        for frame, angle in ((1, 3.0), (11, 3.3)):
            scene.frame_set(frame)
            rotvecs = np.zeros((55, 3))
            rotvecs[18] = [0.0, -angle, 0.0]
            armature.apply_pose(bpy.context, body, Pose(rotvecs, [0.0, 0.9, 0.0]))
    finally:
        tools.use_keyframe_insert_auto = False
    for frame in range(1, 12):
        scene.frame_set(frame)
        turned = armature.read_pose(body).rotvecs[18]
        assert np.cos(np.linalg.norm(turned)) < np.cos(2.9)  # always between the two, never back through zero


# ------------------------------------------------------------------------------------------------- 25
def test_every_name_is_our_own_and_no_other_addon_is_called(addon):
    from posewright_ext.addon import registration

    for cls in registration.CLASSES:
        name = getattr(cls, "bl_idname", cls.__name__)
        ours = name.startswith(("posewright.", "POSEWRIGHT_")) or name == addon.__name__
        assert ours or cls.__name__.startswith("Posewright"), cls
    blenders = {
        "ed",
        "wm",
        "object",
        "image",
        "render",
        "screen",
        "view3d",
        "file",
        "preferences",
        "text",
        "posewright",
    }
    for path, tree in trees():
        called = {
            dotted(n).split(".")[2]
            for n in ast.walk(tree)
            if dotted(n).startswith("bpy.ops.") and dotted(n).count(".") == 3
        }
        assert called <= blenders, f"{path.name}: {called - blenders}"
