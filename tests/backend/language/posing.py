"""Poses for the language tests, made by the real solver from canonical lines."""

from __future__ import annotations

from functools import cache

import numpy as np

from backend.body.model import BodyModel
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.language.edits import Edit, read_edit
from backend.pipeline import Pipeline
from backend.posecodes import read_program
from backend.solver.pose_program import Setting, pose_program
from rigs.skeleton import INDEX, expand_joints, mirror_rotvecs
from rigs.wire import Pose, PoseRequest

FEET = "both feet on ground"
LINES = {
    "standing": FEET,
    "t_pose": f"both arms points out; {FEET}",
    "arms_up": f"both arms points up; {FEET}",
    "left_arm_up": f"left arm points up; {FEET}",
    "hands_on_hips": f"both palms touches same hip; {FEET}",
    "right_hand_wave": f"right upper arm points out; right forearm points up; right hand open; {FEET}",
    "sitting": "both thighs points front slightly out; both shins points down; seat on seat 0.45; both feet on ground",
    "kneeling": (
        "right shin points back; right thigh points down; right knee, right toes, left foot on ground;"
        "left thigh points front; left shin points down; look up"
    ),
    "lying": "pelvis faces up; chest faces up; torso points back; both legs points front; back on ground",
    "all_fours": (
        "pelvis faces down; torso points front; both thighs points down; both knees bent 90; both arms points down;"
        "both hands on ground; both knees on ground"
    ),
    "squat": "both thighs points front 0.4 out; both knees bent 110; both feet on ground; torso points 2 up 1 front",
    "lunge": (
        "right thigh points mostly front down; right knee bent 85;"
        "left thigh points down slightly back; left knee bent 25;"
        "right foot, left toes on ground; right ankle 0.7 in front of left ankle"
    ),
    "tree": (
        "right foot on ground; left thigh points out slightly down; left knee bent 130;"
        "left foot sole touches right thigh inner; both arms points up"
    ),
    "bowing": f"torso points mostly front up; {FEET}",
}


@cache
def posed(name: str) -> Pose:
    """A pose of `LINES`."""
    return _solved(read_program(LINES[name]), Setting.neutral())


@cache
def prompted(words: str) -> Pose:
    """The pose that a prompt makes, through the whole pipeline."""
    return Pipeline().pose(PoseRequest(prompt=words)).poses[0].pose


def mirrored(pose: Pose) -> Pose:
    return Pose(mirror_rotvecs(pose.rotvecs), pose.transl * np.array([-1.0, 1.0, 1.0]))


def edited(pose: Pose, prompt: str) -> tuple[Edit, Pose]:
    """The pose after an edit, solved as the embedded engine does."""
    edit = read_edit(prompt, pose)
    assert edit is not None, f"{prompt!r} was not read as an edit"
    base = edit.base(pose)
    setting = Setting(rotvec_to_rotmat(base.rotvecs), base.transl, edit.scope, keep=True)
    return edit, _solved(edit.program, setting)


def _solved(program: tuple, setting: Setting) -> Pose:
    solution = pose_program(BodyModel.load().shaped(), program, setting)[0]
    return Pose(rotmat_to_rotvec(solution.local), solution.transl)


def moved(a: Pose, b: Pose, *names: str) -> float:
    """Largest turn (deg) among some joints or groups."""
    i = [INDEX[j] for j in expand_joints(names)]
    steps = rotvec_to_rotmat(a.rotvecs[i]).swapaxes(-1, -2) @ rotvec_to_rotmat(b.rotvecs[i])
    return float(np.degrees(np.linalg.norm(rotmat_to_rotvec(steps), axis=-1)).max())
