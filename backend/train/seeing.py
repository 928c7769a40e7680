"""Eyes joined to a model of ours that has only read so far, as LLaVA joins them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from tokenizers import AddedToken

from backend.errors import BadInput
from backend.lm.chat import Chat
from backend.lm.pose_lm import PoseLM, new_pose_lm
from backend.lm.sight import STRIDE

from .eyes import FEATURES, Eyes, EyesConfig
from .tokenizer import CHAT_TEMPLATE

IMAGE: Final = "<image>"


def with_eyes(model: PoseLM, chat: Chat, eyes: Eyes) -> tuple[PoseLM, Chat]:
    """A model that reads as `model` does and sees with trained eyes, which do not change any more.

    Raises:
        BadInput: it has eyes already, or does not take poses, or the eyes are of a model of another width or joints.
    """
    from transformers import LlavaConfig, LlavaForConditionalGeneration

    if chat.processor is not None:
        raise BadInput("model.eyes: this base sees pictures already", "leave eyes out")
    reading, words = model.language, chat.tokenizer
    _check(model, eyes.config, reading.config.hidden_size)
    words.chat_template = CHAT_TEMPLATE
    words.add_tokens([AddedToken(IMAGE, special=True, normalized=False)])
    reading.resize_token_embeddings(len(words), mean_resizing=False)
    places = (eyes.config.side // STRIDE) ** 2 + model.places
    language = LlavaForConditionalGeneration(
        LlavaConfig(
            vision_config=eyes.sight.config,
            text_config=reading.config,
            image_token_id=words.convert_tokens_to_ids(IMAGE),
            image_seq_length=places,
            tie_word_embeddings=False,
            **FEATURES,
        )
    )
    language.model.language_model.load_state_dict(reading.model.state_dict())
    language.lm_head.load_state_dict(reading.lm_head.state_dict())
    language.model.vision_tower.load_state_dict(eyes.sight.state_dict())
    language.model.multi_modal_projector.load_state_dict(eyes.projector.state_dict())
    seeing = new_pose_lm(language, words, replace(model.config, glances=True))
    missing = seeing.load_state_dict(
        {n: t for n, t in model.state_dict().items() if not n.startswith("language.")}, strict=False
    )
    assert not missing.unexpected_keys
    assert seeing.glance is not None
    seeing.glance.load_state_dict(eyes.glance.state_dict())
    for part in seeing.eyes:
        part.requires_grad_(False)
    seeing.train(model.training)
    return seeing, Chat(words, seeing.config, seeing.places, _processor(words, eyes.config, model.places))


def _check(model: PoseLM, eyes: EyesConfig, width: int) -> None:
    if not model.config.takes_poses:
        raise BadInput("model.eyes: this base does not take poses", "train one that does: pose_input is not none")
    theirs = {"width": eyes.width, "joints": eyes.joints}
    mine = {"width": width, "joints": model.config.joints}
    if theirs != mine:
        raise BadInput(f"model.eyes are for a model of {theirs}, this base has {mine}", "train eyes for it: width=...")


def _processor(words: Any, eyes: EyesConfig, behind: int) -> Any:
    """behind: tokens of the pose at first glance."""
    from transformers import CLIPImageProcessor, LlavaProcessor

    images = CLIPImageProcessor(
        size={"shortest_edge": eyes.side}, crop_size={"height": eyes.side, "width": eyes.side}, do_resize=True
    )
    return LlavaProcessor(
        images,
        words,
        patch_size=STRIDE,
        vision_feature_select_strategy=FEATURES["vision_feature_select_strategy"],
        image_token=IMAGE,
        num_additional_image_tokens=behind,
        chat_template=CHAT_TEMPLATE,
    )
