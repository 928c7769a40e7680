"""Finds the named surface regions (rigs/regions.json) on the baked body, by rays from inside the body.

Development time only. A region's point is where a ray leaves the skin in the rest pose, so it moves exactly like the
skin; the left side is found and the right is its mirror image. Frames as in rigs/skeleton.py (m, T-pose).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from backend.body.model import BodyModel
from rigs.skeleton import INDEX, JOINTS, mirror_name

from .lines import quad_normals

_MAX_INFLUENCES: Final = 4
_TURN: Final = 0.3  # cosine: a vertex belongs to a region when its normal turns less than about 70 degrees from it


@dataclass(frozen=True)
class Spot:
    """A ray that finds a region: from the weighted mean of joints plus `shift` (m) along `direction`."""

    name: str
    joints: tuple[tuple[str, float], ...]
    shift: tuple[float, float, float]
    direction: tuple[float, float, float]
    radius: float
    turns_with: str = ""
    """Joint whose rotation turns the normal; empty: the strongest influence."""
    first_exit: bool = False
    """Stop where the ray first leaves the skin (a leg); else where it last does (past the mouth and other hollows)."""


def _at(joint: str, other: str = "", share: float = 0.0) -> tuple[tuple[str, float], ...]:
    return ((joint, 1.0 - share), (other, share)) if other else ((joint, 1.0),)


_KNUCKLES: Final = tuple((f"left_{finger}1", 0.25) for finger in ("index", "middle", "ring", "pinky"))
_NO: Final = (0.0, 0.0, 0.0)
_SIDES: Final = (
    Spot("palm", _at("left_wrist", "left_middle1", 0.6), _NO, (0, -1, 0), 0.035, "left_wrist"),
    Spot("hand_back", _at("left_wrist", "left_middle1", 0.6), _NO, (0, 1, 0), 0.035, "left_wrist"),
    Spot("fingertips", _at("left_middle3"), _NO, (1, 0, 0), 0.012, "left_middle3"),
    Spot("index_tip", _at("left_index3"), _NO, (1, 0, 0), 0.01, "left_index3"),
    Spot("thumb_tip", _at("left_thumb3"), _NO, (1, 0, 0), 0.012, "left_thumb3"),
    Spot("fist", _KNUCKLES, _NO, (0.5, 0.87, 0), 0.03, "left_wrist"),
    Spot("forearm", _at("left_elbow", "left_wrist", 0.5), _NO, (0, 0.9, -0.44), 0.045),
    Spot("elbow", _at("left_elbow"), _NO, (0, 0, -1), 0.025),
    Spot("upper_arm", _at("left_shoulder", "left_elbow", 0.5), _NO, (0, 1, 0), 0.05),
    Spot("shoulder", _at("left_collar", "left_shoulder", 0.9), _NO, (0, 1, 0), 0.045, "left_collar"),
    Spot("foot_sole", _at("left_foot"), (0, 0, -0.01), (0, -1, 0), 0.035),
    Spot("heel", _at("left_ankle"), (0, 0, -0.02), (0, -1, -0.1), 0.03),
    Spot("toes", _at("left_foot"), (0, -0.005, 0), (0, -0.1, 1), 0.025),
    Spot("foot_top", _at("left_ankle", "left_foot", 0.5), _NO, (0, 0.85, 0.5), 0.035),
    Spot("ankle", _at("left_ankle"), _NO, (1, 0, 0), 0.025),
    Spot("shin", _at("left_knee", "left_ankle", 0.45), _NO, (0, 0, 1), 0.05),
    Spot("calf", _at("left_knee", "left_ankle", 0.3), _NO, (0, 0, -1), 0.05),
    Spot("knee", _at("left_knee"), _NO, (0, 0, 1), 0.035),
    Spot("thigh", _at("left_hip", "left_knee", 0.5), _NO, (0, 0, 1), 0.06),
    Spot("thigh_back", _at("left_hip", "left_knee", 0.5), _NO, (0, 0, -1), 0.06),
    Spot("thigh_outer", _at("left_hip", "left_knee", 0.45), _NO, (1, 0, 0), 0.06),
    Spot("thigh_inner", _at("left_hip", "left_knee", 0.5), _NO, (-1, 0, 0), 0.05, first_exit=True),
    Spot("hip", _at("pelvis"), (0, 0.02, 0), (1, 0, 0), 0.05, "pelvis"),
    Spot("cheek", _at("head"), (0, 0.005, 0.03), (0.75, 0, 0.66), 0.022, "head"),
    Spot("eye", _at("left_eye_smplhf"), _NO, (0, 0, 1), 0.015, "head"),
    Spot("temple", _at("left_eye_smplhf", "head", 0.6), (0, 0.05, 0.0), (1, 0, 0), 0.02, "head"),
    Spot("chest", _at("spine3"), (0.085, 0.02, 0), (0, 0, 1), 0.05, "spine3"),
    Spot("waist", _at("spine1"), (0, 0.03, 0), (1, 0, 0), 0.05),
    Spot("ribs", _at("spine2"), (0, 0.0, 0), (1, 0, 0), 0.05),
    Spot("shoulder_blade", _at("left_collar"), (0.075, -0.07, -0.04), (0, 0, -1), 0.05, "spine3"),
)
_CENTRE: Final = (
    Spot("head_top", _at("head"), (0, 0.05, -0.02), (0, 1, 0), 0.05),
    Spot("forehead", _at("head"), (0, 0.10, 0), (0, 0, 1), 0.035),
    Spot("mouth", _at("jaw"), (0, -0.023, 0.0), (0, 0, 1), 0.02, "head"),
    Spot("chin", _at("jaw"), (0, -0.035, 0.01), (0, -0.4, 0.92), 0.02, "jaw"),
    Spot("head_back", _at("head"), (0, 0.06, -0.02), (0, 0, -1), 0.05),
    Spot("neck_front", _at("neck", "head", 0.1), _NO, (0, 0, 1), 0.025),
    Spot("neck_back", _at("neck", "head", 0.5), _NO, (0, 0, -1), 0.03),
    Spot("throat", _at("neck", "head", 0.33), _NO, (0, 0, 1), 0.02),
    Spot("chest", _at("spine3"), (0, 0.03, 0), (0, 0, 1), 0.05, "spine3"),
    Spot("stomach", _at("spine1"), (0, 0.035, 0), (0, 0, 1), 0.05),
    Spot("lower_belly", _at("pelvis"), (0, 0.02, 0), (0, 0, 1), 0.05, "pelvis"),
    Spot("groin", _at("pelvis"), (0, -0.07, 0.0), (0, -0.35, 0.94), 0.04, "pelvis"),
    Spot("upper_back", _at("spine3"), (0, 0.06, 0), (0, 0, -1), 0.06, "spine3"),
    Spot("lower_back", _at("spine1"), (0, 0.0, 0), (0, 0, -1), 0.05),
)


@dataclass(frozen=True)
class _Skin:
    """The rest body as the rays see it: outer skin only."""

    model: BodyModel
    normals: np.ndarray  # (V, 3) unit
    triangles: np.ndarray  # (T, 3) of the outer skin

    def hit(self, origin: np.ndarray, direction: np.ndarray, first: bool) -> tuple[np.ndarray, np.ndarray]:
        """Where the ray leaves the skin (first or last): vertex ids (3,) and their weights (3,)."""
        a, b, c = (self.model.v_template[self.triangles[:, k]] for k in range(3))
        edges = np.stack([b - a, c - a, np.broadcast_to(-direction, a.shape)], axis=-1)
        good = np.abs(np.linalg.det(edges)) > 1e-15
        solution = np.full((len(a), 3), -1.0)
        solution[good] = np.linalg.solve(edges[good], (origin - a)[good][..., None])[..., 0]
        u, v, t = solution.T
        inside = (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (t > 0)
        if not inside.any():
            raise ValueError(f"a ray from {origin.round(3)} along {direction.round(2)} never leaves the body")
        best = np.flatnonzero(inside)[np.argmin(t[inside]) if first else np.argmax(t[inside])]
        return self.triangles[best], np.array([1 - u[best] - v[best], u[best], v[best]])


def find_regions(model: BodyModel) -> dict[str, dict[str, Any]]:
    """All regions as written to rigs/regions.json (see surfaces.py for the meaning of the fields)."""
    outer = ~np.isin(model.material, [i for i, n in enumerate(model.material_names) if n == "mouth"])
    triangles = model.triangles[np.concatenate([outer, outer])]
    skin = _Skin(model, quad_normals(model.v_template, model.quads), triangles)
    sided = {spot.name: _region(skin, spot, *_ray_hit(skin, spot)) for spot in _SIDES}
    sided["ear"] = _vertex_region(skin, "ear", _ear_vertex(model), 0.025, "head")
    sided["buttock"] = _vertex_region(skin, "buttock", _sitting_vertex(model), 0.05, "pelvis")
    regions: dict[str, dict[str, Any]] = {}
    mirror = _mirror_ids(model)
    for name, region in sided.items():
        regions[f"left_{name}"] = region
        regions[f"right_{name}"] = _mirrored(region, mirror)
    for spot in _CENTRE:
        regions[spot.name] = _flattened(_region(skin, spot, *_ray_hit(skin, spot)), mirror)
    regions["face"] = _flattened(_vertex_region(skin, "face", _nose_vertex(model), 0.015, "head"), mirror)
    regions["buttocks"] = _between(regions["left_buttock"], regions["right_buttock"])
    return regions


def _ray_hit(skin: _Skin, spot: Spot) -> tuple[np.ndarray, np.ndarray]:
    joints = skin.model.joint_template
    origin = sum(share * joints[INDEX[name]] for name, share in spot.joints) + np.array(spot.shift)
    direction = np.array(spot.direction, float)
    return skin.hit(origin, _unit(direction), spot.first_exit)


def _vertex_region(skin: _Skin, name: str, vertex: int, radius: float, joint: str) -> dict[str, Any]:
    spot = Spot(name, (), _NO, _NO, radius, joint)
    return _region(skin, spot, np.array([vertex]), np.ones(1))


def _region(skin: _Skin, spot: Spot, ids: np.ndarray, shares: np.ndarray) -> dict[str, Any]:
    """The region around a point of the skin that is the `shares`-weighted mean of vertices `ids`."""
    model = skin.model
    point = shares @ model.v_template[ids]
    weights = shares @ model.weights[ids]
    strongest = np.argsort(-weights, kind="stable")[:_MAX_INFLUENCES]
    strongest = strongest[weights[strongest] > 0.01]
    weights = weights[strongest] / weights[strongest].sum()
    normal = _unit(shares @ skin.normals[ids])
    away = np.linalg.norm(model.v_template - point, axis=1)
    near = np.unique(skin.triangles)
    near = near[(away[near] < spot.radius) & (skin.normals[near] @ normal > _TURN)]
    if len(near):
        normal = _unit(normal + skin.normals[near].sum(axis=0))
    return {
        "joint": spot.turns_with or JOINTS[strongest[0]],
        "influences": [
            {"joint": JOINTS[j], "weight": float(w), "offset": (point - model.joint_template[j]).tolist()}
            for j, w in zip(strongest, weights, strict=True)
        ],
        "normal": normal.tolist(),
        "radius": spot.radius,
        "vertices": near.tolist(),
    }


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.linalg.norm(v)


def _mirror_ids(model: BodyModel) -> np.ndarray:
    """(V,) id of each vertex' mirror image; the rest body is exactly symmetric, so sorting finds it."""
    here = model.v_template.round(6) + 0.0
    there = here * np.array([-1.0, 1.0, 1.0]) + 0.0
    rank = {tuple(p): i for i, p in enumerate(here)}
    return np.array([rank[tuple(p)] for p in there])


