"""Finds records by what was typed: a phone number, an id or the beginning of a name."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, Value

from outbound import phones
from outbound.models import Integration, Message, Recipient, WebhookEvent

MIN_PARTIAL_DIGITS = 4
MAX_NAMESAKES = 500
MAX_MESSAGES = 500
MAX_ID_DIGITS = 19  # more would not fit the column
MAX_TERM_LENGTH = 200  # nothing that can be found is longer

_NUMBER_CHARACTERS = re.compile(r"[\d\s().+/\u2010-\u2015\u2212-]+")
_NOTHING = Q(pk__in=[])


def as_pk(text: object) -> int:
    """Return the id in a URL or form, or 0, which no record has."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < MAX_ID_DIGITS else 0


def looks_like_a_number(text: str) -> bool:
    folded = unicodedata.normalize("NFKC", text)
    return bool(_NUMBER_CHARACTERS.fullmatch(folded) and re.search(r"\d", folded))


def by_phone(text: str) -> Q:
    """Return the condition for a number in any spelling, or for numbers that begin with a partial one."""
    try:
        return Q(phone_key=phones.parse(text).key)
    except ValidationError:
        return _by_prefix(unicodedata.normalize("NFKC", text).strip())


def _is_partial(text: str) -> bool:
    try:
        phones.parse(text)
    except ValidationError:
        return looks_like_a_number(text)
    return False


def _by_prefix(text: str) -> Q:
    digits = re.sub(r"\D", "", text)
    if not MIN_PARTIAL_DIGITS <= len(digits) <= phones.MAX_E164_LENGTH:
        return _NOTHING
    if text.startswith("+"):
        return _between(digits)
    national = _between(phones.BRAZIL + digits)
    # 55 is an area code too, so digits that begin with it are looked up both ways.
    return national | _between(digits) if digits.startswith(phones.BRAZIL) else national


def _between(digits: str) -> Q:
    # A range rather than LIKE: every database uses the plain index for it.
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
    """Find messages by phone number, by any id (own, attempt's, gateway's or channel's) or by a name.

    One query tries each by its own index; an OR over them would use none.
    """
    return _likeliest(queryset, text, _message_candidates(text))


def _likeliest(queryset: QuerySet[Any], text: str, candidates: list[Q]) -> QuerySet[Any]:
    hits = list(_first_hits(queryset.order_by(), candidates))
    if not hits:
        return queryset.none()
    found = queryset.filter(candidates[min(hits)])
    # Many may match a partial number, and this is the order of the index.
    return found.order_by("phone_key", "-id") if min(hits) == 0 and _is_partial(text) else found


def _first_hits(queryset: QuerySet[Any], candidates: list[Q]) -> QuerySet[Any]:
    """Return the positions of the candidates that find anything; each reads at most one row."""
    first, *others = (
        queryset.model.objects.filter(pk__in=queryset.filter(candidate).values("pk")[:1])
        .order_by()
        .values_list(Value(position), flat=True)
        for position, candidate in enumerate(candidates)
    )
    return first.union(*others, all=True)


def _message_candidates(text: str) -> list[Q]:
    ids = [Q(gateway_message_id=text), Q(gateway_contact_id=text), Q(pk__in=_by_channel_message_id(text))]
    if looks_like_a_number(text):
        return [by_phone(text), *ids]
    return [Q(external_id=text), Q(attempts__external_id=text), *ids, Q(recipient__in=_named(text))]


def _by_channel_message_id(text: str) -> QuerySet[Any]:
    """Return the ids of messages whose events have this id."""
    events = WebhookEvent.objects.filter(channel_message_id=text, message__isnull=False)
    return events.order_by().values("message_id")


def _named(text: str) -> QuerySet[Any]:
    """Return the ids of the newest recipients whose name begins with `text`, at most MAX_NAMESAKES."""
    people = find_by_name(Recipient.objects.all(), text)
    return people.order_by("-id").values("pk")[:MAX_NAMESAKES]


def find_events(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Find events by any id they name, their own included, by status word or by phone number."""
    return _likeliest(queryset, text, _event_candidates(text))


def _event_candidates(text: str) -> list[Q]:
    # The index of event ids begins with the integration.
    integrations = Integration.objects.order_by().values("pk")
    ids = [Q(external_id=text), Q(channel_message_id=text), Q(integration__in=integrations, event_id=text)]
    return [_about(text), *ids] if looks_like_a_number(text) else [*ids, Q(word=text.lower())]


def _about(text: str) -> Q:
    """Return events of inbound messages from a number; with a whole number also those of messages to it."""
    if _is_partial(text):
        return by_phone(text)
    sent = Message.objects.filter(by_phone(text)).order_by("-pk").values("pk")[:MAX_MESSAGES]
    events = WebhookEvent.objects.order_by().values("pk")
    answers, statuses = events.filter(by_phone(text)), events.filter(message__in=sent)
    return Q(pk__in=answers.union(statuses, all=True))
