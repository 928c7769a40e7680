"""Our solver against torch's LBFGS on one objective: `python -m tests.bench.torch_reference [--n N]`.

The objective has angles, directions, point targets, joint limits, closeness to the start and the limb prior: all of a
program but the terms that need the skin. The torch side is written anew, batch-free and by autograd, and is checked
to give the same cost as ours on random poses before anything is timed. Both start from the same pose.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from backend.body.kinematics import ANCESTORS, LEVELS, Kinematics, feature_matrix
from backend.body.model import BodyModel
from backend.body.rotations import rotvec_to_rotmat
from backend.body.swing_twist import TWIST_FIRST
from backend.posecodes import Program
from backend.posecodes.angle import HINGES, Angle
from backend.posecodes.contact import Reach
from backend.posecodes.direction import Direction
from backend.posecodes.tracking import body_at
from backend.posecodes.vocabulary import POINTS, SEGMENTS, skin
from backend.solver import neutral_stance, starting_pose
from backend.solver.least_squares import Stopping, minimise
from backend.solver.problem import Problem, build
from backend.solver.weights import WEIGHTS
from rigs.skeleton import N_BODY, PARENTS

Tensor = torch.Tensor
_SEGMENTS = ("torso", *(f"{s}_{p}" for s in ("left", "right") for p in ("upper_arm", "forearm", "thigh", "shin")))


def random_program(seed: int) -> tuple[Program, np.ndarray]:
    """Statements that a random pose fulfils (about 25), and the joints' local rotations (55, 3, 3) of that pose."""
    rng = np.random.default_rng(seed)
    local = neutral_stance().copy()
    local[:N_BODY] = local[:N_BODY] @ rotvec_to_rotmat(rng.normal(0, 0.45, (N_BODY, 3)))
    rest = BodyModel.load().shaped().joints
    codes: list = [Direction(s, (0.0, 1.0, 0.0)) for s in _SEGMENTS] + [Angle(j, 0.0) for j in HINGES]
    codes += [Reach(f"{s}_{r}", (0.0, 0.0, 0.0)) for s in ("left", "right") for r in ("palm", "knee", "toes", "elbow")]
    codes += [Reach(r, (0.0, 0.0, 0.0)) for r in ("chest", "head_top", "lower_back")]
    body = body_at(rest, local, np.array([0.0, 0.95, 0.0]), codes)
    out: list = []
    for code in codes:
        if isinstance(code, Direction):
            x, y, z = Direction.along([code.segment], body).value[0, 0] @ body.heading[0]
            out.append(Direction(code.segment, (float(x), float(y), float(z))))
        elif isinstance(code, Angle):
            out.append(Angle(code.joint, code.value(body)))
        else:
            x, y, z = body.point(skin(code.region)).value[0]
            out.append(Reach(code.region, (float(x), float(y), float(z))))
    return tuple(out), local


def problem_of(program: Program) -> Problem:
    """The problem without the terms that need the skin."""
    shaped = BodyModel.load().shaped()
    start = starting_pose(neutral_stance(), program, np.ones(55, bool))
    whole = build(shaped.joints, [start], np.array([0.0, 0.95, 0.0]), program, prior=start)
    return replace(whole, terms=whole.terms[: len({type(c) for c in program})])


