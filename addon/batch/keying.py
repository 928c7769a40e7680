"""Batch keyframing in Blender: starts a batch, and in small slices of the main thread turns its poses into keys.

Nothing of the scene changes until all keys are written into an action that nothing uses; one operator then hands that
to the armature, which is the one undo step. Cancelling before that leaves the scene as it was.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import bpy

from ..posing import session
from ..posing.asking import CannotAsk
from ..service.client import ServiceError
from ..settings import preferences
from .jobs import CANCELLED, DONE, FAILED, READY, Batch, Posed, work

if TYPE_CHECKING:
    from ..rig.armature import Target
    from .holding import Stretch
    from .key_writing import Channel, Draft, KeyStyle, Snapshot

_AT_ONCE: Final = 4  # curves between two looks at the clock
SLICE_SECONDS: Final = 0.006  # of one tick; Blender's own drawing comes on top

current: Work | None = None
"""The batch at work, or the last one."""
refused: ServiceError | None = None
"""What kept the last wish from becoming a batch, for the panel."""


@dataclass(eq=False)
class Work:
    """A batch and what it is for. draft: the action it writes into; curves: those to write; written: how many are.

    held: over how many stretches feet are held already.
    """

    batch: Batch
    target: Target
    style: KeyStyle
    note: str = ""
    draft: Draft | None = None
    curves: list[tuple[Channel, int]] = field(default_factory=list)
    written: int = 0
    held: int = 0


def begin(
    context: bpy.types.Context,
    ask: Callable[[Any, Batch], Posed],
    style: KeyStyle,
    *,
    plant: bool,
) -> Work:
    """Start a batch for the character that the user means; in background mode it is finished when this returns.

    Args:
        ask: gets the poses; runs in the worker. plant: let feet that bear in two poses one after the other stay.

    Raises:
        CannotAsk: another one is at work, or there is nobody to pose.
    """
    global current
    from ..rig.armature import CannotPose, Target, check_usable, find_armature
    from .key_writing import snapshot

    if current is not None and current.batch.busy:
        raise CannotAsk("Keys are being made already.", "Wait for them, or press Cancel.")
    armature = find_armature(context)
    if armature is None:
        raise CannotAsk("There is nothing to pose.", "Select an armature with SMPL-X bones, or press Add Body.")
    try:
        check_usable(armature)
        rig = snapshot(armature)
    except (CannotPose, FileNotFoundError) as error:
        raise CannotAsk(str(error)) from None
    batch = Batch(preferences.launch_plan(), ask, lambda posed: prepared(rig, posed, plant=plant))
    current = Work(batch, Target.of(armature), style)
    if bpy.app.background:
        work(batch, session.service)
        _advance(current, budget=float("inf"))
    else:
        threading.Thread(target=work, args=(batch, session.service), name="posewright-batch", daemon=True).start()
        bpy.app.timers.register(_tick, first_interval=session.TICK, persistent=True)
    return current


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the main thread writes: channels of bones, and the stretches over which feet are held."""

    rig: Snapshot
    channels: list[Channel]
    stretches: tuple[Stretch, ...] = ()


def prepared(rig: Snapshot, posed: Posed, *, plant: bool) -> Prepared:
    """The poses as channels of the armature's bones; arithmetic only, for the worker."""
    from ..rig.bodydata import load_body
    from .holding import Stretch
    from .key_writing import channels_of
    from .planting import planted

    if not plant:
        return Prepared(rig, channels_of(rig, posed.rotvecs, posed.transl))
    body = load_body()
    along = planted(body.joints, body.stand, posed.rotvecs, posed.transl)
    stretches = tuple(
        Stretch((posed.frames[t], posed.frames[t + 1]), held, along.feet[t : t + 2])
        for t, held in enumerate(along.held)
        if held.any()
    )
    return Prepared(rig, channels_of(rig, posed.rotvecs, along.transl), stretches)


