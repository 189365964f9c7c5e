"""Failpoints within a call kill the process, after the gateway has seen so much of the request."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from outbound import failpoints
from outbound.gateways.base import Outgoing
from tests.gateways.conftest import EXTERNAL_ID, Serve, kept_alive

ROOT = Path(__file__).parents[2]
ONE_CALL = """
import sys
from django.conf import settings
settings.configure(FAILPOINT=sys.argv[1])
from outbound.gateways.base import Outgoing
from outbound.gateways.zenvia.client import ZenviaClient
client = ZenviaClient(1)
for _ in range(int(sys.argv[2])):
    client.post(Outgoing(*sys.argv[3:]))
client.close()
"""


class Gateway:
    """Reads all it is sent, and answers whole requests as long as it `answers`."""

    def __init__(self, answers: bool) -> None:
        self.answers = answers
        self.read = b""
        self.is_left = Event()

    def play(self, connection: socket.socket) -> None:
        try:
            self._converse(connection)
        finally:  # a process that dies with an answer unread resets its connection
            self.is_left.set()

    def _converse(self, connection: socket.socket) -> None:
        unanswered = b""
        while chunk := connection.recv(65536):
            self.read += chunk
            unanswered += chunk
            if self.answers and EXTERNAL_ID.encode() in unanswered:
                connection.sendall(kept_alive())
                unanswered = b""


def calls(failpoint: str, request: Outgoing, *, times: int = 1) -> int:
    """Make calls in a process of their own, and return how it ended."""
    arguments = [failpoint, str(times), request.address, request.token, request.payload, request.external_id]
    process = subprocess.run([sys.executable, "-c", ONE_CALL, *arguments], cwd=ROOT, timeout=30, check=False)
    return process.returncode


@pytest.mark.parametrize(
    ("failpoint", "answers", "part"),
    [
        (failpoints.MID_BODY, True, 0.5),
        (failpoints.BODY_SENT, True, 1.0),
        (failpoints.BODY_SENT, False, 1.0),
        (failpoints.ANSWER_READ, True, 1.0),
    ],
)
def test_process_dies_at_the_requested_failpoint(
    serve: Serve, failpoint: str, answers: bool, part: float
) -> None:
    gateway = Gateway(answers)
    request = serve(gateway.play, at_once=True)

    assert calls(failpoint, request) == -signal.SIGKILL

    assert gateway.is_left.wait(5)
    body = gateway.read.partition(b"\r\n\r\n")[2]
    assert len(body) == int(len(request.payload.encode()) * part)


@pytest.mark.parametrize("failpoint", [failpoints.MID_BODY, failpoints.BODY_SENT, failpoints.ANSWER_READ])
def test_failpoint_may_fire_the_third_time_only(serve: Serve, failpoint: str) -> None:
    gateway = Gateway(answers=True)
    request = serve(gateway.play, at_once=True)

    assert calls(f"{failpoint}:3", request, times=5) == -signal.SIGKILL

    assert gateway.is_left.wait(5)
    assert gateway.read.count(b"POST ") == 3


def test_no_failpoint_fires_unless_requested(serve: Serve) -> None:
    assert calls("", serve(Gateway(answers=True).play, at_once=True)) == 0
