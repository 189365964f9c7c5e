"""Production does not start with unsafe settings, and no error shows a value."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from console.security import production
from tests.installation import free_port

ROOT = Path(__file__).parents[3]
STRONG = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
FERNET = Fernet.generate_key().decode()
IMPORT = (sys.executable, "-c", "from console import settings")
STARTS = {
    "settings": IMPORT,
    "check": (sys.executable, "manage.py", "check"),
    "worker": (sys.executable, "manage.py", "worker"),
    "send_due": (sys.executable, "manage.py", "send_due"),
    "gunicorn": (sys.executable, "-m", "gunicorn", "console.wsgi"),
}
# What somebody set, and the variable that must be named for it.
WRONG = [
    ("DEBUG", "1"),
    ("TRUST_PROXY", "nginx-in-front"),
    ("PRODUCTION", "real-thing"),
    ("FAILPOINT", "after_claim"),
    ("SECRET_KEY", "short-secret-value"),
    ("TOKEN_KEYS", "not-a-fernet-key"),
    ("ALLOWED_HOSTS", "*"),
    ("CSRF_TRUSTED_ORIGINS", "http://plain.example.com"),
]


def run(start: str, directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start a process with good production settings, but for what `environment` changes."""
    good = {
        "PATH": os.environ["PATH"],
        "PRODUCTION": "1",
        "SECRET_KEY": STRONG,
        "TOKEN_KEYS": FERNET,
        "ALLOWED_HOSTS": "console.example.com",
        "DATA_DIR": str(directory),
        "PORT": str(free_port()),
    }
    return subprocess.run(
        STARTS[start], cwd=ROOT, env=good | environment, capture_output=True, text=True, timeout=60
    )


def test_valid_settings_start(tmp_path: Path) -> None:
    done = run("settings", tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_error_names_the_variable_but_no_value(tmp_path: Path, name: str, value: str) -> None:
    done = run("settings", tmp_path, **{name: value})

    said = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert said.startswith(f"console.security.production.InvalidEnvironment: {name} ")
    assert "Set " in said or "Take " in said
    assert len(value) < 2 or value not in done.stderr.replace(name, "")


@pytest.mark.parametrize("start", [name for name in STARTS if name != "settings"])
def test_every_start_is_refused_with_all_problems(tmp_path: Path, start: str) -> None:
    wrong = {"DEBUG": "1", "SECRET_KEY": "short-secret-value", "ALLOWED_HOSTS": "*"}

    done = run(start, tmp_path, **wrong)

    assert done.returncode != 0
    assert all(name in done.stderr for name in wrong)
    assert "short-secret-value" not in done.stderr + done.stdout
    assert start == "gunicorn" or "Traceback" not in done.stderr


def test_weak_key_of_the_data_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    (tmp_path / "token_key").write_text("half-a-ke")

    done = run("settings", tmp_path, SECRET_KEY="", TOKEN_KEYS="")

    assert "SECRET_KEY" in done.stderr
    assert "TOKEN_KEYS" in done.stderr
    assert "half-a-ke" not in done.stderr


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["*"],
        [" * "],
        ["console.example.com", "*"],
        ["*.example.com"],
        ["."],
        [".."],
        [""],
        [".com"],
        [".br"],
        [".com.br"],
        [".COM.BR"],
        [".com."],
        [".gov.br"],
    ],
)
def test_hosts_that_match_every_name_are_refused(hosts: list[str]) -> None:
    assert "ALLOWED_HOSTS" in "".join(production.host_problems(hosts, []))


@pytest.mark.parametrize(
    "hosts",
    [
        ["console.example.com.br"],
        [".example.com"],
        [".example.com.br"],
        ["10.0.0.7"],
        ["[::1]"],
        ["localhost"],
    ],
)
def test_own_hosts_are_accepted(hosts: list[str]) -> None:
    assert list(production.host_problems(hosts, [])) == []


@pytest.mark.parametrize(
    ("origin", "is_refused"),
    [
        ("https://console.example.com", False),
        ("https://console.example.com:8443", False),
        ("https://*.example.com", False),
        ("*", True),
        ("https://*", True),
        ("https://*.", True),
        ("https://*.com", True),
        ("https://*.com.br", True),
        ("https://con*.example.com", True),
        ("http://console.example.com", True),
        ("console.example.com", True),
        ("https://", True),
        ("https://[::1", True),
        ("", True),
    ],
)
def test_origin_is_one_site_with_https(origin: str, is_refused: bool) -> None:
    said = "".join(production.host_problems(["console.example.com"], [origin]))

    assert ("CSRF_TRUSTED_ORIGINS" in said) == is_refused


@given(st.text(max_size=production.MIN_SECRET_LENGTH - 1))
def test_short_key_is_refused(key: str) -> None:
    assert "SECRET_KEY" in "".join(production.key_problems(key, [FERNET]))


@pytest.mark.parametrize("key", ["s" * 60, "abab" * 20, f"django-insecure-{STRONG}", " " * 60])
def test_guessable_key_is_refused(key: str) -> None:
    assert "SECRET_KEY" in "".join(production.key_problems(key, [FERNET]))


@pytest.mark.parametrize("keys", [[], [""], [" "], ["junk"], [FERNET, "junk"], [FERNET, ""], [FERNET[:-2]]])
def test_invalid_token_key_is_refused(keys: list[str]) -> None:
    assert "TOKEN_KEYS" in "".join(production.key_problems(STRONG, keys))


@pytest.mark.parametrize("value", ["", "0", "off", "False", " no ", "1", "on", "TRUE", "yes"])
def test_switches_accept_the_usual_words(value: str) -> None:
    assert list(production.unclear_switches({"PRODUCTION": value})) == []
