"""What goes on with the tiers in this session: the set-up at work, the last one, and the last look at a Python.

Main thread only, except what the workers of `session.chore` do. Drawing reads from here.
"""

from __future__ import annotations

import atexit
import time
from typing import Final

import bpy

from ..posing import session
from ..service.client import ServiceError
from ..settings import preferences
from ..tiers.catalogue import TIERS, Installed, broken, leftovers, packages_in, read_record, said_size
from ..tiers.interpreters import Interpreter, examine, find
from ..tiers.removal import remove_tier
from ..tiers.setup import SetUp, SetUpPlan

_POSING_SECONDS: Final = 60.0  # how long a job may still use the service that a new tier replaces

latest: SetUp | None = None
interpreter: Interpreter | None = None
python_error: ServiceError | None = None
removed: str = ""
"""What the last removal came to, in words."""
_record: tuple[float, dict[str, Installed]] = (0.0, {})


def record() -> dict[str, Installed]:
    """The tiers that are set up; read again at most once a second, for drawing asks all the time."""
    global _record
    if time.monotonic() - _record[0] > 1.0:
        _record = (time.monotonic(), read_record(preferences.user_folder()))
    return _record[1]


def forget_record() -> None:
    global _record
    _record = (0.0, {})


def busy() -> SetUp | None:
    """The set-up at work."""
    return latest if latest is not None and latest.busy else None


def state_of(name: str) -> str:
    """A tier's state in words."""
    work, tier, known = latest, TIERS[name], record().get(name)
    if work is not None and work.plan.tier.name == name and work.busy:
        return f"Setting up: {work.stage}"
    if known is not None:
        fault = broken(preferences.user_folder(), tier)
        return f"Needs repair. {fault}" if fault else f"Set up ({said_size(known.size)}, Python {known.python})"
    if has_leftovers(name):
        return "Not set up. Something of an interrupted set-up is left"
    return "Not set up"


def has_leftovers(name: str) -> bool:
    """Whether an interrupted set-up of this tier has left something."""
    folder = TIERS[name].folder
    return any(path.name.startswith(folder) for path in leftovers(preferences.user_folder(), record()))


def reads_videos() -> bool:
    """Whether the photo tier got what reads videos, which it can do without."""
    packages = packages_in(preferences.user_folder() / TIERS["photo"].folder)
    return packages is not None and (packages / "av").is_dir()


def ready(name: str) -> bool:
    """Whether a tier is set up and whole."""
    return name in record() and not broken(preferences.user_folder(), TIERS[name])


def look_at_python() -> None:
    """Ask the chosen Python, or look for one; the answer is in `interpreter` or `python_error`."""
    chosen = preferences.chosen_python()

    def look() -> None:
        global interpreter, python_error
        try:
            found = examine(chosen) if chosen else find()
        except ServiceError as error:
            interpreter, python_error = None, error
        else:
            interpreter, python_error = found, None

    session.chore(look)


def set_up(name: str) -> None:
    """Start setting a tier up; the service is restarted with it if it runs."""
    global latest, removed
    if latest is None:
        atexit.register(shut_down)  # closing Blender must not leave pip at work
    removed = ""
    chosen, folder, plan_of = preferences.chosen_python(), preferences.user_folder(), preferences.launch_planner()
    code, pins, log = preferences.CODE_FOLDER, preferences.CONSTRAINTS, preferences.setup_log_path()
    was_running = False

    def stop_service() -> None:
        nonlocal was_running
        was_running = session.service.state == "running"
        deadline = time.monotonic() + _POSING_SECONDS
        while session.board.busy is not None and time.monotonic() < deadline:
            time.sleep(0.1)
        session.service.stop()

    work = SetUp(SetUpPlan(TIERS[name], chosen, folder, code, pins, log), stop_service)
    latest = work

    def run() -> None:
        work.run()
        forget_record()
        if was_running:
            session.service.start(plan_of())

    session.chore(run)


def remove(name: str) -> None:
    """Remove a tier; a service that runs is stopped first and started again without it."""
    folder, plan_of = preferences.user_folder(), preferences.launch_planner()

    def run() -> None:
        global removed
        was_running = session.service.state == "running"
        session.service.stop()
        try:
            removed = f"{TIERS[name].title} removed: {said_size(remove_tier(folder, TIERS[name]))} freed."
        except ServiceError as error:
            removed = f"{error.message} {error.hint}"
        forget_record()
        if was_running:
            session.service.start(plan_of())

    session.chore(run)


def shut_down() -> None:
    """When the add-on ends: a set-up at work is cancelled, with all its processes."""
    work = busy()
    if work is None:
        return
    work.cancel()
    deadline = time.monotonic() + 2.0
    while work.busy and time.monotonic() < deadline and not bpy.app.background:
        time.sleep(0.02)  # what is half there is removed
