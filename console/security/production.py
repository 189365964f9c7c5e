"""Checks of the environment in production, made by the settings since a web server runs no system checks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

# As in Django's deployment check.
MIN_SECRET_LENGTH, MIN_SECRET_CHARACTERS = 50, 5
ON, OFF = {"true", "on", "ok", "y", "yes", "1"}, {"", "false", "off", "n", "no", "0"}
# Django's *, or a leading dot before a public suffix alone, like .com or .com.br.
_EVERYBODY = re.compile(r".*\*.*|\.*|\.((com|net|org|gov|edu|co)\.)?[a-z0-9-]+\.*", re.IGNORECASE)


class InvalidEnvironment(ImproperlyConfigured):
    """The environment has settings with which the console does not start. The text names no value."""


def raise_if_any(problems: Iterable[str]) -> None:
    """Raise InvalidEnvironment with all problems, one sentence a line."""
    if found := list(problems):
        raise InvalidEnvironment("\n".join(found))


def unclear_switches(switches: dict[str, str]) -> Iterator[str]:
    """Yield a sentence for each switch that is neither on nor off, which would count as off."""
    for name, value in switches.items():
        if value.strip().lower() not in ON | OFF:
            yield f"{name} is neither on nor off. Set {name} to 1 or 0."


def debug_problems(debug: bool, failpoint: str) -> Iterator[str]:
    if debug:
        yield "DEBUG is on in production: its pages show the inside to everybody. Take DEBUG out."
    if failpoint:
        yield "FAILPOINT is set in production: it lets a process die, for tests. Take FAILPOINT out."


def key_problems(secret_key: str, token_keys: list[str]) -> Iterator[str]:
    if len(secret_key) < MIN_SECRET_LENGTH or len(set(secret_key)) < MIN_SECRET_CHARACTERS:
        yield (
            f"SECRET_KEY is too weak to sign with. Set SECRET_KEY to {MIN_SECRET_LENGTH} random characters "
            "or more, or leave it out to have one made in DATA_DIR (the file secret_key)."
        )
    if secret_key.startswith("django-insecure-"):
        yield "SECRET_KEY was made for development. Set SECRET_KEY to one of your own, or leave it out."
    if not token_keys or not all(map(_is_fernet_key, token_keys)):
        yield (
            "TOKEN_KEYS holds what is no Fernet key. Set TOKEN_KEYS as console/OPERATIONS.md says, or "
            "leave it out to have one made in DATA_DIR (the file token_key)."
        )


def host_problems(allowed_hosts: list[str], trusted_origins: list[str]) -> Iterator[str]:
    if not allowed_hosts or any(_EVERYBODY.fullmatch(name.strip()) for name in allowed_hosts):
        yield (
            "ALLOWED_HOSTS accepts any name, or none. Set ALLOWED_HOSTS to the names people open, "
            "like console.example.com.br."
        )
    if not all(map(_is_own_origin, trusted_origins)):
        yield (
            "CSRF_TRUSTED_ORIGINS holds what is no single site with https. Set CSRF_TRUSTED_ORIGINS to "
            "what people open, like https://console.example.com.br."
        )


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except (ValueError, TypeError):
        return False
    return True


def _is_own_origin(origin: str) -> bool:
    try:
        parts = urlsplit(origin.strip())
    except ValueError:
        return False
    # Django treats https://*.example.com as ALLOWED_HOSTS treats .example.com.
    host = re.sub(r"^\*(?=\.)", "", parts.hostname or "")
    return parts.scheme == "https" and not _EVERYBODY.fullmatch(host)
