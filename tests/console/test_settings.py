"""Settings have working defaults, and each system check reports its problem."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.db import connection

from console import data_dir
from console.settings import Q_CLUSTER
from outbound import checks
from tests.builders import an_integration

ROOT = Path(__file__).parents[2]
PLANNING = "from console.settings import DATABASES; print(DATABASES['default']['OPTIONS']['options'])"
PRAGMAS = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    ask = lambda name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
    found = ask("journal_mode"), ask("synchronous"), connection.transaction_mode
print(*found)
"""
KEYS = "import sys, pathlib; from console import data_dir as d; p = d.prepare(pathlib.Path(sys.argv[1]))"
QUEUE = dict(Q_CLUSTER)
BOTH_KEYS = f"{KEYS}; print(d.secret_key(p), d.token_key(p))"


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project with an environment of nothing but `environment`."""
    kept = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "console.settings"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=kept | environment, capture_output=True, text=True
    )


def ids(found: Any) -> list[str]:
    return [message.id for message in found]


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    return {
        "PRODUCTION": "1",
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX",
        "ALLOWED_HOSTS": "console.example.com",
        "TOKEN_KEYS": Fernet.generate_key().decode(),
        "DATA_DIR": str(tmp_path),
    }


def test_bare_settings_work(tmp_path: Path) -> None:
    result = python("manage.py", "check", "--fail-level", "WARNING", DATA_DIR=str(tmp_path / "new"))

    assert result.returncode == 0, result.stderr


def test_empty_database_is_migrated_with_production_settings(production: dict[str, str]) -> None:
    migrated = python("manage.py", "migrate", "--verbosity", "0", **production)
    checked = python("manage.py", "check", "--deploy", "--database", "default", **production)

    assert migrated.returncode == 0, migrated.stderr
    assert "no issues" in checked.stdout


def test_production_settings_pass_the_deployment_check(production: dict[str, str]) -> None:
    result = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **production)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"ALLOWED_HOSTS": "localhost,127.0.0.1"}, "outbound.E005"),
        ({"SENDER_LEASE_SECONDS": "60"}, "outbound.E007"),
    ],
)
def test_production_does_not_start_misconfigured(
    production: dict[str, str], change: dict[str, str], check: str
) -> None:
    result = python("manage.py", "check", "--deploy", **(production | change))

    assert result.returncode == 1
    assert check in result.stderr


def test_sqlite_uses_wal_full_sync_and_immediate_transactions(tmp_path: Path) -> None:
    result = python("-c", PRAGMAS, DATA_DIR=str(tmp_path))

    assert result.stdout.split() == ["wal", "2", "IMMEDIATE"], result.stderr


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("", "-c jit=off -c max_parallel_workers_per_gather=0"),
        ("?options=-c%20work_mem=8MB", "-c work_mem=8MB"),
    ],
)
def test_postgresql_options_can_be_overridden_by_the_address(
    tmp_path: Path, query: str, options: str
) -> None:
    address = f"postgres://console:secret@db.example.com/console{query}"

    result = python("-c", PLANNING, DATA_DIR=str(tmp_path), DATABASE_URL=address)

    assert result.stdout == f"{options}\n", result.stderr


@pytest.mark.parametrize(
    ("check", "values", "found"),
    [
        (checks.check_token_keys, {}, []),
        (checks.check_token_keys, {"TOKEN_KEYS": []}, ["outbound.E001"]),
        (checks.check_token_keys, {"TOKEN_KEYS": ["short"]}, ["outbound.E001"]),
        (checks.check_token_keys, {"TOKEN_KEYS": [None]}, ["outbound.E001"]),
        (checks.check_queue, {}, []),
        (checks.check_queue, {"Q_CLUSTER": QUEUE | {"timeout": 180}}, ["outbound.E002"]),
        (checks.check_queue, {"Q_CLUSTER": QUEUE | {"timeout": 55}}, ["outbound.E003"]),
        (checks.check_queue, {"Q_CLUSTER": QUEUE | {"bulk": 2}}, ["outbound.E009"]),
        (checks.check_queue, {"Q_CLUSTER": QUEUE | {"queue_limit": 2}}, ["outbound.E009"]),
        (checks.check_queue, {"Q_CLUSTER": QUEUE | {"max_attempts": 0}}, ["outbound.E009"]),
        (checks.check_queue, {"Q_CLUSTER": QUEUE | {"ack_failures": False}}, ["outbound.E009"]),
        (checks.check_queue, {"Q_CLUSTER": QUEUE | {"catch_up": True}}, ["outbound.E009"]),
        (checks.check_queue, {"Q_CLUSTER": QUEUE | {"save_limit": 250}}, ["outbound.E009"]),
        (checks.check_queue, {"Q_CLUSTER": QUEUE | {"scheduler": True}}, ["outbound.E009"]),
        (checks.check_queue, {"Q_CLUSTER": {"timeout": 90, "retry": 150}}, ["outbound.E009"] * 7),
        (checks.check_slots, {"SENDER_SLOTS": 2}, []),
        (checks.check_slots, {"SENDER_SLOTS": 0}, ["outbound.E011"]),
        (checks.check_lease, {"PRODUCTION": True}, []),
        (checks.check_lease, {"PRODUCTION": True, "SENDER_LEASE_SECONDS": 75}, ["outbound.E007"]),
        (checks.check_lease, {"PRODUCTION": False, "SENDER_LEASE_SECONDS": 3}, []),
        (checks.check_production, {"PRODUCTION": False, "ALLOWED_HOSTS": ["localhost"]}, []),
        (checks.check_production, {"PRODUCTION": True, "ALLOWED_HOSTS": ["a.example"]}, []),
        (checks.check_production, {"PRODUCTION": True, "ALLOWED_HOSTS": ["localhost"]}, ["outbound.E005"]),
    ],
)
def test_check_reports_its_problem_and_nothing_else(
    settings: LazySettings, check: Callable[..., Any], values: dict[str, Any], found: list[str]
) -> None:
    for name, value in values.items():
        setattr(settings, name, value)

    assert ids(check(None)) == found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("production", "base_url", "found"),
    [
        (True, "http://127.0.0.1:8001/zenvia", ["outbound.W001"]),
        (False, "http://127.0.0.1:8001/zenvia", []),
        (True, "https://outbound.ms.altubots.com/zenvia", []),
        (True, "https://outbound.ms.altubots.com:8443/zenvia", ["outbound.W002"]),
        (True, "https://outbound.ms.altubots.com/zenvia#", ["outbound.W002"]),
    ],
)
def test_integration_with_an_odd_address_is_warned_about_in_production(
    settings: LazySettings, production: bool, base_url: str, found: list[str]
) -> None:
    settings.PRODUCTION = production
    an_integration(base_url=base_url)

    assert ids(checks.check_integrations(None, databases=["default"])) == found


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="a setting of SQLite")
@pytest.mark.parametrize(("synchronous", "found"), [("FULL", []), ("NORMAL", ["outbound.E006"])])
def test_sqlite_without_full_sync_is_an_error(synchronous: str, found: list[str]) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA synchronous={synchronous}")

        assert ids(checks.check_sqlite(None, databases=["default"])) == found
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")


def test_database_checks_run_only_when_requested() -> None:
    assert checks.check_sqlite(None) == []
    assert checks.check_integrations(None) == []


def test_keys_are_private_and_stable(tmp_path: Path) -> None:
    directory = data_dir.prepare(tmp_path / "var")

    first = data_dir.secret_key(directory), data_dir.token_key(directory)

    assert (data_dir.secret_key(directory), data_dir.token_key(directory)) == first
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}
    assert Fernet(first[1])


def test_key_written_first_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def beaten() -> str:
        (tmp_path / "secret_key").write_text("the other's")
        return "mine"

    monkeypatch.setattr(data_dir, "get_random_secret_key", beaten)

    assert data_dir.secret_key(tmp_path) == "the other's"


def test_processes_started_together_share_the_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: python("-c", BOTH_KEYS, str(tmp_path / "var")), range(4)))

    assert len({run.stdout for run in runs}) == 1
    assert len(runs[0].stdout.split()) == 2