class TorchObjective:
    """The same cost, by autograd: a function of increments (66 rotation vector components of joints, 3 of transl)."""

    def __init__(self, problem: Problem) -> None:
        body, posture = problem.start, problem.posture
        assert body.active is not None
        self.active = torch.tensor(body.active)
        self.rest, self.start, self.transl = (torch.tensor(a) for a in (body.rest, body.local[0], body.transl[0]))
        self.bones = self.rest - self.rest[torch.tensor(np.maximum(PARENTS, 0))]
        self.chains = torch.tensor(ANCESTORS.astype(float))
        self.levels = [(torch.tensor(level), torch.tensor(parents)) for level, parents in LEVELS]
        self.root, self.posture = torch.tensor(posture.root), posture
        self.order = torch.tensor(TWIST_FIRST[body.active])
        self.back = torch.argsort(self.order, dim=1)
        self.arrays = {n: torch.tensor(getattr(posture, n)) for n in ("low", "high", "home", "pull", "linear", "shift")}
        self.groups = list(zip(posture.groups, [*posture.groups[1:], len(posture.shift)], posture.far, strict=True))
        codes = problem.program
        angles, directions, reaches = ([c for c in codes if isinstance(c, kind)] for kind in (Angle, Direction, Reach))
        self.hinges = [
            _points(n) for n in zip(*((HINGES[c.joint][0], c.joint, HINGES[c.joint][1]) for c in angles), strict=True)
        ]
        self.bends = torch.tensor([np.radians(c.degrees) for c in angles])
        self.ends = [_points(n) for n in zip(*(SEGMENTS[c.segment] for c in directions), strict=True)]
        goals = torch.tensor([c.toward for c in directions], dtype=torch.float64)
        self.goals = _unit(goals) @ torch.tensor(body.heading[0]).T
        self.touched = _points([skin(c.region) for c in reaches])
        self.places = torch.tensor([c.place for c in reaches], dtype=torch.float64)

    def __call__(self, x: Tensor) -> Tensor:
        local = self.start.index_copy(0, self.active, self.start[self.active] @ _exp(x[:-3].reshape(-1, 3)))
        world = torch.zeros_like(local).index_copy(0, torch.tensor([0]), local[:1])
        for level, parents in self.levels:
            world = world.index_copy(0, level, world[parents] @ local[level])
        turned = (world[torch.tensor(np.maximum(PARENTS, 0))] @ self.bones[..., None])[..., 0]
        places = self.chains @ turned + self.rest[0] + self.transl + x[-3:]
        features = torch.cat([world.transpose(1, 2), places[:, None]], dim=1).reshape(-1, 3)
        return self._statements(features) + self._posture(self._coordinates(local[self.active]))

    def _statements(self, features: Tensor) -> Tensor:
        a, b, c = (m @ features for m in self.hinges)
        u, v = _unit(b - a), _unit(c - b)
        bend = torch.atan2(torch.linalg.norm(torch.linalg.cross(u, v), dim=-1), (u * v).sum(-1))
        near, far = (m @ features for m in self.ends)
        sizes = (
            ((bend - self.bends).abs(), "angle"),
            (torch.linalg.norm(_unit(far - near) - self.goals, dim=-1), "direction"),
            (torch.linalg.norm(self.touched @ features - self.places, dim=-1), "reach"),
        )
        return sum((_huber(n / WEIGHTS.kinds[kind], WEIGHTS.far).sum() for n, kind in sizes), torch.zeros(()))

    def _coordinates(self, local: Tensor) -> Tensor:
        """(66,) swing and twist about X, Y, Z."""
        w, xyz = _quat(local)
        relative = _relative(self.root, w[0], xyz[0])
        w, xyz = torch.cat([relative[0][None], w[1:]]), torch.cat([relative[1][None], xyz[1:]])
        x, y, z = torch.gather(xyz, 1, self.order).T
        n, m = torch.sqrt(w * w + x * x), torch.sqrt(y * y + z * z + 1e-18)
        f = 2 * torch.atan2(m, n) / (m * n)
        ordered = torch.stack([2 * torch.atan2(x, w), (y * w - x * z) * f, (z * w + x * y) * f], dim=1)
        return torch.gather(ordered, 1, self.back).reshape(-1)

    def _posture(self, x: Tensor) -> Tensor:
        p, a = self.posture, self.arrays
        over = torch.relu(x - a["high"]) + torch.relu(a["low"] - x)
        total = 0.5 * ((over / p.limit_sigma) ** 2).sum() + 0.5 * (((x - a["home"]) / a["pull"]) ** 2).sum()
        combined = a["linear"] @ x - a["shift"]
        for start, end, far in self.groups:
            total = total + _huber(torch.linalg.norm(combined[start:end] + 1e-30), min(far, 1e9))
        for collar, shoulder, share, way in zip(*p.collars, strict=True):
            lag = x[collar] - share * way * torch.relu(way * x[shoulder])
            total = total + 0.5 * (lag / p.collar_sigma) ** 2
        return total


def _points(names: Sequence[str]) -> Tensor:
    """(n, 220): what the joints' columns and places are multiplied with to give points of the body."""
    rows = [feature_matrix(*(np.array([[i[k] for i in POINTS[n].influences]]) for k in range(3))) for n in names]
    return torch.tensor(np.concatenate(rows))


