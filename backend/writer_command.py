"""`posewright writer`: which model writes poses, what it is sent, and whether it answers."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import fields

from rigs.wire import PoseRequest

from .console import print_note
from .errors import BadInput, NotAvailable

_TRIED = "waving with the right hand"


def run(options: argparse.Namespace) -> int:
    """Change settings, tell them, try the model."""
    from .writer.settings import Settings, file_path, read_settings, write_settings

    changes = {}
    for text in options.changes:
        name, mark, value = text.partition("=")
        if not mark:
            raise BadInput(f"{text!r}: expected NAME=VALUE", "e.g. posewright writer model=qwen3")
        changes[name.strip()] = _secret() if (name.strip(), value) == ("key", "-") else value
    if changes:
        write_settings(changes)
        print(f"wrote {file_path()}")
    settings = read_settings()
    for f in fields(Settings):
        value = getattr(settings, f.name)
        shown = ("set" if value else "not set") if f.name == "key" else value if value != "" else "not set"
        print(f"{f.name:<12} {shown!s:<34} {f.metadata['doc']}")
    for line in told(settings):
        print(line)
    return _check() if options.check else 0


def told(settings: object) -> list[str]:
    """Where words and pictures go, in plain words."""
    from .writer.settings import Settings

    assert isinstance(settings, Settings)
    if not settings.is_set:
        return ["No model is set; nothing is sent anywhere."]
    if not settings.url:
        return [f"The model in {settings.model} runs on this computer; nothing is sent anywhere."]
    if not settings.is_remote:
        return [f"{settings.place} is this computer: what you ask goes to the server there, and no further from here."]
    sent = "your words, the conversation so far and the current pose in words and statements"
    lines = {
        "refuse": f"{settings.place} is another computer, and nothing is sent there. remote=words allows: {sent}.",
        "words": f"{settings.place} is another computer and is sent {sent}; no pictures.",
        "pictures": f"{settings.place} is another computer and is sent {sent}, and every picture that you give.",
    }
    out = [lines[settings.remote]]
    if settings.url.startswith("http:") and settings.remote != "refuse":
        out.append("The address begins with http: on the way everybody can read what is sent, also the key.")
    return out


def _secret() -> str:
    """A key that stands in no list of commands: typed unseen, or from a pipe."""
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("key: ")
    return sys.stdin.readline().strip()


def _check() -> int:
    """Let the model write one pose, and say what came."""
    from .engines.catalogue import Catalogue

    _, engine = Catalogue().get("writer")
    _say_models()
    print_note(f"asking for {_TRIED!r} ...")
    began = time.perf_counter()
    proposal = engine.propose(PoseRequest(prompt=_TRIED, engine="writer"))
    if proposal.program is None:
        raise NotAvailable(f"it answered in words only: {proposal.reply}", "use a model that follows instructions")
    print(f"it answers: {proposal.reply}")
    print(f"{len(proposal.asked)} statements in {time.perf_counter() - began:.1f} s")
    return 0


def _say_models() -> None:
    """Say which models a server has, where the one of the settings is not among them."""
    from .writer.endpoint import Endpoint
    from .writer.settings import read_settings

    settings = read_settings()
    if not settings.url:
        return
    try:
        names = Endpoint(settings).models()
    except NotAvailable:  # not every server has the list; the question itself tells more
        return
    if settings.model not in names:
        print_note(f"{settings.place} lists {', '.join(names[:20]) or 'no models'}, and not {settings.model}")
