"""Body language becomes the pose that it says: prompts with what must hold of the joints, and their mirror images."""

from __future__ import annotations

import re

import numpy as np
import pytest

from backend.body.model import BodyModel
from backend.body.rotations import rotmat_to_rotvec
from backend.language.measures import Measures
from backend.language.reader import read
from backend.solver.pose_program import Setting, pose_program
from rigs.wire import Pose

# What is checked: PLACE above|below|near|before|behind PLACE, knee|elbow bent|straight, head left|right|up|down.
CASES = [
    ("left arm up, no, the right one", "right_wrist above right_shoulder; left_wrist below left_shoulder"),
    ("raise the left arm, I mean lower it", "left_wrist below left_shoulder"),
    ("hands on the hips, I mean on the knees", "left_wrist near left_knee; right_wrist near right_knee"),
    ("lft arm raised, rigth arm down", "left_wrist above left_shoulder; right_wrist below right_shoulder"),
    ("L arm up, R. hand on the hip", "left_wrist above left_shoulder; right_wrist near right_hip"),
    ("leftarm up, righthand on hip", "left_wrist above left_shoulder; right_wrist near right_hip"),
    ("arms: left up, right down. head: turned right.",
     "left_wrist above head; right_wrist below right_elbow; head right"),
    ("- left hand on the hip\n- head turned right", "left_wrist near left_hip; head right"),
    ("arms up except the left one, which is on the hip", "right_wrist above head; left_wrist near left_hip"),
    ("arms not crossed, hands behind the back", "left_wrist behind pelvis; right_wrist behind pelvis"),
    ("neither arm is raised, the left knee is bent", "left_wrist below left_shoulder; left_knee bent"),
    ("one hand on the left hip, the other behind the head", "left_wrist near left_hip; right_wrist near head"),
    ("the left raised forearm is vertical, right hand on the chest", "left_wrist above left_elbow"),
    ("right knee hugged to the chest with both hands, standing on the left foot",
     "right_knee above right_hip; left_wrist near right_knee; right_wrist near right_knee; left_knee straight"),
    ("hold the right ear with the left hand and the left ear with the right hand",
     "left_wrist near head; right_wrist near head; left_wrist right of right_wrist"),
    ("the right hand grabs the left wrist above the head", "left_wrist above head; right_wrist near left_wrist"),
    ("left hand holding the right elbow behind the back", "left_wrist behind pelvis; left_wrist near right_elbow"),
    ("a sword in the right hand raised overhead", "right_wrist above head"),
    ("eyes on the raised left hand, right hand in the small of the back", "left_wrist above head; head up"),
    ("kneeling on the left knee, the right elbow on the right knee, chin on the right fist",
     "right_knee above left_knee; right_elbow near right_knee; right_wrist near head"),
    ("the left knee on the ground and the right foot planted forward",
     "right_knee above left_knee; right_ankle before left_ankle"),
    ("stand on the toes of the left foot, right knee lifted to the chest",
     "right_knee above right_hip; left_knee straight"),
    ("lying on the back, left leg straight up, both hands behind the left thigh",
     "left_ankle above pelvis; left_knee straight; left_wrist near left_knee; right_wrist near left_knee"),
    ("the left leg is bent backwards and the left hand holds the left foot behind the buttocks",
     "left_knee bent; left_wrist near left_ankle; left_ankle behind left_knee"),
    ("right wrist below the left hip, left wrist above the head", "right_wrist below left_hip; left_wrist above head"),
    ("left foot forward, palms together overhead",
     "left_ankle before right_ankle; left_wrist near right_wrist; left_wrist above head"),
    ("put the left foot on a step, hands on the left knee", "left_ankle above right_ankle; left_wrist near left_knee"),
    ("left palm on the wall, right hand on the hip", "left_wrist before left_shoulder; right_wrist near right_hip"),
    ("legs crossed at the ankles, sitting on a chair", "left_ankle near right_ankle"),
    ("lift the left arm and the right leg sideways", "left_wrist left of left_elbow; right_ankle right of right_hip"),
    ("folded over at the waist, legs straight, arms dangling towards the toes",
     "left_knee straight; right_knee straight; neck before pelvis; neck below pelvis; left_wrist below left_knee"),
    ("left hand on the hip, hinged forward from the hips, both legs straight",
     "left_knee straight; right_knee straight; neck before right_ankle; left_wrist near left_hip"),
    ("hands and left knee on the floor, right leg stretched out behind in the air",
     "right_ankle behind pelvis; right_ankle above left_knee; right_knee straight; left_wrist below left_hip"),
    ("left knee on the ground, both hands on the ground, right leg raised behind",
     "right_ankle behind pelvis; right_ankle above left_knee; right_knee straight; left_wrist below left_hip"),
    ("both forearms and both knees on the floor, left leg lifted up",
     "left_ankle above left_elbow; left_knee straight; right_knee below pelvis; right_elbow below right_shoulder"),
    ("right arm stretched up, standing on the balls of the feet",
     "right_wrist above head; right_knee straight; left_ankle near right_ankle"),
    ("hands clasped behind the head, left elbow forward",
     "left_wrist near right_wrist; left_wrist near head; left_elbow before left_shoulder"),
    ("pigeon pose, right leg folded in front",
     "right_knee bent; right_ankle before left_knee; left_ankle behind pelvis"),
    ("pigeon pose with the left leg stretched out behind", "right_knee bent; left_ankle behind pelvis"),
    ("warrior one, right leg behind", "left_ankle before right_ankle; left_knee bent"),
    ("rowing a boat, arms out, looking left",
     "left_wrist before left_shoulder; right_wrist before right_hip; head left"),
    ("bent over, a hand braced on each knee", "left_wrist near left_knee; right_wrist near right_knee"),
    ("L arm straight up, right arm straight out to the side, looking up at the raised hand",
     "left_wrist above head; head up; right_wrist right of right_elbow"),
    ("face down on the ground, right arm stretched ahead", "right_wrist before head; neck before pelvis"),
    ("perched on a bar stool, left foot on the floor, right foot up on the rung, hands clasped in the lap",
     "left_wrist near right_wrist; left_wrist before pelvis; left_ankle below right_ankle"),
    ("dancer pose, right leg up",
     "right_ankle behind right_hip; right_ankle above left_knee; right_wrist near right_ankle; left_knee straight"),
    ("sitting on the floor, both knees bent with the feet tucked back to the right, leaning on the left hand",
     "left_ankle right of pelvis; right_ankle right of pelvis; left_wrist left of left_hip; left_knee bent"),
    ("right leg kicked out to the side, supporting knee soft, both fists guarding the chin",
     "left_wrist near head; right_wrist near head; left_knee bent; right_ankle right of right_knee"),
    ("plank with the left foot off the floor", "left_ankle above right_ankle; left_ankle behind pelvis"),
    ("sitting cross-legged, waving with the right hand while the left props up the chin",
     "left_wrist near head; right_wrist above right_shoulder"),
    ("low lunge, left knee down, palms together",
     "right_ankle before left_knee; left_knee below right_knee; left_wrist above left_elbow"),
    ("HANDS ON HEAD LEGS APART LOOKING DOWN", "left_wrist near head; left_ankle left of left_hip; head down"),
]  # fmt: skip
_AXES = {
    "left": (0, 1), "right": (0, -1), "above": (1, 1), "below": (1, -1), "before": (2, 1), "behind": (2, -1),
}  # fmt: skip
NEAR = 0.36  # m between joints: a hand's or a thigh's thickness lies between them


