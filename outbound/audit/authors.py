"""Whose deed it is: a person's, the command line's, or the console's own."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

# Whoever a request brings; the admin lets nobody in who is anonymous.
By = User | AbstractBaseUser | AnonymousUser | None


class Kind(StrEnum):
    """Kinds of author, as an entry stores them."""

    PERSON = "person"
    COMMAND_LINE = "command line"
    CONSOLE = "console"


@dataclass(frozen=True)
class Author:
    """The name stays readable in the entry when the account is renamed or gone."""

    kind: Kind = Kind.CONSOLE
    name: str = ""
    address: str = ""


# Who acts where no person is named, and from which address: the console itself, until a request or a
# command says otherwise.
_THE_CONSOLE = Author()
_acting: ContextVar[Author] = ContextVar("acting", default=_THE_CONSOLE)


def author(person: By) -> Author:
    """Return the author of a deed of `person`; None is whoever acts here: the console or a command."""
    acting = _acting.get()
    if person is None or isinstance(person, AnonymousUser):
        return acting
    return replace(acting, kind=Kind.PERSON, name=in_full(person))


def in_full(person: AbstractBaseUser) -> str:
    """Return a name that tells its bearer from a namesake: `Ana Souza (ana)`."""
    name, username = getattr(person, "get_full_name", str)(), person.get_username()
    return f"{name} ({username})" if name else username


@contextmanager
def acting_from(address: str) -> Iterator[None]:
    """What is done inside comes from this address."""
    with _as(Author(address=address)):
        yield


@contextmanager
def command_line() -> Iterator[None]:
    """What is done inside is a command's, run by this process' account of the operating system."""
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
