"""A pose service for tests: a real process with the real addresses, whose answers follow a script.

`behaviour` is written to a file that the process reads at every request, so that a test can change it on the way.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

SERVER = """
import json, os, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

args = dict(zip(sys.argv[2::2], sys.argv[3::2]))
script = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "behaviour.json")
behaviour = lambda: json.load(open(script))
log = os.path.join(os.path.dirname(script), "seen.jsonl")
jobs = {}

class Handler(BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def send(self, value, status=200):
        data = json.dumps(value).encode()
        self.send_response(status); self.send_header("Content-Length", str(len(data))); self.end_headers()
        self.wfile.write(data)
    def handle_any(self):
        b = behaviour()
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        with open(log, "a") as f: f.write(json.dumps([self.command, self.path, body]) + chr(10))
        if self.headers["Authorization"] != "Bearer " + os.environ["POSEWRIGHT_TOKEN"]:
            return self.send({"id": "", "error": {"code": "unauthorized", "message": "wrong token", "hint": ""}}, 401)
        if self.path == "/v1/health":
            return self.send({"state": "ready", "protocol": b.get("protocol", 1), "version": "0", "pid": os.getpid(),
                              "python": "3"})
        if self.path == "/v1/shutdown":
            self.send({}); os._exit(0)
        if b.get("die"): os._exit(9)
        if self.path == "/v1/pictures":
            return self.send({"pictures": [b["picture"]] * len(body["poses"])} if "picture" in b else {}, 200)
        if self.path == "/v1/overlays":
            return self.send(b.get("overlay", {}))
        if b.get("garbage"): return self.send({"what": "ever"})
        if self.command == "POST":
            jobs["j"] = time.time() + b.get("delay", 0)
            jobs["n"] = len(body["requests"]) if "requests" in body else 1
        if self.command == "DELETE": jobs["j"] = None
        end = jobs.get("j")
        state = "cancelled" if end is None else "done" if time.time() >= end else "running"
        n = jobs.get("n", 1)
        given = b["answers"] if "answers" in b else [b["answer"]] * n
        answers = given[:n] if state == "done" else [None] * n
        progress = {"type": "progress", "done": 0, "total": n, "stage": "solving", "reply": b.get("writing", "")}
        self.send({"id": "j", "state": state, "progress": progress, "answers": answers},
                  202 if self.command == "POST" else 200)
    do_GET = do_POST = do_DELETE = handle_any

def follow_parent():
    while os.getppid() == int(args["--parent-pid"]): time.sleep(0.5)
    os._exit(0)

threading.Thread(target=follow_parent, daemon=True).start()
if behaviour().get("fail_start"):
    raise ImportError("No module named " + repr("starlette"))
time.sleep(behaviour().get("start_delay", 0))
server = ThreadingHTTPServer(("127.0.0.1", int(args["--port"])), Handler)
ready = args["--ready-file"]
with open(ready + ".tmp", "w") as f: json.dump({"port": server.server_address[1], "pid": os.getpid()}, f)
os.replace(ready + ".tmp", ready)
server.serve_forever()
"""


def result(pose, *, reply="Done.", unmet=(), poses=1) -> dict:
    """A PoseResult as JSON."""
    entry = {"pose": pose.to_dict(), "joints": [[0.0] * 3] * 55, "met": [], "unmet": list(unmet), "posecodes": []}
    return {
        "id": "",
        "poses": [entry] * poses,
        "rest_joints": [[0.0] * 3] * 55,
        "reply": reply,
        "unread": [],
        "engine": "fake",
        "seconds": 0.0,
    }


class FakeService:
    def __init__(self, folder: Path) -> None:
        from posewright_ext.rigs.wire import Pose

        self.folder = folder
        (folder / "backend").mkdir()
        (folder / "backend" / "__init__.py").write_text("")
        (folder / "backend" / "__main__.py").write_text(SERVER)
        self.behave(answer=result(Pose([[0.0] * 3] * 55)))

    def behave(self, **behaviour) -> None:
        """Replace the script: answer, delay, die, garbage, protocol, fail_start, start_delay (s)."""
        (self.folder / "behaviour.json").write_text(json.dumps(behaviour))

    def answer(self, pose, *, picture: bytes | None = None, **fields) -> None:
        drawn = {} if picture is None else {"picture": base64.b64encode(picture).decode()}
        self.behave(answer=result(pose, **fields), **drawn)

    def seen(self, method: str = "POST", path: str = "/v1/jobs") -> list:
        """Bodies of the requests of this kind that came in."""
        log = self.folder / "seen.jsonl"
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [body for seen_method, seen_path, body in lines if (seen_method, seen_path) == (method, path)]

    def plan(self):
        from posewright_ext.addon.service.process import LaunchPlan

        return LaunchPlan(python="", code=self.folder, log=self.folder / "service.log")

    def close(self) -> None:
        from posewright_ext.addon.posing import session

        session.service.stop(polite_seconds=0)
