"""Explains the errors of databases and files to the person who runs a command.

The text of an error is never shown, since it may contain an address with a password.
"""

from __future__ import annotations

import errno
import re

from django.db import Error, InterfaceError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_UNREACHABLE = gettext_lazy(
    "The database cannot be reached: look at DATABASE_URL, and whether its server runs and lets us in."
)
# By SQLite's error name or PostgreSQL's SQLSTATE.
_OF_DATABASES: list[tuple[str, Promise]] = [
    ("SQLITE_FULL|53100", gettext_lazy("The database's disk is full: make room there.")),
    (
        "SQLITE_READONLY|25006",
        gettext_lazy("The database cannot be written: its file, its folder or its disk is read-only."),
    ),
    (
        "SQLITE_BUSY|SQLITE_LOCKED|55P03|57014",
        gettext_lazy("The database was held by another program for too long."),
    ),
    (
        "SQLITE_CANTOPEN",
        gettext_lazy("The database's file cannot be opened: look at DATA_DIR, and whose it is."),
    ),
    (
        "SQLITE_CORRUPT|SQLITE_NOTADB|XX001|XX002",
        gettext_lazy("The database is damaged: stop everything, and restore it from a copy."),
    ),
    (
        "SQLITE_IOERR|58030",
        gettext_lazy("The disk did not do what the database asked of it: it may be full, or broken."),
    ),
    (
        "no such table|no such column|42P01|42703",
        gettext_lazy("The database is not of this version: run “manage.py migrate” first."),
    ),
    ("08|28|3D|53300|57P|psycopg", _UNREACHABLE),
]
_OF_FILES: dict[int, Promise] = {
    errno.ENOSPC: gettext_lazy("the disk is full"),
    errno.EDQUOT: gettext_lazy("the disk is full"),
    errno.EFBIG: gettext_lazy("the file may not grow any more"),
    errno.EROFS: gettext_lazy("the disk is read-only"),
    errno.EACCES: gettext_lazy("this user may not write or read it"),
    errno.EPERM: gettext_lazy("this user may not write or read it"),
}


def explain(error: Error | OSError) -> str:
    """Return a sentence on what failed and what to check."""
    if isinstance(error, OSError):
        return _of_file(error)
    if isinstance(error, InterfaceError):
        return str(_UNREACHABLE)
    code = _code(error)
    found = (text for pattern, text in _OF_DATABASES if re.match(pattern, code))
    other = _("The database refused a step (%(kind)s). “--traceback” says where.")
    return str(next(found, other % {"kind": type(error).__name__}))


def _code(error: Error) -> str:
    """Return the database's name of an error, or "psycopg" where the server gave none."""
    cause = error.__cause__
    if missing := re.match("no such (table|column)", str(cause)):
        return missing[0]
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return str(name or type(cause).__module__.partition(".")[0])


def _of_file(error: OSError) -> str:
    if isinstance(error, BrokenPipeError):
        return _("Nobody reads any more what this command writes.")
    why = _OF_FILES.get(error.errno or 0, error.strerror or type(error).__name__)
    if error.filename is None:
        return _("Something could not be written: %(why)s.") % {"why": why}
    return _("%(path)s cannot be used: %(why)s.") % {"path": error.filename, "why": why}
