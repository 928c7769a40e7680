"""What a pose language model is, beside its language model: one frozen value, saved with it as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

from backend.errors import BadFile, BadInput

from .joints import ROOT_FRAMES, JointSet, RootFrame, joint_set
from .layouts import LAYOUTS, Layout

Activation = Literal["relu", "gelu"]
PoseInputKind = Literal["none", "mlp", "tower"]
Conversation = Literal["template", "vicuna_v1", "llava_v1", "mistral_instruct", "plain"]
Framing = Literal["square", "whole"]
_CHOICES: Final = {
    "layout": LAYOUTS,
    "input_layout": LAYOUTS,
    "root_frame": ROOT_FRAMES,
    "activation": get_args(Activation),
    "pose_input": get_args(PoseInputKind),
    "conversation": get_args(Conversation),
    "framing": get_args(Framing),
}


@dataclass(frozen=True)
class PoseLMConfig:
    """The defaults are those of models that we train; published checkpoints bring their own."""

    pose_token: str = "<POSE>"
    """Written by the model where it means a pose; the hidden state that predicts it becomes the rotations."""
    input_token: str = "<pose>"
    """Stands in a prompt for a pose that is given."""
    joints: str = "smplx52"
    """The joint set (`joints.JOINT_SETS`) that the head speaks of."""
    layout: Layout = "columns"
    """How the head writes a rotation."""
    input_layout: Layout = "columns"
    """How a given pose is written for the model."""
    root_frame: RootFrame = "y_up"
    """The frame of the root: ours, or that of a camera."""
    activation: Activation = "relu"
    """Between the two layers of the head."""
    head_hidden: int = 0
    """Width between the two layers of the head; 0: as wide as the language model."""
    pose_input: PoseInputKind = "mlp"
    """How given poses enter: not at all, as one embedding of two layers, or as those of a transformer (PoseLLaVA)."""
    copies: bool = False
    """Whether each joint of an answer may be taken over from the pose that it changes (`copying`)."""
    glances: bool = False
    """Whether the pose of a picture at first glance stands behind the picture's patches (`glance`)."""
    conversation: Conversation = "template"
    """How turns are written: by the tokenizer's chat template, or in a named style of `chat`."""
    framing: Framing = "square"
    """What of a picture the model is shown: a square around the person, or all of it on a square."""
    most_pictures: int = 4
    """Of one conversation, the latest; of models that look at pictures."""
    asks_words: str = "{prompt}"
    """How words that are no question are put to the model, so that it answers with a pose."""
    asks_picture: str = "{prompt}"
    """The same where there is a picture as well; {prompt} may be empty."""
    asks_change: str = "{prompt}"
    """The same where a pose is given that is to be changed."""
    picture_begin: str = ""
    """What stands before a picture in the text."""
    picture_end: str = ""
    """What stands behind it."""

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise BadInput(f"{name} is {getattr(self, name)!r}", f"{name} is one of {', '.join(allowed)}")
        if not self.pose_token or (self.takes_poses and not self.input_token):
            raise BadInput("a pose token is empty", "give pose_token and input_token a text, such as <POSE> and <pose>")
        if self.glances and not self.takes_poses:
            raise BadInput("glances needs a model that takes poses", "give pose_input a kind, or leave glances out")
        if self.most_pictures < 1:
            raise BadInput(f"most_pictures is {self.most_pictures}", "give 1 or more")
        joint_set(self.joints)

    @property
    def joint_set(self) -> JointSet:
        return joint_set(self.joints)

    @property
    def takes_poses(self) -> bool:
        """Whether poses may be given to it."""
        return self.pose_input != "none"

    @property
    def tokens(self) -> tuple[str, ...]:
        """The texts that must be tokens of the vocabulary."""
        return (self.pose_token, *((self.input_token,) if self.takes_poses else ()))

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, value: dict[str, Any], where: str) -> PoseLMConfig:
        """Raises errors.BadFile for a field that is unknown or has a value that is not allowed."""
        unknown = set(value) - {f.name for f in fields(cls)}
        if unknown:
            hint = "it was written by a newer version of Posewright: update"
            raise BadFile(f"{where} has unknown fields: {', '.join(sorted(unknown))}", hint)
        try:
            return cls(**value)
        except BadInput as fault:
            raise BadFile(f"{where}: {fault.message}", fault.hint) from None
