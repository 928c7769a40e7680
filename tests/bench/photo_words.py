"""Sentences beside pictures: `python -m tests.bench.photo_words [--sheet PNG] [--only WORD]`.

Our own body is drawn, and each picture is sent with a sentence. Of the answer is measured whether the statements that
the sentence means hold, and whether the segments that it does not speak of lie as they do without the sentence (within
20 degrees in the body's own heading). The sheet shows every answer from two sides, to be looked at.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from backend.body.kinematics import heading_of
from backend.body.model import BodyModel
from backend.body.picture import sheet
from backend.body.png import encode_png
from backend.body.rotations import rotvec_to_rotmat
from backend.pipeline import Pipeline
from backend.posecodes import read_line
from backend.posecodes.tracking import body_at
from rigs.skeleton import INDEX
from rigs.wire import ImageBytes, Pose, PoseRequest
from tests.backend.vision.scenes import scene

WITHIN: Final = 20.0  # degrees
SEGMENTS: Final = {
    **{f"{s}_upper_arm": (f"{s}_shoulder", f"{s}_elbow") for s in ("left", "right")},
    **{f"{s}_forearm": (f"{s}_elbow", f"{s}_wrist") for s in ("left", "right")},
    **{f"{s}_thigh": (f"{s}_hip", f"{s}_knee") for s in ("left", "right")},
    **{f"{s}_shin": (f"{s}_knee", f"{s}_ankle") for s in ("left", "right")},
    "trunk": ("pelvis", "neck"),
}  # fmt: skip
ARMS: Final = tuple(n for n in SEGMENTS if "arm" in n)
LEGS: Final = tuple(n for n in SEGMENTS if "thigh" in n or "shin" in n)
RIGHT: Final = ("right_upper_arm", "right_forearm")
LEFT: Final = ("left_upper_arm", "left_forearm")
WAVE, SQUAT, LUNGE, SIT = "waving with the right hand", "squatting, arms forward", "lunge", "sitting on a chair"


@dataclass(frozen=True)
class Case:
    """holds: lines of posecodes. keeps: segments that must lie as without words. mirrored: as its mirror image."""

    drawn: str
    words: str
    holds: tuple[str, ...]
    keeps: tuple[str, ...]
    mirrored: bool = False


_STAND: Final = ("left thigh points down", "right thigh points down")
_CLASPED: Final = "left hand touches right hand"
CASES: Final = (
    Case(WAVE, "this, but sitting", ("left thigh points front", "right thigh points front"), RIGHT),
    Case(WAVE, "but kneeling", ("left thigh points down", "right thigh points down", "left shin points back"), RIGHT),
    Case(WAVE, "mirror it", (), (*ARMS, *LEGS), True),
    Case(WAVE, "her hands are clasped", (_CLASPED,), LEGS),
    Case(WAVE, "with the left arm raised", ("left hand above head",), (*RIGHT, *LEGS)),
    Case(WAVE, "right elbow bent 20 degrees", ("right elbow bent 20",), (*LEFT, *LEGS)),
    Case(WAVE, "lower the right arm", ("right upper arm points down",), (*LEFT, *LEGS)),
    Case(WAVE, "left hand on the hip", ("left palm touches left hip",), (*RIGHT, *LEGS)),
    Case(WAVE, "like this but with the arms crossed", ("left hand touches right arm",), LEGS),
    Case(WAVE, "looking up", ("look up front",), (*ARMS, *LEGS, "trunk")),
    Case(WAVE, "looking at the camera", (), (*ARMS, *LEGS, "trunk")),
    Case(WAVE, "left hand on the hip, looking at the camera", ("left palm touches left hip",), (*RIGHT, *LEGS)),
    Case(WAVE, "she is looking down to the left", ("look down left front",), (*ARMS, *LEGS)),
    Case(WAVE, "leaning forward", ("torso points up front",), LEGS),
    Case(WAVE, "right knee raised to hip height", ("right thigh points front",), (*ARMS, "left_thigh", "left_shin")),
    Case(WAVE, "fists clenched", ("left hand fist", "right hand fist"), (*ARMS, *LEGS)),
    Case(
        SQUAT,
        "but standing",
        ("left thigh points down", "right thigh points down"),
        ("left_upper_arm", "right_upper_arm"),
    ),
    Case(SQUAT, "only the legs", ("left upper arm points down", "right upper arm points down"), LEGS),
    Case(SQUAT, "only the arms", ("left thigh points down", "right thigh points down"), ARMS),
    Case(SQUAT, "hands together", (_CLASPED,), LEGS),
    Case(SQUAT, "arms out to the sides", ("left upper arm points left", "right upper arm points right"), LEGS),
    Case(SQUAT, "look to the right", ("look right",), (*ARMS, *LEGS)),
    Case(SQUAT, "right hand on the head", ("right hand touches head",), (*LEFT, *LEGS)),
    Case(LUNGE, "hands on the hips", ("left palm touches left hip", "right palm touches right hip"), LEGS),
    Case(LUNGE, "arms up", ("left hand above head", "right hand above head"), LEGS),
    Case(LUNGE, "mirror it", (), LEGS, True),
    Case(LUNGE, "without the legs", ("left thigh points down", "right thigh points down"), ("trunk",)),
    Case(LUNGE, "looking back over the left shoulder", ("look left",), LEGS),
    Case(LUNGE, "copy this pose exactly", (), (*ARMS, *LEGS, "trunk")),
    Case(SIT, "hands on the knees", ("left hand touches left knee", "right hand touches right knee"), LEGS),
    Case(SIT, "right ankle on the left knee", ("right ankle touches left leg",), ("left_thigh", "left_shin")),
    Case(SIT, "chin on the right fist", ("right fist touches chin",), LEGS),
    Case(SIT, "but standing up", ("left thigh points down", "right thigh points down"), ()),
    Case(SIT, "pointing to the right with the right arm", ("right hand right of right shoulder",), LEGS),
    Case(SIT, "right leg stretched out", ("right knee straight",), (*ARMS, "left_thigh", "left_shin")),
    Case(SIT, "her hands are clasped, looking down", (_CLASPED, "look down front"), LEGS),
)
SHAPED: Final = BodyModel.load().shaped()


def lines_of(pose: Pose, mirrored: bool = False) -> dict[str, np.ndarray]:
    """Unit directions of the segments in the heading of the body, of its mirror image where asked."""
    local = rotvec_to_rotmat(pose.rotvecs)
    joints = body_at(SHAPED.joints, local, pose.transl, ()).joints[0] @ heading_of(local[0])
    lines = {n: joints[INDEX[b]] - joints[INDEX[a]] for n, (a, b) in SEGMENTS.items()}
    if mirrored:
        swap = {"left": "right", "right": "left"}
        names = {n: "_".join([swap.get(n.split("_")[0], n.split("_")[0]), *n.split("_")[1:]]) for n in lines}
        lines = {names[n]: line * [-1, 1, 1] for n, line in lines.items()}
    return {n: line / np.linalg.norm(line) for n, line in lines.items()}


def failures(case: Case, pose: Pose, alone: Pose) -> list[str]:
    """What of a case is not so in a pose. alone: that of the picture without words."""
    out = []
    for text in case.holds:
        code = read_line(text)[0]
        measured = code.measure(body_at(SHAPED.joints, rotvec_to_rotmat(pose.rotvecs), pose.transl, (code,)))
        if measured.error > 1.5 * code.tolerance:
            out.append(f"{text} (off by {measured.error:.2f})")
    mine, theirs = lines_of(pose), lines_of(alone, case.mirrored)
    for name in case.keeps:
        angle = np.degrees(np.arccos(np.clip(mine[name] @ theirs[name], -1, 1)))
        if angle > WITHIN:
            out.append(f"{name} moved by {angle:.0f} deg")
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    pipeline, poses, labels, good = Pipeline(), [], [], 0
    alone: dict[str, Pose] = {}
    cases = [c for c in CASES if options.only in c.words]
    for case in cases:
        seen = scene(case.drawn, 20.0)
        request = PoseRequest(prompt=case.words, image=ImageBytes(encode_png(seen.pixels)), box=seen.box)
        result = pipeline.pose(request)
        if case.drawn not in alone:
            alone[case.drawn] = pipeline.pose(replace(request, prompt="")).poses[0].pose
        wrong = failures(case, result.poses[0].pose, alone[case.drawn])
        good += not wrong
        print(f"{'ok ' if not wrong else 'NO '} {case.drawn} + {case.words!r}: {result.reply} {'; '.join(wrong)}")
        poses.append(result.poses[0].pose)
        labels.append(f"{case.drawn} + {case.words}")
    print(f"{good} of {len(cases)}")
    if options.sheet:
        sheet(poses, labels, options.sheet)


if __name__ == "__main__":
    main()
