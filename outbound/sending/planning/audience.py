"""The people of a send: picked recipients and pasted numbers, each person once, as a stream."""

from __future__ import annotations

import json
import re
from array import array
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from outbound import phones
from outbound.contents.errors import Problems
from outbound.db.sql import ids_of
from outbound.models import Campaign, Recipient
from outbound.models.recipient import known_values

# A number may hold spaces, dots and hyphens, so only these separate two numbers.
_SEPARATORS = re.compile(r"[\n\r,;\t]+")
MAX_PASTED = 100_000
# Reported at most: a paste with more of them is not a list of numbers.
MAX_FAULTS = 100
# People in memory at once, with their bodies, which may have several kilobytes each.
BATCH_SIZE = 2000


class Person(NamedTuple):
    """One number that is to get a message, and what was read of its saved recipient, if there is one."""

    phone: phones.Phone
    recipient_id: int | None = None
    name: str = ""
    attributes: str = "{}"  # JSON, parsed only where a field refers to it
    # Under this spelling of the number or the other.
    opted_out: bool = False
    typed: str = ""

    def __str__(self) -> str:
        return self.typed or str(self.recipient)

    @property
    def recipient(self) -> Recipient | None:
        """The saved recipient, for display only: not all of its columns were read."""
        if self.recipient_id is None:
            return None
        attributes = json.loads(self.attributes)
        return Recipient(pk=self.recipient_id, phone=self.phone.e164, name=self.name, attributes=attributes)

    def values(self) -> dict[str, str]:
        """Return what a template's fields may refer to; nothing for a number that is not saved."""
        if self.recipient_id is None:
            return {}
        return known_values(self.name, json.loads(self.attributes) if self.attributes != "{}" else {})


_UNSAVED = Person(phones.Phone("", ""))


class Audience:
    """Picked recipients, then pasted numbers; two spellings of one number are one person.

    Iterating yields each Person once, in flat memory, and leaves in `duplicates` the numbers that named
    a person a second time, as they were typed.
    Raises ValidationError with paths `numbers.<position>` for what is not a phone number.
    """

    def __init__(self, picked: QuerySet[Recipient], pasted: str) -> None:
        self._picked = picked
        self._pasted = parse_numbers(pasted)
        self.duplicates: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._pasted or self._first)

    def __iter__(self) -> Iterator[Person]:
        self.duplicates = []
        seen: set[str] = set()
        shared = self._shared_keys()
        for person in self._everybody():
            key = person.phone.key
            if key in shared:
                if key in seen:
                    self.duplicates.append(str(person))
                    continue
                seen.add(key)
            yield person

    @cached_property
    def _first(self) -> list[Person]:
        # For a short list this one query says whether it is empty, who is on it, and who is on it twice.
        return [_person(row) for row in _read(self._picked.order_by("id"))[:BATCH_SIZE]]

    @property
    def _are_few(self) -> bool:
        return len(self._first) < BATCH_SIZE

    def _all_picked(self) -> Iterator[Person]:
        # Their ids first: each query is then short, and none stays open while rows are written.
        pks = array(
            "q", self._picked.order_by("id").values_list("pk", flat=True).iterator(chunk_size=BATCH_SIZE)
        )
        for start in range(0, len(pks), BATCH_SIZE):
            some = Recipient.objects.filter(pk__in=ids_of(pks[start : start + BATCH_SIZE]))
            yield from map(_person, list(_read(some.order_by("id"))))

    def _shared_keys(self) -> set[str]:
        """Return the keys that may occur more than once; no other key needs to be remembered."""
        pasted = {phone.key for _typed, phone in self._pasted}
        if self._are_few:
            spellings = Counter(person.phone.key for person in self._first)
            return pasted | {key for key, count in spellings.items() if count > 1}
        keys = self._picked.order_by().values("phone_key").annotate(spellings=Count("pk"))
        return pasted | set(keys.filter(spellings__gt=1).values_list("phone_key", flat=True))

    def _everybody(self) -> Iterator[Person]:
        yield from self._first if self._are_few else self._all_picked()
        pasted = iter(self._pasted)
        while batch := list(islice(pasted, BATCH_SIZE)):
            saved = _saved({phone.key for _typed, phone in batch})
            for typed, phone in batch:
                yield saved.get(phone.key, _UNSAVED)._replace(phone=phone, typed=typed)


def picked(campaign: Campaign) -> QuerySet[Recipient]:
    """Return the saved recipients of a draft, which may not be saved itself."""
    return campaign.recipients.all() if campaign.pk else Recipient.objects.none()


def max_size(campaign: Campaign) -> int:
    """Return an upper bound of the number of people, without reading any of them."""
    pasted = campaign.numbers
    return picked(campaign).count() + len(_SEPARATORS.findall(pasted)) + bool(pasted.strip())


def typed_numbers(text: str) -> list[str]:
    """Return the parts of a text that stand for one number each, valid or not."""
    return [typed.strip() for typed in _SEPARATORS.split(text) if typed.strip()]


def parse_numbers(text: str) -> list[tuple[str, phones.Phone]]:
    """Return each pasted number as typed and as read. Raises ValidationError as `Audience` does."""
    problems = Problems()
    parsed = []
    typed_ones = typed_numbers(text)
    if len(typed_ones) > MAX_PASTED:
        problems.add(("numbers",), _("At most %(max)s numbers at once."), "numbers_too_many", max=MAX_PASTED)
        problems.raise_if_any()
    for position, typed in enumerate(typed_ones):
        try:
            parsed.append((typed, phones.parse(typed)))
        except ValidationError as error:
            problems.found[f"numbers.{position}"] = [error]
        if len(problems.found) == MAX_FAULTS:
            break
    problems.raise_if_any()
    return parsed


def _read(recipients: QuerySet[Recipient]) -> QuerySet[Recipient, tuple[Any, ...]]:
    opted_out = Exists(Recipient.objects.opted_out().filter(phone_key=OuterRef("phone_key")))
    as_text = Cast("attributes", TextField())
    return recipients.values_list("phone", "phone_key", "pk", "name", as_text, opted_out)


def _person(row: tuple[Any, ...]) -> Person:
    e164, key, *known = row
    return Person(phones.Phone(e164, key), *known)


def _saved(keys: set[str]) -> dict[str, Person]:
    # Of two saved spellings the older one, which is read last, counts.
    found = _read(Recipient.objects.filter(phone_key__in=keys).order_by("-id"))
    return {row[1]: _person(row) for row in found}
