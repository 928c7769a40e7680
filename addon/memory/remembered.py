"""What the add-on remembers: the conversation about each character, and the history on disk. Main thread only."""

from __future__ import annotations

from ..service.jobs import DONE, Job
from ..settings import preferences
from .conversation import Talks
from .history import Entry, History

talks = Talks()
_past: History | None = None


def past() -> History:
    """The history, read from disk when it is first looked at."""
    global _past
    if _past is None:
        _past = History(preferences.user_folder() / "history.json")
    return _past


def remember(job: Job) -> None:
    """Put what was said and what came of it into the character's conversation and into the history."""
    from ...rigs.wire import ImageFile

    if job.result is None:
        return
    after = job.result.poses[0].pose if job.result.poses else None
    talks.of(job.target.session_uid).add(job.said, job.request.start, job.result.reply, after)
    seen = job.request.image.path if isinstance(job.request.image, ImageFile) else ""
    pose = after.to_dict() if after is not None else None
    past().add(Entry(job.said, job.result.reply, pose, seen, job.result.engine))


def kept_job(entry_id: str) -> Job | None:
    """A finished job with the pose of an entry of the history, for nobody yet; None where no pose can be read there."""
    import numpy as np

    from ...rigs.skeleton import N_JOINTS
    from ...rigs.wire import Pose, PoseEntry, PoseRequest, PoseResult, WireError

    entry = past().get(entry_id)
    if entry is None:
        return None
    try:
        pose = Pose.from_dict(entry.pose)
    except WireError:
        return None
    unknown = np.zeros((N_JOINTS, 3))  # where the joints were is not kept and not needed to apply a pose
    result = PoseResult("", (PoseEntry(pose, unknown),), unknown, entry.reply, (), entry.engine, 0.0)
    job = Job(PoseRequest(prompt=entry.said), None, preferences.launch_plan(), said=entry.said)
    job.state, job.stage, job.result = DONE, "Kept", result
    return job
