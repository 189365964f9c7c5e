"""Search that knows what was typed: a number, an id or the beginning of a name. Never an OR over columns."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, Value

from outbound import phones
from outbound.models import Integration, Message, Recipient, WebhookEvent

MIN_PARTIAL_DIGITS = 4
MOST_NAMESAKES = 500
MOST_MESSAGES = 500
MAX_ID_DIGITS = 19  # more would not fit the column
MAX_TERM_LENGTH = 200  # nothing that is searched for is longer

_NUMBER_CHARACTERS = re.compile(r"[\d\s().+/\u2010-\u2015\u2212-]+")
_NOTHING = Q(pk__in=[])


def as_pk(text: object) -> int:
    """Return the id that an address or a form names, or 0, which no record has."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < MAX_ID_DIGITS else 0


def looks_like_a_number(text: str) -> bool:
    folded = unicodedata.normalize("NFKC", text)
    return bool(_NUMBER_CHARACTERS.fullmatch(folded) and re.search(r"\d", folded))


def by_phone(text: str) -> Q:
    """Return the rows of a number in any spelling, or whose number begins with a partial one."""
    try:
        return Q(phone_key=phones.parse(text).key)
    except ValidationError:
        return _by_beginning(unicodedata.normalize("NFKC", text).strip())


def _is_partial(text: str) -> bool:
    try:
        phones.parse(text)
    except ValidationError:
        return looks_like_a_number(text)
    return False


def _by_beginning(text: str) -> Q:
    digits = re.sub(r"\D", "", text)
    if not MIN_PARTIAL_DIGITS <= len(digits) <= phones.MAX_E164_LENGTH:
        return _NOTHING
    if text.startswith("+"):
        return _between(digits)
    national = _between(phones.BRAZIL + digits)
    # 55 is an area code too, so a run that begins with it is looked up both ways.
    return national | _between(digits) if digits.startswith(phones.BRAZIL) else national


def _between(digits: str) -> Q:
    # A range rather than LIKE: every database answers it from the plain index.
    first = int(digits)
    return Q(phone_key__gte=f"+{first}", phone_key__lt=f"+{first + 1}")


def find_recipients(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    return queryset.filter(by_phone(text) if looks_like_a_number(text) else Q(name__istartswith=text))


def find_templates(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    exact = queryset.filter(template_id=text)
    return exact if exact.exists() else find_by_name(queryset, text)


def find_by_name(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    return queryset.filter(name__istartswith=text)


def find_messages(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Find by phone in any spelling, by any id (ours, an attempt's, the gateway's, Zenvia's), or by a name.

    Each by its own index and the likeliest first, in one question; an OR over them would use none.
    """
    return _likeliest(queryset, text, _message_candidates(text))


def _likeliest(queryset: QuerySet[Any], text: str, candidates: list[Q]) -> QuerySet[Any]:
    hits = list(_first_hits(queryset.order_by(), candidates))
    if not hits:
        return queryset.none()
    found = queryset.filter(candidates[min(hits)])
    # Many may begin so. Number by number is the one order that an index has them in.
    return found.order_by("phone_key", "-id") if min(hits) == 0 and _is_partial(text) else found


def _first_hits(queryset: QuerySet[Any], candidates: list[Q]) -> QuerySet[Any]:
    """Return the places of the candidates that find anything; each looks for one row and no further."""
    first, *others = (
        queryset.model.objects.filter(pk__in=queryset.filter(candidate).values("pk")[:1])
        .order_by()
        .values_list(Value(place), flat=True)
        for place, candidate in enumerate(candidates)
    )
    return first.union(*others, all=True)


def _message_candidates(text: str) -> list[Q]:
    ids = [Q(gateway_message_id=text), Q(gateway_contact_id=text), Q(pk__in=_by_channel_message_id(text))]
    if looks_like_a_number(text):
        return [by_phone(text), *ids]
    return [Q(external_id=text), Q(attempts__external_id=text), *ids, Q(recipient__in=_named(text))]


def _by_channel_message_id(text: str) -> QuerySet[Any]:
    """Return the ids of messages that an event called so."""
    events = WebhookEvent.objects.filter(channel_message_id=text, message__isnull=False)
    return events.order_by().values("message_id")


def _named(text: str) -> QuerySet[Any]:
    """Return the ids of people whose name begins so: as many as one looks through, the newest first."""
    people = find_by_name(Recipient.objects.all(), text)
    return people.order_by("-id").values("pk")[:MOST_NAMESAKES]


def find_events(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Find by any id that an event may name, its own included, by a word, or by a person's number."""
    return _likeliest(queryset, text, _event_candidates(text))


def _event_candidates(text: str) -> list[Q]:
    # An event's own id is looked up within each integration, as its index has it.
    every = Integration.objects.order_by().values("pk")
    ids = [Q(external_id=text), Q(channel_message_id=text), Q(integration__in=every, event_id=text)]
    return [_about(text), *ids] if looks_like_a_number(text) else [*ids, Q(word=text.lower())]


def _about(text: str) -> Q:
    """Return a person's own answers, and what was told of their messages, where the number is whole."""
    if _is_partial(text):
        return by_phone(text)
    theirs = Message.objects.filter(by_phone(text)).order_by("-pk").values("pk")[:MOST_MESSAGES]
    events = WebhookEvent.objects.order_by().values("pk")
    answers, statuses = events.filter(by_phone(text)), events.filter(message__in=theirs)
    return Q(pk__in=answers.union(statuses, all=True))
