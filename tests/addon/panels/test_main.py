"""addon/panels/main.py, drawn on a layout that writes down what it is told, in every state the panel can be in."""

import types

import pytest
from fake_layout import Layout
from fake_service import result
from posewright_ext.rigs.wire import PoseResult, Statement


@pytest.fixture
def draw(addon):
    """Draws the panel and gives back what was on it."""
    import bpy
    from posewright_ext.addon.panels import main

    def drawn(width=300):
        layout = Layout()
        area = next(a for a in bpy.context.window.screen.areas if a.type == "VIEW_3D")
        region = next(r for r in area.regions if r.type == "UI")
        context = types.SimpleNamespace(
            object=bpy.context.object,
            scene=bpy.context.scene,
            window_manager=bpy.context.window_manager,
            preferences=bpy.context.preferences,
            region=types.SimpleNamespace(width=width, type=region.type),
        )
        main.POSEWRIGHT_PT_main.draw(types.SimpleNamespace(layout=layout), context)
        page = layout.page
        page.names = [name for name, _, _ in page.operators]
        page.all = " ".join(page.texts)
        return page

    return drawn


def _add_job(**fields):
    import bpy
    from posewright_ext.addon.posing import session
    from posewright_ext.rigs.wire import Pose, PoseResult

    if fields.get("result") is None and fields.pop("with_result", False):
        fields["result"] = PoseResult.from_dict(result(Pose([[0.0] * 3] * 55)))
    job = session.make_job(bpy.context, session.Wish("sit"), session.talks, running=False)
    for name, value in fields.items():
        setattr(job, name, value)
    session.board.add(job)
    return job


def test_empty_scene_offers_the_body_first(draw):
    page = draw()
    assert page.names[0] == "add_body" and "pose" not in page.names and not page.fields
    assert page.names.count("try_example") == 3
    assert "starts when needed" in page.all


def test_a_body_gets_the_words_the_button_and_three_examples(draw, body):
    page = draw()
    assert "prompt" in page.fields and "pose" in page.names
    assert page.names.count("try_example") == 3
    assert "Posewright Body" in page.all


def test_a_foreign_armature_says_why_not(draw):
    import bpy

    bpy.ops.object.armature_add()
    page = draw()
    assert "does not have SMPL-X bones" in page.all and "add_body" in page.names


def test_busy_shows_the_stage_and_cancel_instead_of_pose(draw, body):
    _add_job(stage="Solving")
    page = draw()
    assert "Solving" in page.all and "cancel" in page.names and "pose" not in page.names


def test_a_reply_is_shown_as_far_as_it_is_written(draw, body):
    _add_job(stage="Writing the reply", writing="It is this")
    page = draw(width=600)
    assert "Writing the reply" in page.all and "It is this" in page.texts


def test_done_shows_the_reply_and_what_stayed_locked(draw, body):
    import dataclasses

    job = _add_job(state="done", with_result=True, applied=True, note="Posed.", held=("head",) * 6)
    job.result = dataclasses.replace(job.result, reply="A pose. Not quite reached: left arm up.", warnings=("w",))
    page = draw(width=600)
    assert "A pose." in page.all and "left arm up" in page.all and "and 2 more" in page.all and "w" in page.texts
    assert "try_example" not in page.names


def test_what_only_the_program_knows_is_not_shown(draw, body):
    """The reply says what was asked and missed; statements inside a named pose would only puzzle an animator."""
    import dataclasses

    job = _add_job(state="done", with_result=True, applied=True)
    entry = dataclasses.replace(job.result.poses[0], unmet=(Statement("right foot facing down", False),))
    job.result = dataclasses.replace(job.result, reply="Posed.", poses=(entry,))
    assert "right foot" not in draw(width=600).all


def test_an_error_has_its_hint_and_can_be_copied(draw, body):
    from posewright_ext.addon.service.client import ServiceError

    _add_job(state="failed", error=ServiceError("It broke.", "Press Pose."))
    page = draw()
    assert "It broke." in page.texts and "Press Pose." in page.texts
    assert next(b for n, _, b in page.operators if n == "copy_text").text == "It broke. Press Pose."


