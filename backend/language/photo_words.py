"""Words that go with a picture: who is meant, what of it is wanted, and what is to be different."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SEXED: Final = r"(?:man|woman|boy|girl|guy|lady|kid|child)"
_PERSON: Final = rf"(?:{_SEXED}|person|player|dancer|one|figure|people|somebody|someone)"
_ORDER: Final = (
    r"(?:left(?:most)?|right(?:most)?|middle|first|second|third|fourth|fifth|sixth|last|1st|2nd|3rd|4th|5th|6th"
    r"|tallest|tall|shortest|short|largest|biggest|smallest|nearest|closest|top|bottom)"
)
_WHICH: Final = rf"(?:{_ORDER}|sitting|seated|standing|kneeling|jumping|lying)"
_WHERE: Final = (
    r"(?:(?:on|at|to|from|in) the (?:far )?(?:left|right|middle|centre|center|front|back|top|bottom|background"
    r"|foreground)(?:[ -]hand)?(?: side)?)"
)
COLOURS: Final = (
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "beige", "white", "grey", "black", "gray",
    "silver", "charcoal", "navy", "cyan", "turquoise", "teal", "denim", "crimson", "scarlet", "maroon", "burgundy",
    "violet", "lilac", "magenta", "olive", "lime", "tan", "khaki", "cream", "gold", "golden",
)  # fmt: skip
_WORN: Final = (
    rf"(?:(?:in|wearing|with) (?:an? |the )?(?:(?:dark|light|bright|pale|deep) )?(?:{'|'.join(COLOURS)})"
    r"(?: (?:t-?shirt|tee|shirt|top|jacket|coat|sweater|jumper|pullover|hoodie|blouse|jersey|vest|tank top|cardigan"
    r"|blazer|trousers|pants|jeans|skirt|shorts|leggings|tights|bottoms|sweatpants|dress|suit|outfit|clothes|costume"
    r"|overalls|leotard|robe|kimono|gi))?)"
)
_DOES: Final = (
    r"(?:(?:who is |who's |that is |that's )?(?:sitting|seated|standing|lying|jumping|kneeling|squatting|crouching"
    r"|bending over|bent over)(?: (?:down|up))?"
    r"|with (?:both |one )?(?:the |his |her |their |an? )?(?:left |right )?(?:arm|hand)s?"
    r" (?:raised|up|lifted|overhead|in the air)"
    r"|(?:who is )?raising (?:both |one )?(?:the |his |her |their |an? )?(?:left |right )?(?:arm|hand)s?)"
)
_WHO: Final = re.compile(
    rf"^(?:(?:the )?pose (?:of|as|like) |(?:copy|use|take|pose (?:like|as)) )?(?:the |that |this )?"
    rf"(?P<who>(?:{_WHICH} )?{_PERSON}(?: {_WHERE}| {_WORN}| {_DOES})*|{_ORDER} {_WHERE})(?=$|[ ,.;:])[ ,.;:]*",
    re.IGNORECASE,
)
_EVERYBODY: Final = re.compile(
    r"^(?:(?:pose|copy|use|take) )?(?:all(?: (?:of them|of the people|(?:the )?(?:people|persons|men|women)|two|three"
    r"|four|five))|everybody|everyone|both(?: (?:of them|people|persons|men|women|of the people))?"
    r"|each (?:of them|person)|the whole group|all)(?: (?:in|of) (?:it|(?:this|the) (?:picture|photo|image)))?"
    r"(?=\s*(?:$|[,.;:]|but\b|with\b|and\b))[ ,.;:]*",
    re.IGNORECASE,
)
_PICTURE: Final = r"(?:pose|photo|picture|image|reference)"
_AS: Final = r"(?:in|from|like(?: in)?|(?:just |exactly |the )?(?:same )?(?:pose )?as(?: in)?|based on)"
_OF_IT: Final = rf"(?: (?:of|from|in))?(?: (?:the|this))?(?: {_PICTURE})?"
_SAME: Final = re.compile(
    rf"^(?:(?:{_AS}|copy|use|match|take) )?(?:this|that|the|same)?(?: same)? ?{_PICTURE}?{_OF_IT}"
    r"[ ,.;:]*(?:but|and|only|with|except)?[ ,.;:]+",
    re.IGNORECASE,
)
_NOTHING: Final = re.compile(
    rf"^(?:please )?(?:(?:{_AS}|copy|use|match|take|do|recreate|get|estimate) )?(?:this|that|the|same)?(?: same)?"
    rf" ?(?:{_PICTURE}|person)?{_OF_IT}(?: (?:exactly|precisely|closely|faithfully|please|as it is))*[.! ]*$",
    re.IGNORECASE,
)
_ASKS: Final = re.compile(
    r"^(?:(?:what|where|how|which|why|who|is|are|does|do|can)\b.*\?|describe\b.*)$", re.IGNORECASE
)
_TO_CAMERA: Final = re.compile(
    r"(?:[ ,;]|^)(?:(?:and|but|with) )?(?:(?:the |his |her |their )?(?:eyes|gaze|head|face) )?"
    r"(?:(?:s?he|they|person|who) (?:is |are |should )?)?(?:now )?"
    r"(?:look(?:s|ing)?|star(?:es?|ing)|gaz(?:es?|ing)) (?:straight |right |directly )?(?:at|into|to|towards?|in) "
    r"(?:the |my )?(?:camera|lens|viewer|photographer|us|me)\b",
    re.IGNORECASE,
)
_STANDS: Final = re.compile(  # of somebody who sits or squats: a word alone leaves the legs as they are
    r"^(?:now )?stand(?:s|ing)?(?: up)?(?: straight| upright)?(?=$|[,.;])", re.IGNORECASE
)
_LEADS: Final = re.compile(r"^(?:but|and|only|with|except)\b[ ,]*")
_PARTS: Final = {
    "arm": ("{s}arm", "{s}hand"), "hand": ("{s}hand",), "leg": ("{s}leg",), "head": ("head", "face"), "face": ("face",),
    "torso": ("torso",), "trunk": ("torso",), "spine": ("torso",), "back": ("torso",),
    "upper body": ("torso", "head", "face", "arms", "hands"), "lower body": ("root", "legs"),
}  # fmt: skip
_PART: Final = rf"(?:the |his |her |their )?(?:(?:left|right|both) )?(?:the )?(?:{'|'.join(_PARTS)})s?"
_SOME: Final = re.compile(
    rf"^(?:(?:this|it|the pose|everything|all|{_PICTURE})?[ ,]*)?(?:but )?(?:(?:use|take|copy|keep|match) )?"
    rf"(?P<how>only|just|not|without|ignore|ignoring|except(?: for)?|everything but|all but|but)"
    rf"(?: (?:use|take|copy))? (?P<parts>{_PART}(?:(?:, and|,| and| &) {_PART})*)"
    rf"(?: pose)?(?: (?:of|from|in) (?:it|(?:this|that|the) (?:{_PICTURE}|person)))?(?=\s*(?:$|[,.;:]))[ ,.;:]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PhotoWords:
    """who: words about which person is meant, or None. change: the instruction for the pose, "" where there is none.

    everybody: whether all people are meant. only, never: names of groups of joints that are taken from the picture, or
    are not; nothing: all are.
    to_camera: whether the person is to look into the camera.
    """

    who: str | None = None
    change: str = ""
    everybody: bool = False
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    to_camera: bool = False


def photo_words(prompt: str) -> PhotoWords:
    """Part a prompt: "the man on the left, but sitting" -> ("man on the left", "same but sitting")."""
    rest = " ".join(prompt.split())
    who, everybody = None, _EVERYBODY.match(rest)
    found = None if everybody else _WHO.match(rest)
    if everybody:
        rest = rest[everybody.end() :]
    elif found:
        who, rest = found["who"], rest[found.end() :]
        who = who if _tells_apart(who) else None
    only, never, rest = _some(rest)
    if _ASKS.match(rest):
        return PhotoWords(who, rest, bool(everybody), only, never)
    named = bool(found or everybody or only or never)
    trimmed = _LEADS.sub("", rest) if named else _SAME.sub("", rest, count=1)
    gaze = _TO_CAMERA.search(trimmed)
    if gaze:
        trimmed = f"{trimmed[: gaze.start()]}, {trimmed[gaze.end() :]}".strip(" ,.;:")
        trimmed = _LEADS.sub("", trimmed)
    trimmed = _STANDS.sub("stand up straight", trimmed)
    change = "" if _NOTHING.match(rest) or not trimmed else f"same but {trimmed}"
    return PhotoWords(who, change, bool(everybody), only, never, bool(gaze))


def _tells_apart(who: str) -> bool:
    """Whether words about a person say which: "the person" means whoever is there."""
    which = rf"\b(?:{_WHICH}|{_SEXED})\b|\bthe (?:left|right|middle|cent|front|back|fore|top|bottom)|{_WORN}|{_DOES}"
    return re.search(which, who, re.IGNORECASE) is not None


def _some(rest: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """The groups that alone are wanted, those that are not, and what else is said."""
    found = _SOME.match(rest)
    if not found:
        return (), (), rest
    groups: list[str] = []
    for part in re.split(r",? and |, ?| & ", found["parts"].lower()):
        what = next(p for p in sorted(_PARTS, key=len, reverse=True) if re.search(rf"\b{p}s?$", part))
        side = next((f"{s}_" for s in ("left", "right") if re.search(rf"\b{s}\b", part)), "")
        for group in _PARTS[what]:
            groups.append(group.format(s=side) + ("s" if "{s}" in group and not side else ""))
    wanted = found["how"].lower() in ("only", "just")
    return (tuple(groups), (), rest[found.end() :]) if wanted else ((), tuple(groups), rest[found.end() :])
