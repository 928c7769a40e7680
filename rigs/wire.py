"""What travels between the add-on, the CLI and the backend: frozen values with `to_dict` / `from_dict`.

Everything is JSON. Decoding is strict (`rigs.decode`): a missing field, a wrong type, an unknown field or an unknown
tag raises `WireError`, whose message names the path of the fault. The values live in `rigs.request`, `rigs.result`,
`rigs.motion`, `rigs.overlays` and `rigs.progress`; this module is the one door to them. Units: m and rad; frames as
in `rigs.skeleton`.
"""

from __future__ import annotations

from typing import Final

from .decode import WireError
from .motion import FEET, TrackRequest, TrackResult
from .overlays import Overlay, OverlayRequest
from .pictures import PictureRequest, Pictures
from .progress import JOB_STATES, Answered, Finished, JobAnswer, JobEvent, JobStatus, Progress, event_from_dict
from .request import (
    INTENTS,
    MAX_POSES,
    MAX_PROMPT_CHARS,
    MAX_STATEMENTS,
    DescribeRequest,
    Image,
    ImageBytes,
    ImageFile,
    Pose,
    PoseRequest,
    SolveRequest,
    Touch,
    Turn,
    image_from_dict,
)
from .result import (
    Answer,
    Description,
    EngineInfo,
    Failure,
    Health,
    PoseEntry,
    PoseResult,
    Report,
    Statement,
    answer_from_dict,
)

PROTOCOL_VERSION: Final = 1
PROTOCOL_HEADER: Final = "X-Posewright-Protocol"

__all__ = [
    "FEET",
    "INTENTS",
    "JOB_STATES",
    "MAX_POSES",
    "MAX_PROMPT_CHARS",
    "MAX_STATEMENTS",
    "PROTOCOL_HEADER",
    "PROTOCOL_VERSION",
    "Answer",
    "Answered",
    "DescribeRequest",
    "Description",
    "EngineInfo",
    "Failure",
    "Finished",
    "Health",
    "Image",
    "ImageBytes",
    "ImageFile",
    "JobAnswer",
    "JobEvent",
    "JobStatus",
    "Overlay",
    "OverlayRequest",
    "PictureRequest",
    "Pictures",
    "Pose",
    "PoseEntry",
    "PoseRequest",
    "PoseResult",
    "Progress",
    "Report",
    "SolveRequest",
    "Statement",
    "Touch",
    "TrackRequest",
    "TrackResult",
    "Turn",
    "WireError",
    "answer_from_dict",
    "event_from_dict",
    "image_from_dict",
    "protocol_mismatch",
]


def protocol_mismatch(theirs: int, side: str = "backend") -> str | None:
    """What to tell the user when the other side speaks another protocol version; None when they agree.

    Args:
        theirs: the version that the other side speaks.
        side: what the other side is, "backend" or "add-on".
    """
    if theirs == PROTOCOL_VERSION:
        return None
    here = "add-on" if side == "backend" else "backend"
    old = side if theirs < PROTOCOL_VERSION else here
    return f"protocol version {theirs} on the {side}, {PROTOCOL_VERSION} on the {here}: update the {old}"
