"""Text in pictures: our own 5x7 bitmap font for printable ASCII, so that sheets need no font file."""

from __future__ import annotations

import unicodedata

import numpy as np

GLYPH_WIDTH, GLYPH_HEIGHT = 5, 7
DROP = 2  # px that the tails of g, p, q and y reach below the line
ADVANCE, LINE = 6, 11  # px from one letter or line to the next, at scale 1

# Seven rows a glyph, top first; each row is one base-32 digit (0-9, A-V) whose five bits are the pixels, left first.
_FONT = """
A EHHVHHH B UHHUHHU C EHGGGHE D UHHHHHU E VGGUGGV F VGGUGGG G EHGNHHF H HHHVHHH I E44444E J 72222IC K HIKOKIH
L GGGGGGV M HRLLHHH N HHPLJHH O EHHHHHE P UHHUGGG Q EHHHLID R UHHUKIH S FGGE11U T V444444 U HHHHHHE V HHHHHA4
W HHHLLLA X HHA4AHH Y HHHA444 Z V1248GV a 00E1FHF b GGMPHHU c 00EGGHE d 11DJHHF e 00EHVGE f 698S888 g FHHHF1E
h GGMPHHH i 40C444E j 20622IC k GGIKOKI l C44444E m 00QLLHH n 00MPHHH o 00EHHHE p MPHPMGG q DJHJD11 r 00MPGGG
s 00EGE1U t 88S8896 u 00HHHJD v 00HHHA4 w 00HHLLA x 00HA4AH y HHHHF1E z 00V248V 0 EHJLPHE 1 4C4444E 2 EH1248V
3 V2421HE 4 26AIV22 5 VGU11HE 6 68GUHHE 7 V124888 8 EHHEHHE 9 EHHF12C . 00000CC , 0000C48 : 0CC0CC0 ; 0CC0C48
! 4444004 ? EH12404 - 000V000 + 044V440 = 00V0V00 _ 000000V / 01248G0 \\ 0G84210 ( 2488842 ) 8422248 [ E88888E
] E22222E { 2448442 } 8442448 < 248G842 > 8421248 ' 4480000 " AAA0000 # AAVAVAA $ 4FKE5U4 % OP248J3 & CIK8LID
* 04LEL40 @ EH1DLLE ^ 4AH0000 ` 8420000 | 4444444 ~ 008L200
"""
_UNKNOWN = "VHHHHHV"
_TAILED = frozenset("gpqy")


def _bitmap(letter: str, rows: str) -> np.ndarray:
    """(9, 5) bool: a letter with a tail stands two pixels lower."""
    bits = np.array([int(digit, 32) for digit in rows])
    glyph = (bits[:, None] >> np.arange(GLYPH_WIDTH - 1, -1, -1) & 1).astype(bool)
    return np.pad(glyph, ((DROP, 0), (0, 0)) if letter in _TAILED else ((0, DROP), (0, 0)))


def _glyphs() -> dict[str, np.ndarray]:
    words = _FONT.split()
    table = {letter: _bitmap(letter, rows) for letter, rows in zip(words[::2], words[1::2], strict=True)}
    return table | {" ": np.zeros((GLYPH_HEIGHT + DROP, GLYPH_WIDTH), bool)}


GLYPHS = _glyphs()


def text_mask(text: str, scale: int = 1) -> np.ndarray:
    """One line of text as (9 * scale, width) bool. Accents are dropped; other characters show as a box."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    if not plain:
        return np.zeros(((GLYPH_HEIGHT + DROP) * scale, 0), bool)
    mask = np.zeros((GLYPH_HEIGHT + DROP, ADVANCE * len(plain) - 1), bool)
    unknown = _bitmap("", _UNKNOWN)
    for i, letter in enumerate(plain):
        mask[:, i * ADVANCE : i * ADVANCE + GLYPH_WIDTH] = GLYPHS.get(letter, unknown)
    return mask.repeat(scale, axis=0).repeat(scale, axis=1)


def fit_lines(text: str, width: int, scale: int = 1, max_lines: int = 2) -> list[str]:
    """Break `text` at spaces into lines of at most `width` px; what does not fit ends in "..."."""
    room = max(4, (width + scale) // (ADVANCE * scale))
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > max_lines:
        lines = lines[:max_lines]
        lines[-1] += " ..." if len(lines[-1]) + 4 <= room else "..."
    return [line if len(line) <= room else line[: room - 3].rstrip(". ") + "..." for line in lines]


def draw_text(image: np.ndarray, x: int, y: int, text: str, colour: tuple[int, int, int], scale: int = 1) -> None:
    """Write one line into `image` (h, w, 3) with its top left at (x, y) px; what falls outside is cut off."""
    mask = text_mask(text, scale)
    height, width = image.shape[:2]
    mask = mask[max(0, -y) : max(0, height - y), max(0, -x) : max(0, width - x)]
    window = image[max(0, y) : max(0, y) + mask.shape[0], max(0, x) : max(0, x) + mask.shape[1]]
    window[mask] = colour
