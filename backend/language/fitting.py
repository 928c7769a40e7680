"""Whether an alias that was found in a prompt is meant there, or is body language that the rules read."""

from __future__ import annotations

from typing import Final

from .atlas import atlas
from .lexicon import ACTIONS, ARM_KINDS, DETERMINERS, LEG_KINDS, PART_WORDS, SIDE_WORDS, SIDES, SKIP, WAY_WORDS
from .tokens import Token

PASSED: Final = SKIP - {"with"} | {"both", "left", "right"}
_BETWEEN: Final = frozenset(
    ("is", "are", "being", "slightly", "somewhat", "bit", "little", "a", "gently")
)  # part and verb
PLACING: Final = frozenset(("on", "in"))  # they count before a part of the body: "hands on hips" is not "hands, hips"
GOERS: Final = frozenset(("runner", "runners", "jogger", "joggers", "walker", "walkers"))
_LIMB_KINDS: Final = {"arm": ARM_KINDS, "hand": ARM_KINDS, "leg": LEG_KINDS}


def speaks_of(name: str, word: str) -> bool:
    """Whether an entry is asked for with this very word."""
    entry = atlas().entries[name]
    return any(word in phrase for phrase in (entry.name, *entry.aliases))


def is_of_limb(tokens: list[Token], k: int, limb: str) -> bool:
    """Whether the side word at k is that of the limb that the entry's side is a side of."""
    return k + 1 < len(tokens) and PART_WORDS.get(tokens[k + 1].text) in _LIMB_KINDS.get(limb, ())


def only_turns(tokens: list[Token], places: list[int]) -> bool:
    """Whether "to the left" within an alias is all that is said about sides: it is not that of an arm."""
    sided = [k for k in range(places[0], places[-1] + 1) if tokens[k].text in SIDES]
    arms = [k for k in sided if is_of_limb(tokens, k, "arm")]
    return bool(sided) and not arms and all(tokens[k - 1].text == "the" and tokens[k - 2].text == "to" for k in sided)


def crosses_lower(tokens: list[Token], places: list[int]) -> bool:
    """As in "legs crossed at the ankles": other than the legs crossed of an alias."""
    crosses = any(ACTIONS.get(tokens[k].stem) == "cross" for k in places)
    nearby = [t.text for t in tokens[max(0, places[0] - 3) : places[-1] + 6] if not t.is_mark]
    at = [k for k, text in enumerate(nearby) if text in ("ankle", "ankles", "wrist", "wrists")]
    own = any(tokens[k].text in ("ankle", "ankles", "wrist", "wrists") for k in places)
    return crosses and not own and any(k >= 2 and "at" in nearby[k - 2 : k] for k in at)


_LIMB_VERBS: Final = frozenset(
    ("swing", "hang", "dangl", "hug", "drop", "float", "wrap", "reach", "press", "rest", "push", "thrust", "jut",
     "pull", "tiptoe", "brush", "graz", "hover", "trail", "point", "throw", "fling", "turn", "rotat", "tuck", "curl")
)  # fmt: skip
_SPREADS: Final = frozenset(("apart", "together", "wide", "straight", "flat"))
_MOVES: Final = frozenset(("raise", "lower", "stretch", "bend", "point"))
_OBJECT_VERBS: Final = frozenset(
    (
        "reach",
        "sweep",
        "throw",
        "swing",
        "push",
        "drop",
        "fling",
        "put",
        "roll",
        "float",
        "shift",
        "pull",
        "run",
        "guard",
    )
)


