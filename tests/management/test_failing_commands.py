"""Commands whose database, disk or pipe fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from tests.copies import Copies
from tests.installation import ROOT, Installation, free_port, until
from tests.limits import can_mount, fill, limited_to, make_room, small_disk
from tests.management.all_commands import NAMES, command

pytestmark = pytest.mark.xdist_group("installation")
SERVER = os.environ.get("TEST_DATABASE_URL", "")
PASSWORD = "s3cr3t-of-the-database"
NUMBER = "35988001234"
SEND = ("send", "--integration", "demo", "--template", "boas-vindas", "--to", NUMBER)
ARGUMENTS = {"send": SEND[1:], "sandbox": ("--port", "0")}
NOTHING = "Nothing was sent or saved."


@pytest.fixture
def console(copies: Copies) -> Iterator[Installation]:
    made = copies.make()
    yield made
    made.stop()


def started(console: Installation, *arguments: str, **how: Any) -> subprocess.Popen[str]:
    """Start a command as an operator does, with its own `environment`."""
    environment = console._environment | {"TOKEN_KEYS": ""} | how.pop("environment", {})
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    manage = [sys.executable, "manage.py", *arguments]
    # A shell ignores Ctrl-C for background processes.
    heard = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    return subprocess.Popen(manage, cwd=ROOT, env=environment, text=True, **(pipes | heard | how))


def ended(process: subprocess.Popen[str]) -> str:
    """Wait for a command's end; return its standard error, which must be a sentence."""
    said = process.communicate(timeout=60)[1]
    assert "Traceback" not in said, said
    assert "Exception" not in said, said
    assert said.strip().endswith("."), said
    assert PASSWORD not in said
    return said


def rows(console: Installation) -> list[int]:
    counted = ("outbound_campaign", "outbound_message", "outbound_attempt", "outbound_webhookkey")
    return [console.rows(f"SELECT count(*) FROM {table}")[0][0] for table in counted]


def a_file(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def surroundings(fault: str, folder: Path) -> dict[str, Any]:
    """Return the environment in which a command fails."""
    broken = {
        "no file may grow": {},
        "its server is away": {"DATABASE_URL": f"postgres://u:{PASSWORD}@127.0.0.1:{free_port()}/console"},
        "never migrated": {"DATABASE_URL": f"sqlite:///{folder}/empty.sqlite3"},
        "no database": {"DATABASE_URL": f"sqlite:///{a_file(folder / 'junk', b'no database' * 200)}"},
        "a file for a directory": {"DATA_DIR": a_file(folder / "taken", b"")},
    }
    found: dict[str, Any] = {"environment": broken[fault]}
    return found | ({"preexec_fn": limited_to(1)} if fault == "no file may grow" else {})


DATABASE_FAULTS = ("its server is away", "never migrated", "no database")


@pytest.mark.parametrize("fault", [*DATABASE_FAULTS, "a file for a directory"])
def test_every_command_fails_with_a_sentence_and_status_1(
    console: Installation, tmp_path: Path, fault: str
) -> None:
    without_database = {"sandbox"} if fault in DATABASE_FAULTS else set()
    how = surroundings(fault, tmp_path)

    running = {
        name: started(console, name, *ARGUMENTS.get(name, ()), **how)
        for name in NAMES
        if name not in without_database
    }
    said = {name: ended(process) for name, process in running.items()}

    assert {name: process.returncode for name, process in running.items()} == dict.fromkeys(running, 1)
    assert all(said.values())


@pytest.mark.skipif(bool(SERVER), reason="PostgreSQL writes its files itself")
def test_every_writing_command_reports_a_full_disk(console: Installation, tmp_path: Path) -> None:
    before, there = rows(console), sorted(console.directory.rglob("*"))
    how = surroundings("no file may grow", tmp_path)

    # The sandbox writes only when it is asked something.
    writing = [name for name in NAMES if name != "sandbox"]
    running = {name: started(console, name, *ARGUMENTS.get(name, ()), **how) for name in writing}
    said = {name: ended(process) for name, process in running.items()}

    assert {process.returncode for process in running.values()} == {1}, said
    assert NOTHING in said["send"]
    assert rows(console) == before
    left = {path.name for path in set(console.directory.rglob("*")) - set(there)}
    assert left <= {"db.sqlite3-wal", "db.sqlite3-shm", "writing.lock"}


@pytest.mark.skipif(bool(SERVER), reason="PostgreSQL writes its files itself")
@pytest.mark.skipif(not can_mount(), reason="this user may not mount a small disk")
@pytest.mark.parametrize("room", [0, 300_000])
def test_send_on_a_full_disk_saves_nothing(console: Installation, room: int) -> None:
    with small_disk(console.directory, megabytes=8):
        fill(console.directory, room)
        there = sorted(console.directory.rglob("*"))
        many = [f"3598{number:07}" for number in range(2000)]

        said = ended(started(console, *SEND, "--to", *many))
        after = sorted(console.directory.rglob("*"))
        make_room(console.directory)
        again = started(console, *SEND, "--to", *many)
        report = again.communicate(timeout=60)[0]
        planned = console.rows("SELECT count(*) FROM outbound_message")[0][0]

    assert "disk" in said
    assert NOTHING in said or "Nobody got anything" in said
    left = {path.name for path in set(after) - set(there)}
    assert left <= {"db.sqlite3-wal", "db.sqlite3-shm", "writing.lock", "installation"}
    assert (again.returncode, planned) == (0, 2001), report


def test_unwritable_report_says_that_the_send_is_saved(console: Installation) -> None:
    with open("/dev/full", "w") as full:
        process = started(console, *SEND, stdout=full)
        said = ended(process)

    (number,) = console.rows("SELECT id FROM outbound_campaign")[0]
    assert process.returncode == 1
    assert "the disk is full" in said
    assert f"The send is saved, as number {number}" in said


def test_closed_pipe_says_that_the_send_is_saved(console: Installation) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = started(console, *SEND, stdout=writer)
    os.close(writer)

    said = ended(process)

    assert process.returncode == 1
    assert "The send is saved, as number" in said


def test_interrupted_send_says_that_nothing_was_saved(console: Installation) -> None:
    process = started(console, *SEND, "--to-file", "-")
    until(lambda: _waits_for_input(process.pid), "it reads standard input")

    process.send_signal(signal.SIGINT)
    said = ended(process)

    assert process.returncode == 130
    assert NOTHING in said
    assert rows(console)[:2] == [0, 0]


def _waits_for_input(pid: int) -> bool:
    return Path(f"/proc/{pid}/syscall").read_text().startswith("0 0x0 ")


@pytest.mark.skipif(not SERVER, reason="asks PostgreSQL")
def test_commit_without_an_answer_is_reported_as_uncertain(console: Installation) -> None:
    console.change(
        "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END$$"
    )
    console.change(
        "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON outbound_campaign "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()"
    )

    process = started(console, *SEND)

    assert "is not known" in ended(process)
    assert process.returncode == 1


def test_refused_input_has_its_own_status(console: Installation) -> None:
    process = started(console, "send", "--integration", "nobody", "--template", "x", "--to", "1")

    ended(process)

    assert process.returncode == 2


@pytest.mark.parametrize("name", NAMES)
def test_help_of_every_command_explains_its_statuses(name: str) -> None:
    with override("en"):
        said = command(name).create_parser("manage.py", name).format_help()

    statuses = said.split("Exit status: ")[1]
    assert [status for status in ("0", "1", "2", "130") if f"{status} if" not in statuses] == []
