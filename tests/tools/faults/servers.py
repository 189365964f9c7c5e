"""PostgreSQL and Redis servers that a fault may restart or kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.installation import end, free_port, is_open, until

DEBIAN = Path("/usr/lib/postgresql")


class Postgres:
    """A server in a directory of its own, with fsync on as in production."""

    def __init__(self, directory: Path) -> None:
        self._data = directory / "data"
        self._port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self._port}/postgres"
        if os.getuid() == 0:  # the server refuses to run as root
            shutil.chown(directory, "postgres", "postgres")
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", "postgres", "--no-sync")
        options = f"-p {self._port} -h 127.0.0.1 -k {directory}"
        self._run("pg_ctl", "-D", str(self._data), "-o", options, "-l", str(directory / "log"), "-w", "start")

    def restart(self) -> None:
        """Stop it as a crash would, and start it again."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "restart")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(_program(program)), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # Its output goes nowhere: a server that is started would hold a pipe open for good.
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Redis:
    """A server that keeps nothing on disk."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        """Start it, empty."""
        command = ["redis-server", "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        until(lambda: is_open(self._port), "Redis answers")

    def kill(self) -> None:
        end(self._process, signal.SIGKILL)

    def freeze(self) -> None:
        """Let it take connections, and answer nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL of our own for a while."""
    directory = Path(tempfile.mkdtemp(prefix="faults-postgres-"))
    server = Postgres(directory)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory)


@contextmanager
def redis() -> Iterator[Redis]:
    """Run a Redis of our own for a while."""
    server = Redis()
    try:
        yield server
    finally:
        server.kill()


def run(program: str, *arguments: object) -> None:
    """Run a program that comes with a PostgreSQL server."""
    subprocess.run([str(_program(program)), *map(str, arguments)], check=True)


def has_postgres() -> bool:
    return _program("initdb") is not None


def has_redis() -> bool:
    return shutil.which("redis-server") is not None


def _program(name: str) -> Path | None:
    """Return a server program, which Debian keeps off the PATH."""
    places = [*sorted(DEBIAN.glob("*/bin"), reverse=True)] if DEBIAN.exists() else []
    found = shutil.which(name, path=os.pathsep.join([*map(str, places), os.environ.get("PATH", "")]))
    return Path(found) if found else None
