"""A prompt's words made ready: corrections carried out, nouns that were left out put back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .clause_words import RELATIONS, TOUCHES
from .correcting import corrected
from .lexicon import ARM_KINDS, DETERMINERS, LEG_KINDS, PART_WORDS, SIDE_WORDS, SPLITTERS
from .spelling import Vocabulary
from .tokens import Token, tokens_of

_SINGULAR: Final = {
    "legs": "leg", "arms": "arm", "hands": "hand", "feet": "foot", "knees": "knee", "ankles": "ankle",
    "elbows": "elbow", "wrists": "wrist", "fists": "fist", "palms": "palm", "thighs": "thigh", "heels": "heel",
    "forearms": "forearm", "shins": "shin", "calves": "calf", "shoulders": "shoulder",
}  # fmt: skip
_PLURAL: Final = {one: many for many, one in _SINGULAR.items()}
_NO_NOUN_AFTER: Final = frozenset(("side", "sides", "way", "direction", "one", "ones", "angle", "of"))
_TOWARDS: Final = frozenset(("to", "towards", "toward", "from", "slightly", "more", "further"))
_BE: Final = frozenset(("is", "are", "was", "being", "remains", "stays", "hangs"))


def prepared(prompt: str, known: Vocabulary | None) -> list[Token]:
    """The tokens of a prompt, ready to be read."""
    return completed(paired(unlabelled(corrected(tokens_of(prompt, known)))))


def paired(tokens: list[Token]) -> list[Token]:
    """As in "a hand on each knee", "one fist on either hip": both hands."""
    out = list(tokens)
    for i, token in enumerate(tokens[:-1]):
        if token.text not in ("each", "either") or tokens[i + 1].text not in PART_WORDS:
            continue
        start = next((k + 1 for k in range(i - 1, -1, -1) if tokens[k].is_mark or tokens[k].text in SPLITTERS), 0)
        for k in range(start + 1, i):
            if tokens[k].text in _PLURAL and tokens[k - 1].text in ("a", "one"):
                out[k - 1] = Token("both", "both", tokens[k - 1].said)
                out[k] = _noun(tokens[k], tokens[k].said, many=True)
                out[i] = Token("each", "each", token.said)
                break
    return out


def unlabelled(tokens: list[Token]) -> list[Token]:
    """As in "arms: left up, right down. head: turned right": the label goes to what is said of it."""
    out: list[Token] = []
    label: Token | None = None
    for i, token in enumerate(tokens):
        starts = i == 0 or tokens[i - 1].is_mark or tokens[i - 1].text in SIDE_WORDS
        colon = i + 1 < len(tokens) and tokens[i + 1].text == ":"
        if token.text in PART_WORDS and colon and starts:
            sided = i + 2 < len(tokens) and tokens[i + 2].text in ("left", "right", "both", "one")
            label = token if sided else None
            if not sided:
                out.append(token)
            continue
        if token.text == ":" and i and tokens[i - 1].text in PART_WORDS:
            continue
        label = None if token.text in (".", ";") else label
        out.append(token)
        if (
            label is not None
            and token.text in ("left", "right", "both", "one", "other")
            and not _names_a_thing(tokens, i)
        ):
            out.append(_noun(label, label.said, many=token.text == "both"))
    return out


def completed(tokens: list[Token]) -> list[Token]:
    """As in "the left leg over the right", "one arm up, the other down": the noun that was left out is put back."""
    out: list[Token] = []
    noun = limb = None
    noun_sided = False
    sides: list[str] = []  # sides of limbs spoken of, the last one last
    for i, token in enumerate(tokens):
        before = [t.text for t in tokens[max(0, i - 3) : i]]
        one = token.text in ("one", "ones") and before[-1:] and before[-1] in ("left", "right", "other", "same", "this")
        if one and limb is not None:
            out.append(_noun(limb, token.said, many=token.text == "ones"))  # "the left one"
            continue
        if token.text in ("latter", "former") and limb is not None and sides:
            side = sides[-1] if token.text == "latter" or len(sides) < 2 else sides[-2]
            out += [Token(side, side, token.said), _noun(limb, "")]
            continue
        if token.text == "it" and before[-1:] == ["against"] and (prop := _propping(tokens[:i])):
            out += [replace(prop, said=token.said)]  # "back to the wall, one foot against it"
            continue
        if token.text in ("it", "them") and noun is not None and _is_touched(tokens, i):
            out += [*([Token(sides[-1], sides[-1], "")] if noun_sided else []), _noun(noun, token.said)]
            continue
        out.append(token)
        measures = i + 1 < len(tokens) and tokens[i + 1].text in ("level", "height", "high")
        if token.text in PART_WORDS and not measures:
            noun = token
            noun_sided = before[-1:] in (["left"], ["right"])
            its_own = bool(before) and before[-1] in ("its", "their")  # "on its toes": the foot stays what "one" means
            limb = token if PART_WORDS[token.text] in ARM_KINDS | LEG_KINDS and not its_own else limb
            sides += [t for t in before[-1:] if t in ("left", "right")]
        if limb is not None and token.text == "one" and _is_subject(tokens, i) and not _names_a_thing(tokens, i):
            out.append(_noun(limb, ""))  # "legs apart, one forward"
        elif limb is not None and token.text == "both" and _stands_alone(tokens, i):
            out.append(_noun(limb, "", many=True))  # "both in front of the face"
        elif noun is not None and _lacks_noun(tokens, i, before):
            out.append(_noun(noun if limb is None else limb if _is_subject(tokens, i) else noun, ""))
    return out


def _propping(before: list[Token]) -> Token | None:
    """The wall or post that was spoken of."""
    return next((t for t in reversed(before) if t.text in ("wall", "door", "fence", "tree", "pillar", "post")), None)


def _is_touched(tokens: list[Token], i: int) -> bool:
    """Whether the "it" at i is what a hand is on: "left hand on it", "and hold it"."""
    return i > 0 and (
        tokens[i - 1].text in ("on", "behind", "under", "above", "against", "over") or tokens[i - 1].stem in TOUCHES
    )


def _noun(like: Token, said: str, *, many: bool = False) -> Token:
    word = _SINGULAR.get(like.text, like.text)
    word = _PLURAL.get(word, word) if many else word
    return Token(word, word, said)


def _ends(tokens: list[Token], i: int) -> bool:
    """Whether nothing of the same clause follows the word at i."""
    return i + 1 >= len(tokens) or tokens[i + 1].is_mark or tokens[i + 1].text in SPLITTERS


def _names_a_thing(tokens: list[Token], i: int) -> bool:
    """Whether a noun follows within a few words: "the other, straight leg", "both of his long arms"."""
    for token in tokens[i + 1 : i + 5]:
        if token.is_mark and token.text != ",":
            return False
        if token.text in PART_WORDS or token.text in _NO_NOUN_AFTER - {"of"}:
            return True
        if token.text in RELATIONS or token.text in SPLITTERS or token.text in _BE or token.stem in _VERBS:
            return False
    return False


_VERBS: Final = frozenset(
    ("hang", "rest", "scratch", "touch", "hold", "point", "reach", "support", "grab", "cover", "prop",
     "wav", "clasp", "press", "shield", "cradl", "strok", "brac")
)  # fmt: skip


def _stands_alone(tokens: list[Token], i: int) -> bool:
    """Whether the "both" at i stands for a pair named before."""
    return not _names_a_thing(tokens, i) and (
        i == 0 or tokens[i - 1].text not in RELATIONS - {"in"} or _ends(tokens, i)
    )


def _lacks_noun(tokens: list[Token], i: int, before: list[str]) -> bool:
    """Whether "left", "right" or "other" at i stands for a limb: "on the right", "the other scratching ..."."""
    if tokens[i].text not in ("left", "right", "other") or not before:
        return False
    of_one = before[-1] in DETERMINERS and not (len(before) > 1 and before[-2] in _TOWARDS)
    if not of_one or before[-2:-1] == ["each"] or before[-1] == "each":
        return False
    if _ends(tokens, i):
        return len(before) > 1 or tokens[i].text == "other" or i == 1 or tokens[i - 2].is_mark
    following = tokens[i + 1].text
    if following in _NO_NOUN_AFTER or following in PART_WORDS or _names_a_thing(tokens, i):
        return False
    return tokens[i].text == "other" or following in _BE or following in RELATIONS or _is_subject(tokens, i)


def _is_subject(tokens: list[Token], i: int) -> bool:
    """Whether "the right" at i begins a clause: "the left raised, the right hanging"."""
    k = i - 1
    while k >= 0 and (tokens[k].text in DETERMINERS or tokens[k].text in SIDE_WORDS):
        k -= 1
    return k < 0 or tokens[k].is_mark or tokens[k].text in SPLITTERS
