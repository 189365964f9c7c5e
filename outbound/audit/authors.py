"""Tells who the author of an entry is: a person, the command line or the console itself."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

# The types that `request.user` may have.
By = User | AbstractBaseUser | AnonymousUser | None


class Kind(StrEnum):
    """Kinds of author, as an entry stores them."""

    PERSON = "person"
    COMMAND_LINE = "command line"
    CONSOLE = "console"


@dataclass(frozen=True)
class Author:
    """An author as an entry stores it: the name stays readable when the account is renamed or deleted."""

    kind: Kind = Kind.CONSOLE
    name: str = ""
    address: str = ""


# The author where no person is named, set by a request (its address) or a command.
_THE_CONSOLE = Author()
_acting: ContextVar[Author] = ContextVar("acting", default=_THE_CONSOLE)


def author(person: By) -> Author:
    """Return `person` as an author; for None the console, or the command that runs."""
    acting = _acting.get()
    if person is None or isinstance(person, AnonymousUser):
        return acting
    return replace(acting, kind=Kind.PERSON, name=in_full(person))


def in_full(person: AbstractBaseUser) -> str:
    """Return the full name and the username, which tells namesakes apart: `Ana Souza (ana)`."""
    name, username = getattr(person, "get_full_name", str)(), person.get_username()
    return f"{name} ({username})" if name else username


@contextmanager
def acting_from(address: str) -> Iterator[None]:
    """Record entries inside as made from this address."""
    with _as(Author(address=address)):
        yield


@contextmanager
def command_line() -> Iterator[None]:
    """Record entries inside as made by a command, under the operating system's account of this process."""
    with _as(Author(Kind.COMMAND_LINE, _account())):
        yield


@contextmanager
def _as(acting: Author) -> Iterator[None]:
    token = _acting.set(acting)
    try:
        yield
    finally:
        _acting.reset(token)


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that has no name
        return ""
