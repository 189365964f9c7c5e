"""Redis servers that do not work, each in its own way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

from tests.installation import free_port

PASSWORD = "hunter2-of-redis"  # noqa: S105
ANSWERS = {
    "loading": "-LOADING Redis is loading the dataset in memory",
    "a replica": "-READONLY You can't write against a read only replica.",
    "cannot save": "-MISCONF Redis is configured to save RDB snapshots, but cannot",
    "full": "-OOM command not allowed when used memory > 'maxmemory'.",
    "wants a password": "-NOAUTH Authentication required.",
    "wrong password": "-WRONGPASS invalid username-password pair or user is disabled.",
    "says it aloud": f"-ERR unknown command 'AUTH', with args beginning with: '{PASSWORD}'",
    "no Redis at all": "HTTP/1.1 400 Bad Request",
}
USELESS = (*ANSWERS, "refuses", "never answers", "hangs up", "has no name")


@contextmanager
def useless(kind: str) -> Iterator[str]:
    """Run such a server; yield its address, which contains a password."""
    if kind in ("refuses", "has no name"):
        host = "nowhere.invalid" if kind == "has no name" else "127.0.0.1"
        yield f"redis://:{PASSWORD}@{host}:{free_port()}/0?protocol=2"
        return
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        if kind != "never answers":  # the kernel takes the connection, and nobody reads from it
            threading.Thread(target=_serve, args=(server, _answer(kind)), daemon=True).start()
        yield f"redis://:{PASSWORD}@127.0.0.1:{server.getsockname()[1]}/0?protocol=2"


def _answer(kind: str) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        while kind != "hangs up" and connection.recv(4096):
            connection.sendall(f"{ANSWERS[kind]}\r\n".encode())

    return answer


def _serve(server: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    with suppress(OSError):
        while True:
            connection, _address = server.accept()
            with closing(connection), suppress(OSError):
                answer(connection)
