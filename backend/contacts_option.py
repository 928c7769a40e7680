"""What --contacts says: touches seen in a picture, written as "hand:hip, left hand:head", or a JSON file of samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from .errors import BadFile, BadInput

_HINT: Final = 'e.g. --contacts "hand:hip, left hand:head"; several samples with ; between, or a .json file of lists'
_MOST_BYTES: Final = 1 << 20


def read_contacts(option: str) -> list[Any]:
    """Samples, each a list of pairs, as a request has them.

    Raises:
        BadInput: the text is no list of pairs. BadFile: a .json file that is not there or holds no JSON.
    """
    if option.lower().endswith(".json"):
        return _from_file(Path(option))
    return [[_pair(pair) for pair in sample.split(",") if pair.strip()] for sample in option.split(";")]


def _pair(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(":")]
    if len(parts) != 2 or not all(parts):
        raise BadInput(f"--contacts: {text.strip()!r} is not two parts that touch, with : between", _HINT)
    return parts


def _from_file(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadFile(f"{path} is larger than {_MOST_BYTES >> 20} MB: no list of touches", _HINT)
        samples = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}", "check the name and the folder") from None
    except (ValueError, RecursionError):
        raise BadFile(f"{path} holds no JSON", 'a list of samples such as [[["hand", "hip"]], []]') from None
    if not isinstance(samples, list):
        raise BadFile(f"{path} holds no list of samples", 'such as [[["hand", "hip"]], []]')
    return samples
