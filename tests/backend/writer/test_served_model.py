"""A server as vLLM is one: a real (tiny, random) model of transformers behind HTTP, held to the schema that is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from backend.engines.writer import WriterEngine
from backend.pipeline import Pipeline
from backend.ticks import quiet
from backend.writer.author import Task, Written
from backend.writer.local import Local
from backend.writer.prompt import Message
from backend.writer.settings import FILE_VARIABLE, Settings
from rigs.wire import PoseRequest
from tests.backend.lm import tiny
from tests.backend.writer.model_server import Asked, Handler, ModelServer, started, streamed

ROOM = 500  # tokens of an answer


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    folder = tmp_path_factory.mktemp("served")
    words = tiny.tokenizer(template=True)
    tiny.llama(len(words), max_position_embeddings=40_000).save_pretrained(folder)
    words.save_pretrained(folder)
    author = Local(Settings(model=str(folder), tokens=ROOM, temperature=1.0))

    def step(handler: Handler, asked: Asked) -> None:
        messages = tuple(Message(m["role"], m["content"][-400:]) for m in asked.body["messages"])
        schema = asked.body["response_format"]["json_schema"]["schema"]
        (found,) = author.write(Task(messages, lambda form: schema), 1, asked.body["seed"], quiet)
        assert isinstance(found, Written)
        jsonschema.Draft202012Validator(schema).validate(json.loads(found.text))
        streamed(found.text, "stop" if found.finished else "length")(handler, asked)

    with started() as server:
        server.script = [step]
        yield server


@pytest.mark.parametrize("seed", range(2))
def test_from_words_to_a_pose_through_a_model_on_a_server(
    served: ModelServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seed: int
) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "writer.toml"))
    monkeypatch.setenv("POSEWRIGHT_WRITER_URL", served.url)
    monkeypatch.setenv("POSEWRIGHT_WRITER_MODEL", "tiny")
    proposal, account = WriterEngine().answered(PoseRequest(prompt="wave", engine="writer", seed=seed))
    assert account.read == 1 and account.went_back in ("", "unmet")
    result = Pipeline().pose(PoseRequest(prompt="wave", engine="writer", seed=seed))
    assert len(result.poses) == (proposal.program is not None)
    for entry in result.poses:
        assert np.isfinite(entry.joints).all()
