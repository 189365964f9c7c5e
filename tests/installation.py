"""An installation with real processes: data directory, database, sandbox gateway, worker, web server."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from outbound.sandbox.http import control, ledger

ROOT = Path(__file__).parents[1]
# In no environment of a process that is started here unless it is said for this installation.
OWN = ("DATABASE_URL", "DATA_DIR", "REDIS_URL", "PRODUCTION", "DEBUG", "TOKEN_KEYS", "SECRET_KEY")
CONNECTED = "01"

Result = TypeVar("Result")


class Installation:
    """One console with its processes. `environment` holds what an operator would set."""

    def __init__(self, directory: Path, database_url: str = "", **environment: str) -> None:
        self.directory = directory
        self.database_url = database_url
        self.port = free_port()
        self._running: list[subprocess.Popen[bytes]] = []
        self._sandbox: subprocess.Popen[bytes] | None = None
        self._environment = {name: value for name, value in os.environ.items() if name not in OWN} | {
            "DATA_DIR": str(directory),
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "console.settings",
            "LANGUAGE_CODE": "en",
            "LOG_LEVEL": "INFO",
            "SANDBOX_PORT": str(self.port),
            "SENDER_LEASE_SECONDS": "3",
            **environment,
        }

    # -- commands ----------------------------------------------------------------------------------------

    def manage(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self._environment,
            **{"input": stdin, "capture_output": True, "text": True, "timeout": 60},
        )

    def start(self, *arguments: str, log: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a command as the leader of a process group of its own."""
        return self._open("manage.py", *arguments, log=log, **environment)

    def start_module(self, module: str, *arguments: str, log: str) -> subprocess.Popen[bytes]:
        """Start a program of the tests inside this installation, with pipes to and from it."""
        return self._open("-m", module, *arguments, log=log, talk=True)

    def _open(
        self, *arguments: str, log: str, talk: bool = False, **environment: str
    ) -> subprocess.Popen[bytes]:
        with (self.directory / log).open("ab") as file:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self._environment | environment,
                stdin=subprocess.PIPE if talk else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talk else file,
                stderr=file,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def start_sandbox(self, latency_ms: int = 0) -> subprocess.Popen[bytes]:
        """Start the gateway without waiting for it; whatever sends through it waits."""
        options = ("--port", str(self.port), "--latency-ms", str(latency_ms))
        self._sandbox = self.start("sandbox", *options, log="sandbox.log")
        return self._sandbox

    def wait_for_sandbox(self) -> None:
        until(lambda: is_open(self.port), "the sandbox answers")

    def start_worker(self, log: str = "worker.log") -> subprocess.Popen[bytes]:
        """Start a cluster, after the sandbox where there is one, and wait until it runs."""
        if self._sandbox:
            self.wait_for_sandbox()
        seen = self.log(log).count("running.")
        process = self.start("qcluster", log=log)
        until(lambda: self.log(log).count("running.") > seen, "the cluster runs")
        return process

    def start_web(self, application: str = "console.wsgi") -> int:
        """Start the web server as the Procfile does, or one of another application; return its port."""
        lines = (ROOT / "console" / "Procfile").read_text().splitlines()
        web = next(line.removeprefix("web:") for line in lines if line.startswith("web:"))
        port = free_port()
        with (self.directory / "web.log").open("ab") as log:
            command = shlex.split(web.replace("$PORT", str(port)).replace("console.wsgi", application))
            self._running.append(
                subprocess.Popen(
                    command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
                )
            )
        until(lambda: is_open(port), "the web server listens")
        return port

    def open_webhook(self, web_port: int) -> str:
        """Let the sandbox post events to the web server; return the operator's new password."""
        done = self.manage("prepare_demo", "--port", str(web_port), "--sandbox-port", str(self.port))
        assert done.returncode == 0, done.stderr
        return re.findall(r"Password +(\S+)", done.stdout)[0]

    def order(self, **what: Any) -> None:
        """Give the running sandbox an order."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            connection.request("POST", control.PATH, json.dumps(what))
            assert connection.getresponse().status == 200, what

    def stop(self) -> None:
        for process in self._running:
            if process.poll() is None:  # else its number may be a stranger's by now
                end(process, signal.SIGKILL)
        for pid in self.processes():  # of groups of their own, whose leader is gone
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    # -- what can be seen from outside -------------------------------------------------------------------

    def processes(self) -> list[int]:
        """Return every process that runs with this data directory, whoever started it."""
        return [pid for pid, state, _group in _processes() if state != "Z" and self._has(pid)]

    def _has(self, pid: int) -> bool:
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False
        return f"DATA_DIR={self.directory}".encode() in environment.split(b"\0")

    def log(self, name: str) -> str:
        path = self.directory / name
        return path.read_text(errors="replace") if path.exists() else ""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(self._connect()) as connection:
            return connection.execute(sql).fetchall()

    def change(self, sql: str) -> None:
        with closing(self._connect()) as connection:
            connection.execute(sql)
            connection.commit()

    def ledger(self) -> list[ledger.Line]:
        return ledger.read(self.directory / "sandbox" / "ledger.jsonl")

    def requests(self) -> int:
        """Count the ledger's lines without reading them, for polling."""
        path = self.directory / "sandbox" / "ledger.jsonl"
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def _connect(self) -> Any:
        if self.database_url:
            return psycopg.connect(self.database_url)
        return sqlite3.connect(self.directory / "db.sqlite3", timeout=20)


# -- processes -------------------------------------------------------------------------------------------


def end(leader: subprocess.Popen[bytes], how: int, seconds: float = 10) -> float:
    """Signal a whole process group and return how long it took until its last member was gone."""
    started = time.monotonic()
    with suppress(ProcessLookupError):
        os.killpg(leader.pid, how)
    until(lambda: leader.poll() is not None and not members(leader.pid), "the group is gone", seconds)
    return time.monotonic() - started


def members(group: int) -> list[int]:
    """Return the processes of a group that still run; one that only waits to be collected does not."""
    return [pid for pid, state, its_group in _processes() if its_group == group and state != "Z"]


def connected_to(port: int, group: int) -> list[int]:
    """Return the processes of a group that hold a connection to a port of this machine."""
    return holding(port, members(group))


def holding(port: int, pids: list[int]) -> list[int]:
    """Return those of some processes that hold a connection to a port of this machine."""
    remote = f":{port:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{f[9]}]" for f in lines if f[2].endswith(remote) and f[3] == CONNECTED}
    return [pid for pid in pids if sockets & set(_open_files(pid))]


def _processes() -> Iterator[tuple[int, str, int]]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, group = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # gone since it was listed
            continue
        yield int(path.parent.name), state, int(group)


def _open_files(pid: int) -> Iterator[str]:
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            yield os.readlink(f"/proc/{pid}/fd/{name}")
    except OSError:
        return


# -- ports and waits -----------------------------------------------------------------------------


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(what: Callable[[], Result], name: str, seconds: float = 30) -> Result:
    """Wait for an event, and say which one if it does not come."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > deadline:
            raise AssertionError(f"After {seconds} s this had not come: {name}.")
        time.sleep(0.03)
    return found
