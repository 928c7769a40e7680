"""A chat server whose model is reached by hand: every request is parked as a file until somebody writes its answer.

    python -m tests.bench.parked_model FOLDER [--port N]

It is for measuring the writer with models that cannot be called from here: whoever has one (or is one) reads
FOLDER/asks/NNN.md and writes FOLDER/answers/NNN.json, under another name first and then renamed, so that no half file
is taken. The system prompt and the JSON Schema, which many asks share, stand once as FOLDER/system-K.md and
FOLDER/schema-K.json, and every ask names them. No decoder holds such answers to the schema: they are what the model
writes by itself, and the measure is the harder for it. Tokens are not counted. Asking by the machine's name instead of
127.0.0.1 gets the schema that clouds get (backend/writer/payload.py).
"""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

MODEL: Final = "parked"
_LOOK_SECONDS: Final = 0.5
_CONTENT: Final = "application/json"


class Park:
    """The folder: asks that wait, answers that come. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("asks", "answers"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._last = max((int(p.stem) for p in (folder / "asks").glob("*.md")), default=0)

    def answer(self, body: Mapping[str, Any]) -> str:
        """Park a request and wait for what is written."""
        with self._lock:
            self._last += 1
            name = f"{self._last:03}"
            _write(self.folder / "asks" / f"{name}.md", self._ask(name, body))
        path = self.folder / "answers" / f"{name}.json"
        while not path.exists():
            time.sleep(_LOOK_SECONDS)
        return path.read_text(encoding="utf-8")

    def _ask(self, name: str, body: Mapping[str, Any]) -> str:
        """A request as people read it."""
        messages: Sequence[Mapping[str, Any]] = body["messages"]
        told = [f"Ask {name}; the answer goes to answers/{name}.json."]
        told += [f"System prompt: {self._shared('system', 'md', _text(m))}" for m in messages if m["role"] == "system"]
        schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
        if schema is not None:
            told.append(f"Schema: {self._shared('schema', 'json', json.dumps(schema, indent=1))}")
        told += [f"\n## {m['role']}\n{_text(m)}" for m in messages if m["role"] != "system"]
        return "\n".join(told) + "\n"

    def _shared(self, stem: str, suffix: str, text: str) -> str:
        """The name of the file with a text that many asks have; it is written when it is new."""
        k = 1
        while (path := self.folder / f"{stem}-{k}.{suffix}").exists():
            if path.read_text(encoding="utf-8") == text:
                return path.name
            k += 1
        _write(path, text)
        return path.name


def _text(message: Mapping[str, Any]) -> str:
    """The words of a message; pictures are only named."""
    content = message["content"]
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "(a picture, which is not shown)") for part in content)


def _write(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    half = path.with_name(f".{path.name}.half")
    half.write_text(text, encoding="utf-8")
    os.replace(half, path)


class _Handler(BaseHTTPRequestHandler):
    park: Park

    def do_GET(self) -> None:
        found = self.path.rstrip("/").endswith("/models")
        self._send(200, {"data": [{"id": MODEL}]}) if found else self._send(404, {"error": "no such address"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = {"role": "assistant", "content": self.park.answer(body)}
        self._send(200, {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})

    def _send(self, status: int, value: Any) -> None:
        data = json.dumps(value).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", _CONTENT)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except ConnectionError:  # who asked did not wait
            self.close_connection = True

    def log_message(self, *_args: Any) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # all of a measurement may ask at once


def served(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server at 127.0.0.1, on a free port unless one is given; `serve_forever` starts it."""
    handler = type("Handler", (_Handler,), {"park": Park(folder)})
    return _Server(("127.0.0.1", port), handler)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    server = served(options.folder, options.port)
    print(f"url=http://127.0.0.1:{server.server_address[1]}/v1 model={MODEL}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
