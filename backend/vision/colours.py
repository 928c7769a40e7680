"""Names of colours, by nearness in a space where distances are what the eye sees (Oklab; Ottosson 2020)."""

from __future__ import annotations

from typing import Final

import numpy as np

LIGHTNESS: Final = 0.45  # how much a difference in lightness counts: light and shade change it most
# Each name with typical colours of cloth, light and dark (sRGB).
_NAMED: Final = {
    "red": ((200, 25, 30), (140, 15, 20), (225, 70, 60), (110, 20, 30)),
    "orange": ((235, 120, 20), (200, 90, 30), (245, 150, 70)),
    "yellow": ((240, 215, 40), (200, 170, 40), (250, 235, 130)),
    "green": ((30, 140, 50), (20, 80, 40), (120, 190, 90), (85, 107, 47), (60, 200, 80)),
    "blue": ((30, 70, 190), (25, 35, 90), (70, 130, 200), (140, 185, 230), (50, 75, 120), (20, 30, 60), (40, 170, 210)),
    "purple": ((110, 40, 150), (70, 30, 90), (160, 110, 200)),
    "pink": ((245, 130, 170), (250, 190, 205), (225, 60, 140), (200, 110, 130)),
    "brown": ((110, 70, 40), (75, 50, 35), (150, 100, 65)),
    "beige": ((215, 195, 165), (185, 165, 135)),
    "white": ((250, 250, 250), (225, 225, 228)),
    "grey": ((170, 170, 172), (130, 130, 132), (95, 95, 98)),
    "black": ((18, 18, 20), (40, 40, 44), (55, 54, 56)),
}
SYNONYMS: Final = {
    "gray": "grey", "silver": "grey", "charcoal": "grey", "navy": "blue", "cyan": "blue", "turquoise": "blue",
    "teal": "blue", "denim": "blue", "crimson": "red", "scarlet": "red", "maroon": "red", "burgundy": "red",
    "violet": "purple", "lilac": "purple", "magenta": "pink", "olive": "green", "lime": "green", "tan": "beige",
    "khaki": "beige", "cream": "beige", "gold": "yellow", "golden": "yellow",
}  # fmt: skip
WORDS: Final = (*_NAMED, *SYNONYMS)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """(..., 3) sRGB 0..255 -> (..., 3): lightness 0..1, green to red, blue to yellow."""
    c = np.asarray(rgb, float) / 255.0
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    lms = linear @ np.array(
        [[0.4122214708, 0.2119034982, 0.0883024619], [0.5363325363, 0.6806995451, 0.2817188376],
         [0.0514459929, 0.1073969566, 0.6299787005]]
    )  # fmt: skip
    out: np.ndarray = np.cbrt(lms) @ np.array(
        [[0.2104542553, 1.9779984951, 0.0259040371], [0.7936177850, -2.4285922050, 0.7827717662],
         [-0.0040720468, 0.4505937099, -0.8086757660]]
    )  # fmt: skip
    return out


def colour_of(pixels: np.ndarray) -> np.ndarray | None:
    """The colour (3,) in Oklab of some pixels (n, 3), whatever lies over a part of them; None of too few."""
    return np.median(oklab(pixels), axis=0) if len(pixels) >= 9 else None


def distance(colour: np.ndarray, name: str) -> float:
    """How far a colour is from a named one."""
    typical = oklab(np.array(_NAMED[SYNONYMS.get(name, name)]))
    return float(np.linalg.norm((typical - colour) * [LIGHTNESS, 1.0, 1.0], axis=1).min())


def name_of(colour: np.ndarray) -> str:
    """The name that is nearest to a colour in Oklab."""
    return min(_NAMED, key=lambda name: distance(colour, name))
