"""How turns become one text: by the tokenizer's chat template, or in the named styles of models that have none.

A style says where each assistant's words stand in the text, so that exactly these are learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from backend.errors import BadFile

from .config import Conversation

Said = tuple[str, str]  # role ("system", "user" or "assistant"), words


@dataclass(frozen=True)
class Written:
    """A conversation as text; spans: (begin, end) of what assistants say, with what ends their turns."""

    text: str
    spans: tuple[tuple[int, int], ...]


class Style(Protocol):
    """One way to write a conversation."""

    def write(self, turns: Sequence[Said], ask: bool) -> Written:
        """The whole conversation. ask: let it end where an assistant is to speak next."""
        ...


@dataclass(frozen=True)
class Roles:
    """Turns one after the other, each with its role's name: SYSTEM USER: words ASSISTANT: words</s>USER: ...

    Published LLaVA-like models were trained in one of these; another system sentence makes their answers worse.
    """

    system: str
    user: str
    assistant: str
    after_user: str
    after_assistant: str
    begin: str = ""
    end: str = ""

    def write(self, turns: Sequence[Said], ask: bool) -> Written:
        text, spans = self.begin, []
        system = next((words for role, words in turns if role == "system"), self.system)
        text += f"{system}{self.after_user}" if system else ""
        for role, words in turns:
            if role == "user":
                text += f"{self.user}: {words}{self.after_user}"
            elif role == "assistant":
                text += f"{self.assistant}:"
                begin = len(text)
                text += f" {words}{self.end}"
                spans.append((begin, len(text)))
                text += self.after_assistant
        return Written(text + (f"{self.assistant}:" if ask else ""), tuple(spans))


@dataclass(frozen=True)
class Instructions:
    """Users' words between marks, as Llama 2 has them: [INST] words [/INST] words </s>. LLaVA 1.6 Mistral, UniPose."""

    begin: str = ""
    end: str = ""

    def write(self, turns: Sequence[Said], ask: bool) -> Written:
        text, spans = self.begin, []
        system = next((f"<<SYS>>\n{words}\n<</SYS>>\n\n" for role, words in turns if role == "system"), "")
        for role, words in turns:
            if role == "user":
                text += f"[INST] {system}{words} [/INST]"
                system = ""
            elif role == "assistant":
                begin = len(text)
                text += f" {words} {self.end}"
                spans.append((begin, len(text)))
        return Written(text, tuple(spans))


_LLAVA: Final = (
    "A chat between a curious {0} and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the {0}'s questions."
)


@dataclass(frozen=True)
class Template:
    """By the chat template of a tokenizer or processor. parts: whether it takes words as a list of typed parts."""

    renderer: Any
    parts: bool

    def write(self, turns: Sequence[Said], ask: bool) -> Written:
        """Raises errors.BadFile where the template rewrites earlier turns, so that none can be told from the next."""
        text = self._rendered(turns, ask)
        spans = []
        for i, (role, _) in enumerate(turns):
            if role == "assistant":
                before, after = self._rendered(turns[:i], True), self._rendered(turns[: i + 1], False)
                if not (text.startswith(before) and text.startswith(after)):
                    raise BadFile(
                        "the chat template of this model changes earlier turns when later ones come",
                        'set "conversation" to "plain" or another named style, and train with it',
                    )
                spans.append((len(before), len(after)))
        return Written(text, tuple(spans))

    def _rendered(self, turns: Sequence[Said], ask: bool) -> str:
        messages = [
            {"role": role, "content": [{"type": "text", "text": words}] if self.parts else words}
            for role, words in turns
        ]
        out: str = self.renderer.apply_chat_template(messages, tokenize=False, add_generation_prompt=ask)
        return out


def style_of(conversation: Conversation, tokenizer: Any, processor: Any = None) -> Style:
    """The style that a config names.

    Raises:
        errors.BadFile: a chat template is asked for and there is none.
    """
    begin, end = tokenizer.bos_token or "", tokenizer.eos_token or ""
    if conversation == "plain":
        return Roles("", "User", "Assistant", "\n", "\n", begin, end)
    if conversation == "mistral_instruct":
        return Instructions(begin, end)
    if conversation in ("vicuna_v1", "llava_v1"):
        system = _LLAVA.format("user" if conversation == "vicuna_v1" else "human")
        return Roles(system, "USER", "ASSISTANT", " ", "", begin, end)
    if getattr(processor, "chat_template", None):
        return Template(processor, parts=True)
    if getattr(tokenizer, "chat_template", None):
        return Template(tokenizer, parts=False)
    raise BadFile("this model has no chat template", 'set "conversation" to a named style, such as "plain"')
