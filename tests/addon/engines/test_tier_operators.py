"""addon/engines: tier_operators.py, tier_work.py and preferences_panel.py: what a user is told and may press."""

import sys

import pytest
from fake_layout import Layout
from posewright_ext.addon.tiers import catalogue
from posewright_ext.addon.tiers.catalogue import Installed


@pytest.fixture
def work(addon, monkeypatch, tmp_path):
    """The state of the tiers, in a folder of its own and forgotten afterwards."""
    from posewright_ext.addon.engines import tier_work
    from posewright_ext.addon.settings import preferences

    monkeypatch.setattr(preferences, "user_folder", lambda: tmp_path)
    monkeypatch.setattr(preferences, "online", lambda: True)
    for name, value in (("latest", None), ("interpreter", None), ("python_error", None), ("removed", "")):
        monkeypatch.setattr(tier_work, name, value)
    tier_work.forget_record()
    yield tier_work
    tier_work.forget_record()


def _drawn():
    import bpy
    from posewright_ext.addon.engines import preferences_panel
    from posewright_ext.addon.settings import preferences

    layout = Layout()
    preferences_panel.draw_preferences(layout, bpy.context, preferences.own())
    page = layout.page
    page.all, page.names = " ".join(page.texts), [name for name, _, _ in page.operators]
    return page


def test_nothing_is_set_up_at_first(work):
    page = _drawn()
    assert page.names.count("set_up_tier") == len(catalogue.TIERS) and "remove_tier" not in page.names
    assert "Not set up." in page.all and "Nothing leaves this computer." in page.texts


def test_offline_says_why_nothing_can_be_set_up(work, monkeypatch):
    import bpy
    from posewright_ext.addon.settings import preferences

    monkeypatch.setattr(preferences, "online", lambda: False)
    assert not bpy.ops.posewright.set_up_tier.poll()
    assert "stay offline" in _drawn().all


def test_a_chosen_python_is_looked_at(work):
    import bpy
    from posewright_ext.addon.settings import preferences

    preferences.own().python = sys.executable
    assert bpy.ops.posewright.check_python() == {"FINISHED"}
    assert ".".join(map(str, sys.version_info[:3])) in _drawn().all
    preferences.own().python = "/no/such/python"
    with pytest.raises(RuntimeError, match="no file /no/such/python"):
        bpy.ops.posewright.check_python()
    assert "no file" in _drawn().all


def test_a_set_up_that_fails_tells_a_script_and_the_panel(work):
    import bpy
    from posewright_ext.addon.settings import preferences

    preferences.own().python = "/no/such/python"
    with pytest.raises(RuntimeError, match="no file /no/such/python"):
        bpy.ops.posewright.set_up_tier(tier="photo")
    page = _drawn()
    assert "no file" in page.all and "open_setup_log" in page.names and "set_up_tier" in page.names


def test_a_set_up_at_work_shows_stage_time_and_cancel(work):
    import bpy
    from posewright_ext.addon.tiers.setup import SetUp, SetUpPlan

    folder = work.preferences.user_folder()
    plan = SetUpPlan(catalogue.TIERS["photo"], "", folder, folder, folder / "c", folder / "log")
    work.latest = SetUp(plan, stage="Downloading numpy (18 MB)", fraction=0.5, step=1, steps=5)
    page = _drawn()
    assert "Downloading numpy" in page.all and "step 2 of 5" in page.all and "0:00" in page.all
    assert "cancel_set_up" in page.names and not bpy.ops.posewright.set_up_tier.poll()
    assert bpy.ops.posewright.cancel_set_up() == {"FINISHED"} and work.latest.wants_stop.is_set()
    work.latest.state = "cancelled"
    assert "has been removed" in _drawn().all


def test_a_broken_tier_asks_for_repair_and_can_be_removed(work):
    import bpy

    catalogue.write_record(work.preferences.user_folder(), {"photo": Installed("3.12.4", "/p", 310_000_000)})
    page = _drawn()
    assert "Needs repair. Its folder is gone." in page.all and "remove_tier" in page.names
    assert bpy.ops.posewright.remove_tier(tier="photo") == {"FINISHED"}
    assert "Photos and Videos removed" in _drawn().all and not work.record()


def test_a_photo_tier_that_reads_no_videos_says_so(work, monkeypatch):
    monkeypatch.setattr(work, "ready", lambda name: name == "photo")
    assert "Videos cannot be read" in _drawn().all
    packages = "Lib/site-packages" if sys.platform == "win32" else "lib/python3.12/site-packages"
    (work.preferences.user_folder() / "env-photo" / packages / "av").mkdir(parents=True)
    assert "Videos cannot be read" not in _drawn().all


def test_another_computer_is_named_with_what_it_gets(work):
    own = work.preferences.own()
    own.writer_url = "https://llm.example.org/v1"
    assert "llm.example.org is another computer" in _drawn().all and "nothing is sent" in _drawn().all
    own.writer_remote = "pictures"
    assert "your pictures are sent to llm.example.org" in _drawn().all


def test_the_question_says_size_and_folder(work):
    import bpy
    from posewright_ext.addon.engines import tier_operators

    layout = Layout()
    tier_operators.draw_question(layout, bpy.context, catalogue.TIERS["photo"])
    told = " ".join(layout.page.texts)
    assert "150 MB to download" in told and "400 MB on disk" in told
    assert "env-photo" in told.replace(" ", "") and "Nothing is installed into Blender" in told


def test_the_pictures_panel_offers_what_is_missing(work):
    import bpy
    from posewright_ext.addon.engines import panel

    layout = Layout()
    panel.draw_missing_tier(layout, bpy.context, "photo")
    assert [b.tier for name, _, b in layout.page.operators if name == "set_up_tier"] == ["photo"]


def _restarted(fake, monkeypatch, work, change):
    """Whether a running service is another process after a change of the tiers, started by the plan of then."""
    from posewright_ext.addon.posing import session
    from posewright_ext.addon.settings import preferences

    monkeypatch.setattr(preferences, "launch_planner", lambda: fake.plan)
    session.service.start(fake.plan())
    before = session.service.pid
    change()
    return session.service.state == "running" and session.service.pid != before


def test_a_running_service_is_restarted_with_a_new_tier(work, fake, monkeypatch):
    """The environment itself is the matter of tiers/test_setup.py: here it is only put in its place."""
    from posewright_ext.addon.posing import session

    stopped = []

    class PutInPlace(work.SetUp):
        def run(self):
            self.before_swap()
            stopped.append(session.service.state)
            self.state = "done"

    monkeypatch.setattr(work, "SetUp", PutInPlace)
    assert _restarted(fake, monkeypatch, work, lambda: work.set_up("photo"))
    assert stopped == ["stopped"]


def test_a_running_service_is_restarted_without_a_removed_tier(work, fake, monkeypatch):
    catalogue.write_record(work.preferences.user_folder(), {"photo": Installed("3.12.4", "/p", 1)})
    assert _restarted(fake, monkeypatch, work, lambda: work.remove("photo"))
    assert not work.record()


def test_disabling_the_add_on_cancels_a_set_up(work):
    from posewright_ext.addon.tiers.setup import SetUp, SetUpPlan

    folder = work.preferences.user_folder()
    work.latest = SetUp(SetUpPlan(catalogue.TIERS["photo"], "", folder, folder, folder / "c", folder / "log"))
    work.shut_down()
    assert work.latest.wants_stop.is_set()