def cancel() -> bool:
    """Stop the batch; False when there is none at work."""
    if current is None or not current.batch.busy:
        return False
    current.batch.wants_stop.set()
    if current.batch.state == READY:  # the worker has ended; what is written so far goes
        drop(current, CANCELLED, "Cancelled. Nothing was changed.")
    return True


def shut_down() -> None:
    """When the add-on ends."""
    cancel()
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)


def _tick() -> float | None:
    if current is None:
        return None
    _advance(current, SLICE_SECONDS)
    session.redraw()
    return 0.01 if current.batch.state == READY else session.TICK if current.batch.busy else None


def _advance(it: Work, budget: float) -> None:
    """Write keys for `budget` seconds; hand them over when all are written."""
    batch = it.batch
    if batch.state == CANCELLED:
        it.note = it.note or "Cancelled. Nothing was changed."
    if batch.state != READY:
        return
    from .key_writing import DraftLost

    try:
        _write(it, budget)
        if it.written == len(it.curves) and _hold(it, budget):
            _hand_over(it)
    except DraftLost:
        drop(it, CANCELLED, "The scene was undone or closed while keys were written, so nothing was changed.")
    except ServiceError as error:
        batch.error = error
        drop(it, FAILED, error.message)


def _write(it: Work, budget: float) -> None:
    """Write curves for `budget` seconds, one at least; the first time, begin the action."""
    from .key_writing import begin_action, curves_of, write_curves

    if it.draft is None:
        it.draft, it.curves = begin_action(_armature(it), it.style), curves_of(it.batch.prepared.channels)
    assert it.batch.posed is not None
    until = time.perf_counter() + budget
    while it.written < len(it.curves):
        some = it.curves[it.written : it.written + _AT_ONCE]
        write_curves(it.draft, it.batch.posed.frames, some, it.style)
        it.written += len(some)
        it.batch.part = it.written / len(it.curves)
        if time.perf_counter() > until:
            return


def _hold(it: Work, budget: float) -> bool:
    """Hold feet between poses for `budget` seconds; True when all are. Poses that are held themselves need nothing."""
    from ..rig.bodydata import load_body
    from .holding import hold_feet

    assert it.draft is not None
    work = it.batch.prepared
    stretches = work.stretches if it.style.interpolation != "CONSTANT" else ()
    until = time.perf_counter() + budget
    while it.held < len(stretches):
        hold_feet(it.draft, work.rig, load_body().joints, stretches[it.held])
        it.held += 1
        if time.perf_counter() > until:
            break
    return it.held >= len(stretches)


def _armature(it: Work) -> bpy.types.Object:
    from ..rig.armature import CannotPose

    try:
        return it.target.resolve()
    except CannotPose as error:
        raise CannotAsk(str(error)) from None


def _hand_over(it: Work) -> None:
    """Through an operator with the undo flag: the one undo step."""
    it.batch.state = DONE
    window = bpy.context.window or next(iter(bpy.context.window_manager.windows), None)
    if window is None:
        bpy.ops.posewright.adopt_keys()
    else:
        with bpy.context.temp_override(window=window):
            bpy.ops.posewright.adopt_keys("EXEC_DEFAULT", True)


def adopt_written(it: Work) -> None:
    """Let the armature play what was written.

    Raises:
        CannotAsk: the armature or the action has gone.
    """
    from .key_writing import DraftLost, adopt

    try:
        assert it.draft is not None
        adopt(_armature(it), it.draft)
    except DraftLost:
        raise CannotAsk("The keys are no longer there: the scene was undone or closed.", "Make them again.") from None
    assert it.batch.posed is not None
    missed = it.batch.posed.failures
    it.note = f"{len(it.batch.posed.frames)} keys for “{it.target.name}”." + (
        f" Not posed: {'; '.join(missed[:3])}{' …' if len(missed) > 3 else ''}" if missed else ""
    )


def drop(it: Work, state: str, note: str) -> None:
    """Give up: what was written goes, the scene is as it was."""
    from .key_writing import DraftLost

    it.note, it.batch.state = note, state
    with suppress(DraftLost):
        if it.draft is not None:
            action, _ = it.draft.resolve()
            bpy.data.actions.remove(action)
