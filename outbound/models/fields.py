"""A text column that is encrypted at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import IsNull


class SecretUnreadable(Exception):
    """A stored secret cannot be decrypted with any of TOKEN_KEYS."""


if TYPE_CHECKING:
    _TextField = models.TextField["str | Secret", "Secret"]
else:
    _TextField = models.TextField


class SecretField(_TextField):
    """Stores text as Fernet tokens: the first of TOKEN_KEYS encrypts, all of them decrypt.

    The only lookup is `isnull`; any other raises FieldError, so that no filter in a URL can be used to
    guess a token letter by letter.
    """

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else ""

    def from_db_value(self, value: str | None, *_args: Any) -> Secret | None:
        return None if value is None else Secret(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return IsNull
        raise FieldError("A secret cannot be looked up by its value.")

    def value_to_string(self, obj: models.Model) -> str:
        return ""  # keeps secrets out of dumpdata


class Secret:
    """A stored secret that str and repr do not show; `reveal()` is for the code that sends it."""

    __slots__ = ("_stored",)

    def __init__(self, stored: str) -> None:
        self._stored = stored

    def reveal(self) -> str:
        """Return the clear text. Raises SecretUnreadable if no key of TOKEN_KEYS fits."""
        try:
            return _fernet().decrypt(self._stored.encode()).decode() if self._stored else ""
        except InvalidToken as error:
            raise SecretUnreadable from error

    def rotated(self) -> str:
        """Return what to store so that the first key alone can read it. Raises SecretUnreadable."""
        try:
            return _fernet().rotate(self._stored.encode()).decode() if self._stored else ""
        except InvalidToken as error:
            raise SecretUnreadable from error

    @property
    def stored(self) -> str:
        return self._stored

    def __bool__(self) -> bool:
        return bool(self._stored)

    def __str__(self) -> str:
        return "••••" if self._stored else ""

    __repr__ = __str__


def encrypt(value: str | Secret) -> str:
    """Return what is stored for a clear text; a Secret that was read is stored unchanged."""
    return value.stored if isinstance(value, Secret) else _fernet().encrypt(value.encode()).decode()


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.TOKEN_KEYS])
