"""The user's settings for the pose service, as the environment variables that it reads. No bpy.

Blender's own environment is not handed on (`process.own_environment`), so that the preferences are all there is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

FOLDERS: Final = {
    "chatpose": "POSEWRIGHT_CHATPOSE",
    "clip": "POSEWRIGHT_CLIP",
    "unipose": "POSEWRIGHT_UNIPOSE",
    "vitpose": "POSEWRIGHT_VITPOSE",
}
"""Name of the preference -> the variable that holds a folder."""
WRITER: Final = {
    "writer_url": "POSEWRIGHT_WRITER_URL",
    "writer_model": "POSEWRIGHT_WRITER_MODEL",
    "writer_key": "POSEWRIGHT_WRITER_KEY",
    "writer_remote": "POSEWRIGHT_WRITER_REMOTE",
}
REMOTE: Final = (
    ("refuse", "Send Nothing", "A server on another computer is not used"),
    ("words", "Send Words", "Your words, the conversation and the current pose are sent to that computer"),
    ("pictures", "Send Words and Pictures", "Your words, the current pose and the pictures you pose from are sent"),
)


def variables(value_of: Callable[[str], str], absolute: Callable[[str], str] = str) -> tuple[tuple[str, str], ...]:
    """The variables for what is set; what is empty is left out.

    Args:
        value_of: the text of a preference by its name. absolute: a path as Blender writes it -> an absolute one.
    """
    given = {variable: value_of(name).strip() for name, variable in FOLDERS.items()}
    folders = {variable: absolute(path) for variable, path in given.items() if path}
    writer = {variable: value_of(name).strip() for name, variable in WRITER.items()}
    writer = {k: v for k, v in writer.items() if v}
    if not is_elsewhere(value_of("writer_url")):
        writer.pop(WRITER["writer_remote"], None)
    return tuple(sorted({**folders, **writer}.items()))


def is_elsewhere(url: str) -> bool:
    """Whether an address is another computer, by its name alone; nothing is looked up."""
    from ipaddress import ip_address  # here: enabling the add-on need not wait for it

    host = host_of(url)
    if not host or host.lower() == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True


def host_of(url: str) -> str:
    """The name of the computer in an address, "" where there is none."""
    from urllib.parse import urlsplit

    try:
        return urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