def _flip(v: list[float]) -> list[float]:
    return [-v[0], v[1], v[2]]


def _mirrored(region: dict[str, Any], mirror: np.ndarray) -> dict[str, Any]:
    """The region of the other side."""
    return {
        "joint": mirror_name(region["joint"]),
        "influences": [
            {"joint": mirror_name(i["joint"]), "weight": i["weight"], "offset": _flip(i["offset"])}
            for i in region["influences"]
        ],
        "normal": _flip(region["normal"]),
        "radius": region["radius"],
        "vertices": sorted(mirror[region["vertices"]].tolist()),
    }


def _flattened(region: dict[str, Any], mirror: np.ndarray) -> dict[str, Any]:
    """A region of the middle, made exactly symmetric."""
    both = _between(region, _mirrored(region, mirror))
    return both | {"joint": region["joint"]}


def _between(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    """The region half way between two mirrored ones, on the middle of the body."""
    influences: dict[str, dict[str, Any]] = {}
    for part in left["influences"] + right["influences"]:
        known = influences.setdefault(part["joint"], {"joint": part["joint"], "weight": 0.0, "offset": np.zeros(3)})
        known["weight"] += part["weight"] / 2
        known["offset"] = known["offset"] + part["weight"] / 2 * np.array(part["offset"])
    table = sorted(influences.values(), key=lambda i: -i["weight"])
    return {
        "joint": left["joint"],
        "influences": [i | {"offset": (i["offset"] / i["weight"]).tolist()} for i in table],
        "normal": _unit(np.array(left["normal"]) + np.array(right["normal"])).tolist(),
        "radius": left["radius"],
        "vertices": sorted({*left["vertices"], *right["vertices"]}),
    }


def _ear_vertex(model: BodyModel) -> int:
    """The vertex of the left ear that sticks out most."""
    v = model.v_template
    head = v[:, 1] > model.joint_template[INDEX["head"], 1] + 0.01
    return int(np.argmax(np.where(head, v[:, 0], -np.inf)))


def _nose_vertex(model: BodyModel) -> int:
    """The nose tip: the foremost vertex of the head."""
    v = model.v_template
    head = v[:, 1] > model.joint_template[INDEX["head"], 1] - 0.02
    return int(np.argmax(np.where(head & (np.abs(v[:, 0]) < 0.02), v[:, 2], -np.inf)))


def _sitting_vertex(model: BodyModel) -> int:
    """The lowest vertex of the left buttock on an upright sitting body."""
    rotvecs = np.zeros((len(JOINTS), 3))
    for side in ("left", "right"):
        rotvecs[INDEX[f"{side}_hip"], 0] = -np.pi / 2
    sitting = model.shaped().posed(rotvecs).vertices()
    buttock = (sitting[:, 0] > 0.04) & (model.weights[:, INDEX["pelvis"]] > 0.3)
    return int(np.argmin(np.where(buttock, sitting[:, 1], np.inf)))


def write_regions(path: Path, model: BodyModel) -> None:
    """Write rigs/regions.json: one region a line, lengths to 0.01 mm."""
    lines = [f"{json.dumps(name)}: {json.dumps(_rounded(region))}" for name, region in find_regions(model).items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def _rounded(value: Any) -> Any:
    """Floats to 5 digits, in nested lists and dicts; weights keep their sum of 1 to that."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 5) + 0.0 if isinstance(value, float) else value
