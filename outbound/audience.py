"""Who gets it: picked recipients and pasted numbers, each person once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from outbound import phones
from outbound.contents.errors import Problems
from outbound.models import Recipient

# A number may hold spaces, dots and hyphens, so only these part one from the next.
_SEPARATORS = re.compile(r"[\n\r,;\t]+")
MAX_PASTED = 5000


@dataclass(frozen=True)
class Person:
    """One number that is meant to get a message, and the saved recipient behind it, if any."""

    phone: phones.Phone
    recipient: Recipient | None = None

    def values(self) -> dict[str, str]:
        return self.recipient.values() if self.recipient else {}


@dataclass(frozen=True)
class Audience:
    """The people, each once, and the numbers that named somebody a second time, as they were typed."""

    people: list[Person] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)


def gather(picked: Iterable[Recipient], pasted: str) -> Audience:
    """Join picked recipients and pasted numbers; two spellings of one line are one person.

    Raises ValidationError with paths `numbers.<position>` for what is not a phone number.
    """
    parsed = parse_numbers(pasted)
    saved = _saved_by_key({phone.key for _text, phone in parsed})
    wanted = [(str(recipient), Person(phones.parse(recipient.phone), recipient)) for recipient in picked]
    wanted += [(text, Person(phone, saved.get(phone.key))) for text, phone in parsed]
    people: dict[str, Person] = {}
    duplicates = []
    for text, person in wanted:
        if people.setdefault(person.phone.key, person) is not person:
            duplicates.append(text)
    return Audience(list(people.values()), duplicates)


def parse_numbers(text: str) -> list[tuple[str, phones.Phone]]:
    """Return each pasted number as typed and as read. Raises ValidationError as `gather` does."""
    problems = Problems()
    parsed = []
    typed_numbers = [typed for typed in _SEPARATORS.split(text) if typed.strip()]
    if len(typed_numbers) > MAX_PASTED:
        problems.add(("numbers",), _("At most %(max)s numbers at once."), "numbers_too_many", max=MAX_PASTED)
        problems.raise_if_any()
    for position, typed in enumerate(typed_numbers):
        try:
            parsed.append((typed.strip(), phones.parse(typed.strip())))
        except ValidationError as error:
            problems.found[f"numbers.{position}"] = [error]
    problems.raise_if_any()
    return parsed


def _saved_by_key(keys: set[str]) -> dict[str, Recipient]:
    return {
        recipient.phone_key: recipient
        for recipient in Recipient.objects.filter(phone_key__in=keys).order_by("-id")
    }