def test_a_notice_is_shown_until_the_next_pose(draw, body):
    import bpy
    from posewright_ext.addon.posing import session

    with pytest.raises(RuntimeError):
        bpy.ops.posewright.pose(prompt="")
    assert "no words yet" in draw().all
    session.notice = None
    assert "no words yet" not in draw().all


def test_a_result_without_its_armature_can_be_applied_elsewhere(draw, body):
    _add_job(state="done", with_result=True, note='"X" is no longer in this file, so nothing was changed.')
    page = draw()
    assert "The pose is kept." in page.all and "apply_result" in page.names


def test_cancelled_says_that_nothing_changed(draw, body):
    _add_job(state="cancelled")
    assert "Nothing was changed" in draw().all


@pytest.mark.parametrize(
    ("state", "said", "button"),
    [
        ("stopped", "starts when needed", "start_backend"),
        ("starting", "starting", "stop_backend"),
        ("running", "running", "stop_backend"),
        ("failed", "service: failed", "start_backend"),
    ],
)
def test_the_service_shows_its_state_and_the_fitting_button(draw, state, said, button):
    from posewright_ext.addon.posing import session
    from posewright_ext.addon.service.client import ServiceError

    session.service._state = state
    session.service.error = ServiceError("No starlette.", "Install again.") if state == "failed" else None
    page = draw()
    session.service._state, session.service.error = "stopped", None
    assert said in page.all and button in page.names
    assert ("No starlette." in page.all) == (state == "failed")


def test_text_is_wrapped_to_the_width_and_cut(draw, body):
    job = _add_job(state="done", with_result=True, applied=True)
    value = job.result.to_dict() | {"reply": "word " * 400}
    job.result = PoseResult.from_dict(value)
    narrow, wide = draw(width=200), draw(width=600)
    assert max(len(t) for t in narrow.texts if t.startswith("word")) < 30
    assert sum(t.startswith("word") for t in narrow.texts) <= 12
    assert max(len(t) for t in wide.texts if t.startswith("word")) > 60


def test_with_several_characters_selected_all_of_them_can_be_posed(draw, body):
    import bpy

    assert "all_selected" not in draw().fields
    bpy.ops.posewright.add_body()
    body.select_set(True)
    assert "all_selected" in draw().fields


def test_who_was_left_out_is_said(draw, body):
    job = _add_job(state="done", with_result=True)
    job.applied, job.left_out = True, '"Hero" is in Edit Mode.'
    assert '"Hero" is in Edit Mode.' in draw().all


def test_what_is_done_to_the_body_has_a_panel_of_its_own_with_what_the_body_has(addon):
    import bpy
    from posewright_ext.addon.bodies import operators

    def names():
        layout = Layout()
        operators.POSEWRIGHT_PT_character.draw(types.SimpleNamespace(layout=layout), bpy.context)
        return [name for name, _, _ in layout.page.operators], layout.page.fields

    assert names() == (["import_smplx"], [])
    bpy.ops.posewright.add_body()  # it has shape keys, and no pose correctives
    assert names() == (["snap_to_ground", "fit_bones", "import_smplx"], ["value"] * 10)


def test_while_a_pose_is_made_the_one_before_is_still_told(draw, body):
    import dataclasses

    job = _add_job(state="done", with_result=True, applied=True)
    job.result = dataclasses.replace(job.result, reply="Posed: sit.")
    _add_job(stage="Solving")
    page = draw()
    assert "Posed: sit." in page.all and "Solving" in page.all and "cancel" in page.names


@pytest.mark.parametrize(
    ("count", "width", "columns"), [(2, 230, 2), (4, 230, 2), (4, 400, 4), (6, 230, 3), (8, 230, 3)]
)
def test_pictures_of_alternatives_stand_in_full_rows_and_fit_the_panel(addon, count, width, columns):
    from posewright_ext.addon.panels.main import _cells

    found, scale = _cells(count, width)
    assert found == columns and 60 <= 20 * scale <= 130 and found * 20 * scale <= width + 1
