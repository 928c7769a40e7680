"""Requests parked as files, and answers that come as files, through a really started server."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from backend.ticks import quiet
from backend.writer.answers import Choices, answer_schema
from backend.writer.author import Task, Written
from backend.writer.endpoint import Endpoint
from backend.writer.prompt import Message
from backend.writer.settings import Settings
from tests.bench.parked_model import served


def _answer_when_asked(folder: Path, name: str, text: str) -> None:
    while not (folder / "asks" / f"{name}.md").exists():
        time.sleep(0.02)
    (folder / "half").write_text(text, encoding="utf-8")
    (folder / "half").rename(folder / "answers" / f"{name}.json")


def test_a_request_waits_for_its_answer(tmp_path: Path) -> None:
    server = served(tmp_path)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        endpoint = Endpoint(Settings(url=f"http://127.0.0.1:{server.server_address[1]}/v1", model="parked"))
        messages = (Message("system", "Pose it."), Message("user", "Request: a wave"))
        for name in ("001", "002"):
            hand = threading.Thread(target=_answer_when_asked, args=(tmp_path, name, f"answer {name}"))
            hand.start()
            task = Task(messages, lambda form: answer_schema(Choices(), form))
            assert endpoint.write(task, 1, 0, quiet) == [Written(f"answer {name}", True)]
            hand.join()
        assert endpoint.models() == ["parked"]
    finally:
        server.shutdown()
        server.server_close()
    ask = (tmp_path / "asks" / "001.md").read_text(encoding="utf-8")
    assert "system-1.md" in ask and "schema-1.json" in ask and "Request: a wave" in ask and "Pose it." not in ask
    assert sorted(p.name for p in tmp_path.glob("s*-*")) == ["schema-1.json", "system-1.md"]  # once for both
