"""Where one shot ends and another begins: all of the picture changes at once, and does not change back."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from .images import Picture

_SMALL: Final = (32, 18)  # px of what is compared
_BOX: Final = 4  # Pillow's Resampling.BOX
_CHANGE: Final = 25.0  # mean difference of colours, 0..255, from one frame to the next that may be a cut
_TIMES: Final = 5.0  # times what is usual in this shot
_LIKE: Final = 0.4  # correlation from which on it is the same place, whatever moves or how light it is
_BACK: Final = 0.4  # of the difference: what is nearer than this to the frame before was a flash
_SECONDS: Final = 0.2  # that it takes to be sure
_USUAL: Final = 15  # frames that tell what is usual


class CutWatch:
    """Looks at the frames of a shot one after the other."""

    def __init__(self, rate: float) -> None:
        self._patience = max(2, round(_SECONDS * rate))
        self._usual: deque[float] = deque(maxlen=_USUAL)
        self._last: np.ndarray | None = None
        self._before: np.ndarray | None = None
        self._size = 0.0
        self.odd = 0  # frames since the picture changed, while it is not sure what that is

    def belongs(self, picture: Picture) -> bool:
        """Whether the next frame belongs to the shot as far as can be told; `odd` counts those in a row that do not."""
        small = np.asarray(picture.level(2).resize(_SMALL, _BOX), float)
        last, self._last = self._last, small
        if last is None:
            return True
        if self._before is not None:
            if np.abs(small - self._before).mean() < _BACK * self._size:
                self._before, self.odd = None, 0
                return True
            self.odd += 1
            return False
        change = float(np.abs(small - last).mean())
        usual = float(np.median(self._usual)) if self._usual else 0.0
        if change > max(_CHANGE, _TIMES * usual) and _likeness(small, last) < _LIKE:
            self._before, self._size, self.odd = last, change, 1
            return False
        self._usual.append(change)
        return True

    @property
    def cut(self) -> bool:
        """Whether the shot has ended, `odd` frames ago."""
        return self.odd > self._patience


def _likeness(a: np.ndarray, b: np.ndarray) -> float:
    """The correlation of two pictures of one size, -1..1; 0 where one of them shows nothing."""
    x, y = a.mean(axis=2) - a.mean(), b.mean(axis=2) - b.mean()
    return float((x * y).sum() / max(float(np.linalg.norm(x) * np.linalg.norm(y)), 1e-9))
