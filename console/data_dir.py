"""The data directory: database, keys and other files that an installation creates on its first run.

It holds keys, messages and numbers, so only its owner may read it: 0700, and 0600 for its files.
"""

from __future__ import annotations

import logging
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

OTHERS = 0o077

logger = logging.getLogger(__name__)


def prepare(directory: Path) -> Path:
    """Create `directory`, make it and everything this process will write private, and return it."""
    os.umask(os.umask(OTHERS) | OTHERS)
    with _explain_errors(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    left_open = (
        [directory]
        if _is_shared(directory)
        else [path for path in _all(directory) if not _make_private(path)]
    )
    if left_open:
        logger.warning(
            "DATA_DIR lets other accounts of this machine in, and the console cannot change that: %s. "
            "Let DATA_DIR belong to the account that runs the console, and to nothing else.",
            left_open[0],
        )
    return directory


def _is_shared(directory: Path) -> bool:
    """Whether a directory is shared by all accounts, like /tmp, and must not be made private."""
    return directory.parent == directory or bool(directory.stat().st_mode & stat.S_ISVTX)


def _all(directory: Path) -> Iterator[Path]:
    yield directory
    for folder, folders, files in os.walk(directory):
        yield from (Path(folder) / name for name in folders + files)


def _make_private(path: Path) -> bool:
    """Remove the permissions of others; return whether none is left. A link has none of its own."""
    with suppress(OSError):  # it was deleted, like SQLite's log, or lies in another account's folder
        mode = path.lstat().st_mode
        if mode & OTHERS and not stat.S_ISLNK(mode):
            with suppress(OSError):  # another account's file, or a file system without permissions
                path.chmod(stat.S_IMODE(mode) & ~OTHERS)
            return not path.lstat().st_mode & OTHERS
    return True


def secret_key(directory: Path) -> str:
    """Return the installation's Django secret key, created on the first call."""
    return _read_or_create(directory / "secret_key", get_random_secret_key)


def token_key(directory: Path) -> str:
    """Return the installation's Fernet key for integration tokens, created on the first call."""
    return _read_or_create(directory / "token_key", lambda: Fernet.generate_key().decode())


def _read_or_create(path: Path, make: Callable[[], str]) -> str:
    with _explain_errors(path):
        if not path.exists():
            _write_once(path, make())
        return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    # Web server and worker start together. Linking a finished file means that neither reads a half-written
    # key, and both use the first one.
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # its mode is 0600
        file.write(text)
        file.flush()
        try:
            os.link(file.name, path)
        except FileExistsError:
            return


@contextmanager
def _explain_errors(path: Path) -> Iterator[None]:
    """Turn an OSError into a sentence that names the file, since nothing starts without it."""
    try:
        yield
    except OSError as error:
        message = f"{path} cannot be used ({error.strerror}): look at DATA_DIR, its disk, and whose it is."
        raise ImproperlyConfigured(message) from error
