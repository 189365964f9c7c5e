"""A webhook that collects what is posted to it and responds as ordered."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.installation import until

SECRET_PATH = "/hooks/zenvia/1/a-secret/"


@dataclass(frozen=True)
class Arrived:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


class Listener(ThreadingHTTPServer):
    """`answers` are played one after another, the last one for ever; 0 holds the connection."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.arrived: list[Arrived] = []
        self.answers = [200]
        self.at_once = 0
        self.most_at_once = 0
        self.lock = threading.Lock()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{SECRET_PATH}"

    def after(self, count: int) -> list[Arrived]:
        """Wait until so many requests came, and return all that did."""
        until(lambda: len(self.arrived) >= count, f"{count} events", seconds=10)
        return list(self.arrived)

    def next_answer(self, arrived: Arrived) -> int:
        with self.lock:
            self.arrived.append(arrived)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.next_answer(Arrived(self.path, dict(self.headers.items()), raw))
        if not status:
            self.server.released.wait(30)
        with self.server.lock:
            self.server.at_once -= 1
        if status:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def write_hook(path: Path, url: str, **more: str) -> None:
    path.write_text(json.dumps({"url": url, **more}))


def codes(arrived: list[Arrived]) -> list[str]:
    """Return what each event says, in the order in which they came."""
    return [code_of(one.body) for one in arrived]


def code_of(body: Any) -> str:
    if isinstance(body, list):
        return "+".join(code_of(one) for one in body)
    if body.get("type") == "MESSAGE":
        return "said " + body["message"]["contents"][0]["text"]
    return body["messageStatus"]["code"] if "messageStatus" in body else body["status"]