def _exp(v: Tensor) -> Tensor:
    angle = torch.sqrt((v * v).sum(-1) + 1e-24)[:, None, None]
    zero = torch.zeros_like(v[:, 0])
    rows = (zero, -v[:, 2], v[:, 1], v[:, 2], zero, -v[:, 0], -v[:, 1], v[:, 0], zero)
    k = torch.stack(rows, dim=-1).reshape(-1, 3, 3) / angle
    return torch.eye(3, dtype=torch.float64) + torch.sin(angle) * k + (1 - torch.cos(angle)) * (k @ k)


def _quat(m: Tensor) -> tuple[Tensor, Tensor]:
    """W (n,) and xyz (n, 3); for turns below 180 degrees."""
    w = 0.5 * torch.sqrt(torch.clamp(1 + m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2], min=1e-12))
    xyz = torch.stack([m[:, 2, 1] - m[:, 1, 2], m[:, 0, 2] - m[:, 2, 0], m[:, 1, 0] - m[:, 0, 1]], dim=-1)
    return w, xyz / (4 * w[:, None])


def _relative(root: Tensor, w: Tensor, xyz: Tensor) -> tuple[Tensor, Tensor]:
    """The rotation after the inverse of `root`."""
    a, v = root[0], -root[1:]
    return a * w - v @ xyz, a * xyz + w * v + torch.linalg.cross(v, xyz)


def _unit(v: Tensor) -> Tensor:
    return v / torch.linalg.norm(v, dim=-1, keepdim=True)


def _huber(size: Tensor, far: float) -> Tensor:
    return torch.where(size <= far, 0.5 * size**2, far * (size - 0.5 * far))


def lbfgs(objective: TorchObjective, iterations: int) -> tuple[float, float]:
    """Cost reached and seconds."""
    began = time.perf_counter()
    x = torch.zeros(3 * len(objective.active) + 3, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([x], max_iter=iterations, line_search_fn="strong_wolfe", history_size=20)

    def closure() -> Tensor:
        optimiser.zero_grad()
        cost = objective(x)
        cost.backward()
        return cost

    optimiser.step(closure)
    return float(objective(x.detach())), time.perf_counter() - began


def check(problem: Problem, objective: TorchObjective) -> float:
    """Largest relative difference of the two costs over random poses near the start."""
    worst = 0.0
    for seed in range(5):
        step = np.random.default_rng(seed).normal(0, 0.1, problem.start.columns)
        turned = _moved_locally(problem.start, step)
        ours, theirs = float(problem.cost(turned)[0]), float(objective(torch.tensor(step)))
        worst = max(worst, abs(ours - theirs) / max(1.0, ours))
    return worst


def _moved_locally(body: Kinematics, step: np.ndarray) -> Kinematics:
    """R_j exp(d_j), as the torch objective moves joints: our own increments are in world axes."""
    assert body.active is not None
    world = body.world[0, body.active]
    increments = np.concatenate([np.einsum("jab,jb->ja", world, step[:-3].reshape(-1, 3)).ravel(), step[-3:]])
    return body.moved(increments[None])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=20)
    parser.add_argument("--iterations", type=int, default=100, help="of LBFGS")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for seed in range(options.n):
        program, _ = random_program(seed)
        problem = problem_of(program)
        objective = TorchObjective(problem)
        assert check(problem, objective) < 1e-6, "the two objectives differ"
        minimise(problem.start, problem, problem.free, Stopping())  # the first call fills caches
        began = time.perf_counter()
        ours = float(minimise(problem.start, problem, problem.free, Stopping()).cost[0])
        seconds = time.perf_counter() - began
        theirs, theirs_seconds = lbfgs(objective, options.iterations)
        rows.append((ours, seconds, theirs, theirs_seconds, len(program)))
    ours, seconds, theirs, theirs_seconds, count = np.array(rows).T
    print(f"{len(rows)} problems of {count.mean():.0f} statements; one thread each")
    print(f"ours   median {1e3 * np.median(seconds):7.1f} ms  median cost {np.median(ours):7.2f}")
    print(f"LBFGS  median {1e3 * np.median(theirs_seconds):7.1f} ms  median cost {np.median(theirs):7.2f}")
    times = theirs_seconds / seconds
    print(f"times faster: median {np.median(times):.0f}, least {times.min():.0f};", end=" ")
    better = ours <= theirs * 1.01 + 0.05
    print(f"cost equal (within 1 %) or lower in {int(better.sum())} of {len(rows)}")


if __name__ == "__main__":
    main()