@pytest.mark.parametrize(("prompt", "checks"), CASES)
def test_prompts_become_the_pose_they_say(prompt: str, checks: str) -> None:
    _hold(prompt, checks)


@pytest.mark.parametrize(("prompt", "checks"), CASES)
def test_mirrored_prompts_become_the_mirrored_pose(prompt: str, checks: str) -> None:
    _hold(_mirrored(prompt), _mirrored(checks))


@pytest.mark.parametrize(
    ("prompt", "unread"),
    [
        ("left hand on the hip, wobbulating", ("wobbulating",)),
        ("standing with the left arm almost straight in front", ()),
        ("the right arm is stretched out to the side, parallel to the floor", ()),
        ("the left arm raised, not the right", ()),
    ],
)
def test_words_that_were_not_understood_are_told(prompt: str, unread: tuple[str, ...]) -> None:
    assert read(prompt).unread == unread


def _hold(prompt: str, checks: str) -> None:
    reading = read(prompt)
    solved = pose_program(BodyModel.load().shaped(), reading.program, Setting.neutral())[0]
    measures = Measures(Pose(rotmat_to_rotvec(solved.local), solved.transl))
    for check in checks.split("; "):
        assert _holds(check, measures), (check, [c.said() for c in reading.program])


def _holds(check: str, measures: Measures) -> bool:
    part, _, said = check.partition(" ")
    if part == "head":
        gaze = measures.gaze()
        return {"left": gaze[0], "right": -gaze[0], "up": gaze[1], "down": -gaze[1]}[said] > 0.12
    if said in ("bent", "straight"):
        return (measures.flexion(part) > 12) == (said == "bent")
    how, _, other = said.replace(" of ", " ").partition(" ")
    away = np.array(measures.offset(part, other))
    if how == "near":
        return float(np.linalg.norm(away)) < NEAR
    axis, sign = _AXES[how]
    return float(away[axis]) * sign > 0.03


def _mirrored(text: str) -> str:
    swap = {"left": "right", "right": "left", "lft": "rigth", "rigth": "lft", "L": "R.", "R.": "L"}
    return re.sub(r"left|right|lft|rigth|\bL\b|\bR\.", lambda m: swap[m[0]], text)
