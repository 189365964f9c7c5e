"""Every cookie has its flags, and in production a `__Host-` name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).parents[2]
ASK = """
import json
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
User.objects.create_superuser("root", password="a long enough word")
client = Client(headers={"host": "console.example.com"})
client.get("/admin/login/", secure=True)
client.post("/admin/language/", {"language": "en"}, secure=True)
client.post("/admin/login/", {"username": "root", "password": "a long enough word"}, secure=True)
flags = ("secure", "httponly", "samesite", "path", "domain")
print(json.dumps({name: {flag: one[flag] for flag in flags} for name, one in client.cookies.items()}))
"""


def cookies(directory: Path, production: str) -> dict[str, dict[str, object]]:
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "DATA_DIR": str(directory),
        "PRODUCTION": production,
        "SECRET_KEY": "0123456789abcdefghij" * 3,
        "TOKEN_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "console.example.com",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("production", "names"),
    [
        ("1", {"__Host-sessionid", "__Host-csrftoken", "__Host-django_language"}),
        ("0", {"sessionid", "csrftoken", "django_language"}),
    ],
)
def test_every_cookie_has_its_flags(tmp_path: Path, production: str, names: set[str]) -> None:
    found = cookies(tmp_path, production)

    assert set(found) == names
    for name, flags in found.items():
        assert (flags["samesite"], flags["path"], flags["domain"]) == ("Lax", "/", "")
        assert bool(flags["secure"]) == (production == "1")
        assert bool(flags["httponly"]) == ("csrftoken" not in name)  # which a script may have to send
