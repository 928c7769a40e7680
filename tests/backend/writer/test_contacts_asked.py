"""Touches as a model of vision and language names them: names that the fit knows, and nothing made of bad answers."""

from __future__ import annotations

import json

import jsonschema
import pytest

from backend.ticks import quiet
from backend.vision.touches import frequent
from backend.writer.contacts_asked import MOST_PAIRS, ask_contacts, parts, read_touches, touches_schema
from backend.writer.endpoint import Endpoint
from backend.writer.settings import Settings
from rigs.wire import Touch
from tests.backend.writer.model_server import ModelServer, model_server, raw, refused, streamed
from tests.backend.writer.test_answers import written_at_random

__all__ = ["model_server"]


@pytest.mark.parametrize("name", parts())
def test_every_name_is_known_to_the_fit(name: str) -> None:
    other = "head" if "head" not in name else "left hand"
    assert frequent([[(name, other)]]), name


@pytest.mark.parametrize("seed", range(5))
def test_whatever_the_schema_allows_can_be_read(seed: int) -> None:
    text = written_at_random(touches_schema("bounded"), seed)
    jsonschema.Draft202012Validator(touches_schema()).validate(json.loads(text))
    found = read_touches(text)
    assert found is not None and len(found) <= MOST_PAIRS


@pytest.mark.parametrize("text", ["none", "{}", '{"touches": "hand"}', "[1]", '{"touches": [', ""])
def test_what_is_no_list_is_no_look(text: str) -> None:
    assert read_touches(text) is None


def test_pairs_that_are_none_are_left_out() -> None:
    text = 'I see: {"touches": [["left hand", "hip"], ["hand"], ["a", 3], "foot"]}'
    assert read_touches(text) == (Touch("left hand", "hip"),)


def test_looks_that_fail_cost_only_themselves(model_server: ModelServer) -> None:
    good = streamed('{"touches": [["left hand", "left hip"]]}')
    model_server.script = [refused(401, "no"), raw(b"{}", 400), streamed("nothing touches"), good]
    author = Endpoint(Settings(url=model_server.url, model="m", vision=True))
    found = ask_contacts(author, b"\xff\xd8", 4, 0, quiet)
    assert (Touch("left hand", "left hip"),) in found
    assert len(found) < 4
