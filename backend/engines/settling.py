"""Where a pose begins and what may move; poses put together from earlier ones are made possible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backend.body.kinematics import heading_of
from backend.body.model import BodyModel
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.language.measures import Measures
from backend.posecodes import Posecode, Program
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.vocabulary import SIDES
from backend.solver.limits import clamped
from backend.solver.pose_program import Setting
from rigs.skeleton import GROUPS, INDEX, JOINTS, expand_joints
from rigs.wire import Pose, PoseRequest

_EASE = np.radians(2.0)  # rad beyond its range that a joint may always be
_IN_THE_AIR = 0.1  # m
_ON_GROUND = frozenset({"pelvis", *GROUPS["legs"], *GROUPS["torso"]})  # what decides how high a body is


def with_fixed(base: Pose, current: Pose, allowed: frozenset[str] | None) -> Pose:
    """A pose whose joints that may not move are those of the current pose."""
    if allowed is None:
        return base
    rotvecs = base.rotvecs.copy()
    fixed = [INDEX[j] for j in JOINTS if j not in allowed]
    rotvecs[fixed] = current.rotvecs[fixed]
    return Pose(rotvecs, base.transl if "pelvis" in allowed else current.transl, base.betas)


def resting(pose: Pose, height: float = 0.0) -> Pose:
    """A pose moved up or down until its lowest point is at a height (m)."""
    low = float(BodyModel.load().shaped(pose.betas).posed(pose.rotvecs, pose.transl).vertices()[:, 1].min())
    return replace(pose, transl=pose.transl + np.array([0.0, height - low, 0.0]))


def within_limits(pose: Pose, current: Pose, moved: frozenset[str]) -> Pose:
    """A pose whose joints that moved go from the current one only as far as they can."""
    now, goal = rotvec_to_rotmat(current.rotvecs), rotvec_to_rotmat(pose.rotvecs)
    step = rotmat_to_rotvec(np.swapaxes(now, -1, -2) @ goal)
    most = np.maximum(clamped(now).max(axis=1), _EASE)
    rotvecs = pose.rotvecs.copy()
    for joint in moved - {"pelvis"}:
        i = INDEX[joint]
        for share in np.linspace(1.0, 0.0, 11):
            trial = now.copy()
            trial[i] = now[i] @ rotvec_to_rotmat(step[i] * share)
            if share == 0.0 or clamped(trial)[i].max() <= most[i]:
                rotvecs[i] = rotmat_to_rotvec(trial[i]) if share < 1.0 else rotvecs[i]
                break
    return replace(pose, rotvecs=rotvecs)


def on_the_ground(pose: Pose, current: Pose, moved: frozenset[str]) -> Pose:
    """A pose moved up or down so that it rests on the ground, or is as high above it as the current one."""
    if not moved & _ON_GROUND:
        return pose
    shaped = BodyModel.load().shaped(pose.betas)
    before = float(shaped.posed(current.rotvecs, current.transl).vertices()[:, 1].min())
    return resting(pose, before if before > _IN_THE_AIR else 0.0)


def held_arms(pose: Pose, moved: frozenset[str]) -> tuple[Program, frozenset[str]]:
    """Statements that hold arms that moved where they are, and the joints that may give way where they touch a body."""
    m = Measures(pose)
    codes: list[Posecode] = []
    free: set[str] = set()
    for side in SIDES:
        if f"{side}_shoulder" not in moved:
            continue
        for segment in ("upper_arm", "forearm"):
            x, y, z = (float(v) for v in m.direction(f"{side}_{segment}", "chest"))
            codes.append(Direction(f"{side}_{segment}", (x, y, z), "chest"))
        x, y, z = (float(v) for v in m.facing(f"{side}_palm", "chest"))
        codes.append(Facing(f"{side}_palm", (x, y, z), "chest"))
        free |= {f"{side}_shoulder", f"{side}_elbow"}
    return tuple(codes), frozenset(free)


def allowed_joints(request: PoseRequest) -> frozenset[str] | None:
    """Joints that may move: the scope without the locks; None when neither is given."""
    if not request.scope and not request.locks:
        return None
    allowed = set(expand_joints(request.scope)) if request.scope else set(JOINTS)
    return frozenset(allowed - set(expand_joints(request.locks)))


def setting_for(allowed: frozenset[str] | None, current: Pose | None) -> Setting:
    """Where a new pose begins: at ease, where the character stands and faces now; with `allowed` as it is now."""
    neutral = Setting.neutral()
    if current is None:
        return Setting(neutral.local, neutral.transl, allowed)
    now = rotvec_to_rotmat(current.rotvecs)
    if allowed is not None:
        return Setting(now, current.transl, allowed, keep=True)
    local = neutral.local.copy()
    local[0] = heading_of(now[0]) @ local[0]
    return Setting(local, np.array([current.transl[0], neutral.transl[1], current.transl[2]]))