def is_done_with_a_part(tokens: list[Token], i: int) -> bool:
    """Whether the verb at i is about a limb: "sweep the arms up", "his forearm lies on the thigh"."""
    following = next(
        (t.text for t in tokens[i + 1 : i + 5] if t.text not in DETERMINERS and t.text not in SIDE_WORDS), ""
    )
    if tokens[i].stem in _OBJECT_VERBS and following in PART_WORDS and tokens[i].text not in PART_WORDS:
        return True
    before = next((t.text for t in reversed(tokens[:i]) if t.text not in _BETWEEN), "")
    if tokens[i].text.endswith(("ed", "thrown", "flung")) and PART_WORDS.get(before) in ARM_KINDS | LEG_KINDS:
        return tokens[i].stem not in ACTIONS  # "the left foot planted in front": how a limb is
    if tokens[i].text == "limp":
        return True
    if tokens[i].stem == "reach":
        ahead = next((k for k in range(i + 1, len(tokens)) if tokens[k].is_mark), len(tokens))
        return any(PART_WORDS.get(t.text) in ARM_KINDS for t in tokens[i + 1 : min(ahead, i + 7)])
    if tokens[i].stem == "balanc" and [t.text for t in tokens[i + 1 : i + 2]] == ["on"]:
        return any(t.text in PART_WORDS for t in tokens[i + 2 : i + 5])
    return tokens[i].stem == "lie" and PART_WORDS.get(before) in ARM_KINDS | LEG_KINDS | {"head", "chin", "cheek"}


def is_a_thing(tokens: list[Token], i: int) -> bool:
    """Whether a word that also names a move stands for a thing: "the foot on a step"."""
    return tokens[i].text in ("step", "block", "bar", "bench") and i > 0 and tokens[i - 1].text in DETERMINERS


def is_one_of_several(tokens: list[Token], places: list[int]) -> bool:
    """Whether only a part and its move are said, in a sentence about other parts too: the rules read "hand raised"."""
    words = [tokens[k] for k in places]
    rest = [t for t in words if t.text not in PART_WORDS and t.text != "with"]
    plain = all(ACTIONS.get(t.stem, "") in _MOVES or t.text in WAY_WORDS or t.text in _SPREADS for t in rest)
    if len(places) < 2 or not any(t.text in PART_WORDS for t in words) or not plain:
        return False
    if [t.text for t in words[:1]] == ["face"] and words[-1].text == "ground":
        return False  # "face down on the floor" is how the whole body lies
    before = next((t.text for t in reversed(tokens[: places[0]]) if t.text not in PASSED - {"at", "on", "to"}), "")
    return before in ("at", "to", "on") or any(t.text in PART_WORDS for k, t in enumerate(tokens) if k not in places)


def is_for_the_rules(tokens: list[Token], places: list[int]) -> bool:
    return _meets_somewhere(tokens, places) or _is_said_of_one_side(tokens, places)


def _meets_somewhere(tokens: list[Token], places: list[int]) -> bool:
    """As in "arms overhead, palms together": where the palms meet is said by other words."""
    words = [tokens[k] for k in places]
    if not all(t.text in ("palms", "hands", "together", "touch", "press") or t.stem == "press" for t in words):
        return False
    return any(PART_WORDS.get(t.text) in ("arm", "elbow") for k, t in enumerate(tokens) if k not in places)


def _is_said_of_one_side(tokens: list[Token], places: list[int]) -> bool:
    """Whether an alias is plain body language said of one side, among words about others: "left hand on chin ..."."""
    words = [tokens[k] for k in places]
    plain = all(
        t.text in PART_WORDS or t.stem in ACTIONS or t.text in WAY_WORDS or t.text in _RELATING or t.stem in _RELATING
        for t in words
    )
    sided = any(tokens[k].text in (*SIDES, "other") for k in range(max(0, places[0] - 1), places[-1] + 1))
    if len(places) < 2 or not plain or not sided or not any(t.text in PART_WORDS for t in words):
        return False
    inside = range(places[0], places[-1] + 1)
    return any(t.text in PART_WORDS for k, t in enumerate(tokens) if k not in places and k not in inside)


_RELATING: Final = frozenset(("on", "in", "over", "behind", "under", "above", "across", "against", "between", "hold"))


