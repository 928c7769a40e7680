"""Requests that get a short neutral reply and no pose: sexual acts and cruelty to people."""

from __future__ import annotations

import re
from typing import Final

_STEMS: Final = (
    r"sex\b|sexual|fuck|blowjob|handjob|masturbat|orgas|porn|hentai|erotic|rape[ds]?\b|raping|rapist|molest|incest"
    r"|genital|penis|vagina|cunt|cumshot|ejaculat|fellatio|cunniling|bdsm|torturing|torture[ds]?\b|lynch"
    r"|genocid|commit\w* suicide|kill(?:ing)? (?:him|her|my|your|them)sel|hang(?:ing|s)? (?:him|her|my|your|them)sel"
    r"|cut(?:ting|s)? (?:his|her|my|your|their) (?:own )?wrists?|bitch\b(?! slap)|whore|slut|nigger|faggot"
    r"|heil hitler|hitler salut|nazi salut|sieg heil"
)
_UNPOSED: Final = re.compile(rf"\b(?:{_STEMS})")


def is_unposed(text: str) -> bool:
    """Whether a prompt in lower case asks for something of the kind."""
    return bool(_UNPOSED.search(text))
