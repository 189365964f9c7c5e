"""The data directory: what an installation makes for itself on its first run and keeps out of git."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key


def prepare(directory: Path) -> Path:
    """Create `directory`, readable by its owner alone, and return it."""
    with _usable(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


def secret_key(directory: Path) -> str:
    """Return the installation's Django secret key, made on the first call."""
    return _kept(directory / "secret_key", get_random_secret_key)


def token_key(directory: Path) -> str:
    """Return the installation's Fernet key for integration tokens, made on the first call."""
    return _kept(directory / "token_key", lambda: Fernet.generate_key().decode())


def _kept(path: Path, make: Callable[[], str]) -> str:
    with _usable(path):
        if not path.exists():
            _write_once(path, make())
        return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    # Web server and worker start together. Linking a finished file lets the first one win whole,
    # so the other can never read a key that is only half written.
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # mode 0600 by itself
        file.write(text)
        file.flush()
        try:
            os.link(file.name, path)
        except FileExistsError:
            return


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    """Say in a sentence which file stands in the way, since nothing can start without it."""
    try:
        yield
    except OSError as error:
        message = f"{path} cannot be used ({error.strerror}): look at DATA_DIR, its disk, and whose it is."
        raise ImproperlyConfigured(message) from error