def is_of_a_part(tokens: list[Token], places: list[int]) -> bool:
    """Whether words like "pointing forward" are said of the part of the body before them: the rules read that."""
    of_limbs = [tokens[k].stem in _LIMB_VERBS or ACTIONS.get(tokens[k].stem) == "stretch" for k in places]
    least = 1 if of_limbs[0] else 2
    telling = [
        tokens[k].stem in ACTIONS or tokens[k].text in WAY_WORDS or of_limb
        for k, of_limb in zip(places, of_limbs, strict=True)
    ]
    if len(places) < least or not all(telling):
        return False
    passed = _BETWEEN | ({"on"} if tokens[places[0]].text == "tiptoe" else frozenset())
    before = next((t for t in reversed(tokens[: places[0]]) if t.text not in passed), None)
    if before is not None and before.text in PART_WORDS:
        return True
    told = next((t for t in reversed(tokens[: places[0]]) if not _tells_of_a_turn(t)), None)
    return told is not None and PART_WORDS.get(told.text) in ("head", "torso")


def _tells_of_a_turn(token: Token) -> bool:
    """Words between "head" and the last thing that it does: "is bowed, and slightly turned to the left"."""
    passed = token.text in _BETWEEN or token.text in ("and", ",", "to", "the", "degrees") or token.number is not None
    return passed or token.stem in ACTIONS or token.text in WAY_WORDS


def is_looked_at(tokens: list[Token], places: list[int]) -> bool:
    """As in "looking at the raised hand": a part that the eyes go to, no deed."""
    before = [t.text for t in tokens[: places[0]] if t.text not in DETERMINERS and t.text not in SIDES]
    return before[-1:] == ["at"] and is_bare(tokens, places)


def is_bare(tokens: list[Token], places: list[int]) -> bool:
    """Whether only a part and what it does is said: "leg raised"."""
    words = [tokens[k] for k in places]
    return any(t.text in PART_WORDS for t in words) and all(t.text in PART_WORDS or t.stem in ACTIONS for t in words)


def goes_on(tokens: list[Token], places: list[int]) -> bool:
    """Whether words like "arms stretched" or "touching the toes" are but the beginning: a direction follows."""
    words = [tokens[k] for k in places]
    acts = {_act(t) for t in words if t.text not in PART_WORDS and t.text != "with"}
    known = all(t.text in PART_WORDS or _act(t) or t.text == "with" for t in words)
    if len(places) < 2 or not acts or not known:
        return False
    passed = DETERMINERS | {"to", "straight", "out", "all", "way", "directly", "fully", "slightly"}
    following = next((t for t in tokens[places[-1] + 1 :] if t.text not in passed), None)
    if following is None:
        return False
    if acts <= {"raise", "stretch", "bend", "point", "swing"}:
        high = following.text in ("height", "level", "high")
        if acts == {"swing"} and WAY_WORDS.get(following.text) == "rest":
            return False  # "arms swinging loosely" is a manner, no direction
        return high or following.text in WAY_WORDS or following.number is not None
    if acts <= {"touch"}:
        handed = following.text == "with" and any(t.text in SIDES for t in tokens[places[-1] + 1 : places[-1] + 5])
        return handed or (words[0].text in PART_WORDS and following.text in ("ground", "floor"))
    if acts <= {"clasp", "touch"}:
        return following.text == "overhead"
    of_arms = any(t.text.startswith(("arm", "wrist", "hand")) for t in words)
    return acts <= {"cross"} and of_arms and following.text in ("overhead", "behind", "at")


def _act(token: Token) -> str:
    """What a verb does with a part of the body, "" for other words."""
    return "swing" if token.stem in ("swing", "kick") else ACTIONS.get(token.stem, "")


def places_a_part(tokens: list[Token], i: int) -> bool:
    """Whether the "on" at i says where a hand or another part is: "hand on one knee" is no kneeling."""
    if tokens[i].text not in PLACING:
        return False
    before = next((t for t in reversed(tokens[:i]) if t.text not in DETERMINERS and t.text not in ("is", "are")), None)
    return before is not None and (before.text in PART_WORDS or ACTIONS.get(before.stem) in ("touch", "clasp"))
