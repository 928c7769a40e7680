"""addon/settings/preferences.py: the plan of the service that follows from preferences and tiers."""

from posewright_ext.addon.tiers import catalogue
from posewright_ext.addon.tiers.catalogue import TIERS, Installed
from tier_makers import make_environment


def test_the_service_runs_on_one_tier_and_sees_the_packages_of_the_others(tmp_path, addon, monkeypatch):
    from posewright_ext.addon.settings import preferences

    monkeypatch.setattr(preferences, "user_folder", lambda: tmp_path)
    assert preferences.launch_plan().python == ""
    made = {name: Installed("3.12.4", "/usr/bin/python3.12", 1) for name in TIERS}
    catalogue.write_record(tmp_path, made)
    photo, llm = (make_environment(tmp_path, name) for name in ("photo", "llm"))
    plan = preferences.launch_plan()
    assert plan.python == str(catalogue.python_in(photo)) and plan.packages == (catalogue.packages_in(llm),)
    assert dict(plan.settings)["POSEWRIGHT_MODELS"] == str(catalogue.models_in(photo))
    catalogue.write_record(tmp_path, made | {"llm": Installed("3.13.1", "/usr/bin/python3.13", 1)})
    assert preferences.launch_plan().packages == ()  # packages of another Python do not fit


def test_a_python_that_has_everything_goes_before_the_tiers(tmp_path, addon, monkeypatch):
    from posewright_ext.addon.settings import preferences

    monkeypatch.setattr(preferences, "user_folder", lambda: tmp_path)
    catalogue.write_record(tmp_path, {"photo": Installed("3.12.4", "/usr/bin/python3.12", 1)})
    make_environment(tmp_path, "photo")
    own = preferences.own()
    own.python = "/somewhere/python"
    assert preferences.launch_plan().python != "/somewhere/python"  # chosen to set tiers up with
    own.use_python = True
    assert preferences.launch_plan().python == "/somewhere/python"
