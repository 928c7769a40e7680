"""Where the licensed SMPL-X model files come from, in the words that both sides show. No engine needs them."""

from __future__ import annotations

from typing import Final

SMPLX_PAGE: Final = "smpl-x.is.tue.mpg.de"
SMPLX_NOT_NEEDED: Final = f"SMPL-X model files ({SMPLX_PAGE}) are not needed for it"
SMPLX_BODY: Final = (
    "Poses come on Posewright's own body, which has the joints of SMPL-X: no engine needs the licensed SMPL-X model "
    f"files. To see poses on SMPL-X itself: register at {SMPLX_PAGE} (free for non-commercial use), download "
    "SMPLX_NEUTRAL.npz, then in Blender File > Import > SMPL-X Model (.npz)."
)
