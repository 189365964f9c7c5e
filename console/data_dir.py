"""The data directory: what an installation makes for itself on its first run and keeps out of git.

It holds keys, messages and numbers, so it is its owner's alone: 0700, and 0600 for what is in it.
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
    """Create `directory`, close it and all that this process will ever write to others, and return it."""
    os.umask(os.umask(OTHERS) | OTHERS)
    with _usable(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    left_open = (
        [directory] if _is_shared(directory) else [path for path in _all(directory) if not _close(path)]
    )
    if left_open:
        logger.warning(
            "DATA_DIR lets other accounts of this machine in, and the console cannot change that: %s. "
            "Let DATA_DIR belong to the account that runs the console, and to nothing else.",
            left_open[0],
        )
    return directory


def _is_shared(directory: Path) -> bool:
    """Whether a directory is everybody's, like /tmp, so that closing it would take it from them."""
    return directory.parent == directory or bool(directory.stat().st_mode & stat.S_ISVTX)


def _all(directory: Path) -> Iterator[Path]:
    yield directory
    for folder, folders, files in os.walk(directory):
        yield from (Path(folder) / name for name in folders + files)


def _close(path: Path) -> bool:
    """Take a file's permissions from others; return whether none is left. A link has none of its own."""
    with suppress(OSError):  # gone meanwhile, like SQLite's log, or in another's folder
        mode = path.lstat().st_mode
        if mode & OTHERS and not stat.S_ISLNK(mode):
            with suppress(OSError):  # another's, or a file system that cannot
                path.chmod(stat.S_IMODE(mode) & ~OTHERS)
            return not path.lstat().st_mode & OTHERS
    return True


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
