"""Words of other languages: recognised only so that the reply can say that English is what is read."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Small words that are no English ones (nor names of poses: "en garde", "a la seconde").
_SMALL_WORDS: Final = """
German: der die das ein eine einen einem einer und mit auf nach ist sich nicht zu zum zur im hebt steht sitzt mann
    frau dem
    oben unten linken rechten linke rechte beide beiden seine seinen ihre geht macht haende hande arme beine
French: la le les de des sur un une et avec est il elle du aux leve debout assis assise homme femme gauche droite bras
    jambe sa
    ses mains dans qui marche
Spanish: el la de en los las una con y mujer hombre brazo brazos derecho derecha izquierdo izquierda corre sentado
    sentada pie
    levanta mano manos parado persona pierna
Italian: il la con una gli uno con uomo donna braccio braccia destro destra sinistro sinistra alza della nel seduto
    seduta piedi
    gamba mano sulla
Portuguese: um uma com homem mulher bracos braco direito esquerdo levanta em pe sentado pessoa mao maos perna
Dutch: het een en op vrouw staat zit zijn handen benen armen omhoog linker rechter
Polish: jest stoi siedzi kobieta mezczyzna reka rece noga podnosi
Turkish: bir ve kadin adam kolunu ayakta oturuyor elini
"""
_WORDS: Final = {
    language: frozenset(words.split())
    for language, _, words in (line.partition(":") for line in _SMALL_WORDS.strip().replace("\n    ", " ").splitlines())
}
_SCRIPTS: Final = {
    "CYRILLIC": "Cyrillic letters", "ARABIC": "Arabic", "HEBREW": "Hebrew", "GREEK": "Greek", "THAI": "Thai",
    "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean", "DEVANAGARI": "Hindi", "CJK": "Chinese",
}  # fmt: skip
_LEAST_SHARE: Final = 0.3


def tongue_of(text: str) -> str:
    """The language that a prompt seems to be written in where it is not English, else "". `text` is in lower case."""
    words = re.findall(r"[^\W\d_]+", text)
    if not words:
        return ""
    script = _script(words)
    if script:
        return script
    counts = {language: len(known & set(words)) for language, known in _WORDS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= 2 and counts[best] >= _LEAST_SHARE * len(words) else ""


def _script(words: list[str]) -> str:
    """The alphabet of most letters, unless it is the Latin one."""
    letters = "".join(words)
    if letters.isascii():
        return ""
    kinds = [unicodedata.name(c, "LATIN").split()[0] for c in letters if not c.isascii()]
    foreign = [_SCRIPTS[k] for k in kinds if k in _SCRIPTS]
    if len(foreign) * 2 <= len(letters):
        return ""
    return "Japanese" if "Japanese" in foreign else max(set(foreign), key=foreign.count)
