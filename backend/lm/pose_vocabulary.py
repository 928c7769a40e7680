"""Poses in a language model's vocabulary (UniPose §3.3): a token for each code, begin and end, and the queries.

    <pose_id_0> ... <pose_id_2047>    the codes      <pose_id_2048>, <pose_id_2049>    begin, end
    <im_start>, <im_end>              around a picture      <pose_query_0> ... <pose_query_79>    see `mixed_attention`

The order is that in which the published tokenizer has them. A pose that is given stands in the text as its own tokens;
one that is to be made is asked for by the queries. `<image>` marks a picture; it is ours, since the published model
marks pictures by a number that is no token.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from backend.errors import BadFile, BadInput

from .pose_tokenizer import N_TOKENS

PICTURE: Final = "<image>"
PICTURE_AROUND: Final = ("<im_start>", "<im_end>")


def code_text(code: int) -> str:
    """The text of a code's token."""
    return f"<pose_id_{code}>"


def query_text(place: int) -> str:
    """The text of the token that asks for the code at a place."""
    return f"<pose_query_{place}>"


def texts(codes: int, places: int = N_TOKENS) -> list[str]:
    """All tokens that are added for a codebook, in the order of the published tokenizer, then `<image>`."""
    ids = [code_text(k) for k in range(codes + 2)]
    return [*ids, *PICTURE_AROUND, *(query_text(k) for k in range(places)), PICTURE]


def add_to(tokenizer: Any, codes: int, places: int = N_TOKENS) -> int:
    """Add what the tokenizer lacks, as tokens that are never cut up; returns how many."""
    from tokenizers import AddedToken

    known = tokenizer.get_vocab()
    lacking = [t for t in texts(codes, places) if t not in known]
    return int(tokenizer.add_tokens([AddedToken(t, special=True, normalized=False) for t in lacking]))


@dataclass(frozen=True, eq=False)
class PoseVocabulary:
    """Where a tokenizer has the tokens of poses.

    code_ids: (codes,). query_ids: (places,). begin, end, picture: of one token each. picture_around: begin and end of a
    picture, empty where the tokenizer has none.
    """

    code_ids: np.ndarray
    query_ids: np.ndarray
    begin: int
    end: int
    picture: int
    picture_around: tuple[str, ...]

    @classmethod
    def of(cls, tokenizer: Any, codes: int, places: int = N_TOKENS) -> PoseVocabulary:
        """Read the ids; they are not assumed to follow one another.

        Raises:
            BadFile: the tokenizer lacks tokens, or has codes beyond this codebook.
        """
        known = tokenizer.get_vocab()
        wanted = [code_text(k) for k in range(codes + 2)] + [query_text(k) for k in range(places)] + [PICTURE]
        lacking = [t for t in wanted if t not in known]
        if lacking or code_text(codes + 2) in known:
            what = f"lacks {lacking[0]}" if lacking else f"has codes beyond {code_text(codes + 1)}"
            hint = "tokenizer and codebook must be of one model: use the folder as it was published or saved"
            raise BadFile(f"the tokenizer {what} (codebook: {codes}, tokens of a pose: {places})", hint)
        around = PICTURE_AROUND if all(t in known for t in PICTURE_AROUND) else ()
        return cls(
            code_ids=np.array([known[code_text(k)] for k in range(codes)]),
            query_ids=np.array([known[query_text(k)] for k in range(places)]),
            begin=known[code_text(codes)],
            end=known[code_text(codes + 1)],
            picture=known[PICTURE],
            picture_around=around,
        )

    @property
    def codes(self) -> int:
        return len(self.code_ids)

    @property
    def places(self) -> int:
        """How many codes a pose has."""
        return len(self.query_ids)

    @property
    def all_ids(self) -> np.ndarray:
        """Ids (codes + places + 2,) of everything that stands for poses."""
        return np.concatenate([self.code_ids, self.query_ids, [self.begin, self.end]])

    def text(self, codes: Sequence[int] | np.ndarray) -> str:
        """A pose (places,) as text: begin, its codes, end.

        Raises:
            BadInput: other than `places` codes, or one outside the codebook.
        """
        found = [int(c) for c in codes]
        if len(found) != self.places or not all(0 <= c < self.codes for c in found):
            raise BadInput(
                f"a pose of {len(found)} codes between {min(found, default=0)} and {max(found, default=0)}",
                f"a pose has {self.places} codes from 0 to {self.codes - 1}",
            )
        inside = "".join(code_text(c) for c in found)
        return f"{code_text(self.codes)}{inside}{code_text(self.codes + 1)}"

    def poses(self, ids: Iterable[int]) -> list[np.ndarray]:
        """The poses (places,) of codes that stand whole between begin and end in a row of token ids."""
        code_of = {int(i): k for k, i in enumerate(self.code_ids)}
        out: list[np.ndarray] = []
        inside: list[int] | None = None
        for i in ids:
            if i == self.begin:
                inside = []
            elif i == self.end:
                if inside is not None and len(inside) == self.places:
                    out.append(np.array(inside))
                inside = None
            elif inside is not None:
                if i in code_of:
                    inside.append(code_of[i])
                else:
                    inside = None
        return out
