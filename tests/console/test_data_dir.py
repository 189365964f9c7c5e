"""The data directory is private, whatever the umask."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from console import data_dir
from tests.installation import Installation, until

ROOT = Path(__file__).parents[2]
AS_NOBODY = """
import os, pathlib, sys
from console import data_dir
os.setuid(65534)
data_dir.secret_key(data_dir.prepare(pathlib.Path(sys.argv[1])))
"""


def modes(directory: Path) -> dict[str, int]:
    """What others may do with a directory and all in it, where they may do anything."""
    paths = [directory, *directory.rglob("*")]
    found = {str(path.relative_to(directory.parent)): path.lstat().st_mode for path in paths}
    return {name: stat.S_IMODE(mode) for name, mode in found.items() if mode & 0o077}


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    # The processes' output goes beside the data, as it would with a supervisor.
    running = Installation(tmp_path / "var", LOG_LEVEL="INFO")
    running.directory.mkdir()
    yield running
    running.stop()


@pytest.mark.usefixtures("open_umask")
def test_files_of_an_installation_are_private(installation: Installation) -> None:
    installation.manage("migrate", "--verbosity", "0")
    port = installation.start_web()
    installation.open_webhook(port)
    installation.start_sandbox()
    installation.start("worker", log="worker.log")
    installation.manage("send", "--integration", "demo", "--template", "boas-vindas", "--to", "35 98800-1234")
    until(lambda: installation.requests() > 0, "a message reaches the sandbox")

    written = {path.name for path in installation.directory.rglob("*")}
    logs = {"web.log", "worker.log", "sandbox.log"}  # opened by this test and not by the console

    assert {"secret_key", "token_key", "db.sqlite3", "installation", "ledger.jsonl"} <= written
    assert {"callback.json", "db.sqlite3-wal", "db.sqlite3-shm"} <= written
    assert {name for name in modes(installation.directory) if Path(name).name not in logs} == set()


def test_open_directory_becomes_private_with_all_in_it(tmp_path: Path, open_umask: None) -> None:
    directory = tmp_path / "var"
    (directory / "sandbox").mkdir(parents=True)
    for name in ("db.sqlite3", "db.sqlite3-wal", "secret_key", "sandbox/ledger.jsonl"):
        (directory / name).write_text("x")

    data_dir.prepare(directory)

    assert modes(directory) == {}
    assert stat.S_IMODE((directory / "db.sqlite3").stat().st_mode) == 0o600
    assert stat.S_IMODE((directory / "sandbox").stat().st_mode) == 0o700


def test_target_of_a_link_is_unchanged(tmp_path: Path, open_umask: None) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("x")
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "link").symlink_to(elsewhere)

    data_dir.prepare(tmp_path / "var")

    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o666


def test_file_deleted_meanwhile_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_dir.os, "walk", lambda _: [(str(tmp_path), [], ["gone"])])

    assert data_dir.prepare(tmp_path) == tmp_path


@pytest.mark.usefixtures("open_umask")
def test_shared_directory_is_reported_and_unchanged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tmp_path.chmod(0o1777)
    (tmp_path / "of-another").write_text("x")

    data_dir.prepare(tmp_path)

    assert str(tmp_path) in caplog.text
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777
    assert stat.S_IMODE((tmp_path / "of-another").stat().st_mode) == 0o666


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_directory_of_another_account_is_reported_and_used(tmp_path: Path) -> None:
    directory = tmp_path / "var"
    directory.mkdir()
    directory.chmod(0o777)
    for parent in (tmp_path, *tmp_path.parents[:3]):
        parent.chmod(parent.stat().st_mode | 0o011)

    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(directory)], cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert f"the console cannot change that: {directory}." in done.stderr
    assert stat.S_IMODE((directory / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("umask", [0o000, 0o077], ids=oct)
def test_collected_static_files_are_readable_by_all(tmp_path: Path, umask: int) -> None:
    static = tmp_path / "site" / "static"
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "var"), "STATIC_ROOT": str(static)}

    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        umask=umask,
        check=True,
    )

    found = {path: stat.S_IMODE(path.stat().st_mode) for path in [static, *static.rglob("*")]}
    assert any(path.suffix == ".gz" for path in found)
    assert {mode for path, mode in found.items() if path.is_dir()} == {0o755}
    assert {mode for path, mode in found.items() if path.is_file()} == {0o644}
