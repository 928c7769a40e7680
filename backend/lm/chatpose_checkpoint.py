"""The published ChatPose checkpoint (CHATPOSE-V0: LLaVA-1.5-13B with `[SEG]` and a head) as a PoseLM.

Its root is the camera's view for pictures and words alike: descriptions were trained with the heading taken off and
the body seen from in front, so that somebody upright is turned half about x.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from backend.errors import BadFile

from .chat import IMAGE_MARK, Chat
from .config import PoseLMConfig
from .devices import Placement, memory_told, placement, quiet
from .pose_lm import PoseLM, pose_lm, token_id
from .published import (
    LLAVA_RENAMES,
    PublishedConfig,
    Renames,
    add_last,
    check_exact,
    llava_config,
    llava_of,
    processor_of,
    read_config,
    read_shards,
    read_tokenizer,
    renamed,
    split,
    vision_parts,
    with_rows,
)

CONFIG: Final = PoseLMConfig(
    pose_token="[SEG]",
    joints="smpl24",
    layout="columns",
    root_frame="camera",
    activation="relu",
    pose_input="none",
    conversation="llava_v1",
    framing="square",
    most_pictures=1,
    asks_words="There is a person: {prompt} Please output this person's SMPL pose.",
    asks_picture="{prompt} Can you predict the SMPL pose of the person in this image?",
)
_IMAGE_ENDS: Final = ("<im_start>", "<im_end>")  # around pictures, where the vocabulary has them
RENAMES: Final[Renames] = (
    (r"model\.text_hidden_fcs\.0\.0\.", "head.inner."),
    (r"model\.text_hidden_fcs\.0\.2\.", "head.outer."),
    (r"model\.smplx\.", ""),  # the licensed body model, in which nothing is calculated here
    *LLAVA_RENAMES,
)
EMBEDDINGS: Final = "language.model.language_model.embed_tokens.weight"
WORD_HEAD: Final = "language.lm_head.weight"


def is_chatpose(folder: Path) -> bool:
    """Whether a folder looks like this checkpoint: a LLaVA config whose weights are still LLaVA's."""
    try:
        config = read_config(folder).raw
    except BadFile:
        return False
    return "mm_vision_tower" in config and "posellava" not in str(config.get("model_type", "")).lower()


def load_chatpose(folder: Path, vision: Path | None = None, where: Placement | None = None) -> tuple[PoseLM, Chat]:
    """The checkpoint, ready to answer.

    Args:
        vision: the folder of the CLIP model that the config names; None: where it was downloaded to by that name.

    Raises:
        BadFile: names or shapes are not those of the checkpoint. NotAvailable: a part is not on this computer, or the
            memory does not suffice.
    """
    where = where or placement()
    quiet()
    published = read_config(folder)
    published["mm_vision_tower"]  # first of all that it is a LLaVA: what else is missing then means nothing
    with memory_told("loading this checkpoint"):
        tokenizer = read_tokenizer(folder, (CONFIG.pose_token, *_IMAGE_ENDS))
        token_id(tokenizer, CONFIG.pose_token)
        weights, unknown = renamed(read_shards(folder), RENAMES)
        config = with_ends(CONFIG, tokenizer)
        return assembled(published, config, tokenizer, weights, unknown, vision, where, folder.name)


def with_ends(config: PoseLMConfig, tokenizer: Any) -> PoseLMConfig:
    """The config with the tokens that stand around pictures, where the vocabulary has them."""
    here = all(t in tokenizer.get_vocab() for t in _IMAGE_ENDS)
    return replace(config, picture_begin=_IMAGE_ENDS[0], picture_end=_IMAGE_ENDS[1]) if here else config


def assembled(
    published: PublishedConfig,
    config: PoseLMConfig,
    tokenizer: Any,
    weights: dict[str, Tensor],
    unknown: list[str],
    vision: Path | None,
    where: Placement,
    name: str,
) -> tuple[PoseLM, Chat]:
    """A PoseLM of published weights under our names.

    The marks for pictures and given poses become tokens behind the published ones, with rows of zeros: their embeddings
    come from elsewhere, and they are never written.
    """
    had = len(weights[EMBEDDINGS]) if EMBEDDINGS in weights else int(published["vocab_size"])
    marks = (IMAGE_MARK, *((config.input_token,) if config.takes_poses else ()))
    ids = [add_last(tokenizer, mark, had + k) for k, mark in enumerate(marks)]
    rows = max(had, *(i + 1 for i in ids))
    for table in (EMBEDDINGS, WORD_HEAD):
        if table in weights:
            weights[table] = with_rows(weights[table], rows - had)
    vision_config, images, tower = vision_parts(published, vision)
    weights = tower | weights
    llava = llava_config(published, vision_config, rows, ids[0])
    with torch.device("meta"):
        from transformers import LlavaForConditionalGeneration

        wanted = pose_lm(LlavaForConditionalGeneration(llava), tokenizer, config).state_dict()
    check_exact(weights, wanted, unknown, name)
    language, parts = split(weights)
    model = pose_lm(llava_of(llava, language, where), tokenizer, config)
    model.load_state_dict(parts, strict=False)
    model.head.to(where.device)
    if model.pose_input is not None:
        model.pose_input.to(where.device)
    return model.eval(), Chat(tokenizer, config, model.places, processor_of(tokenizer, images, vision_config))
