"""The webhook events of one message as timeline entries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbound.admin.base.formatting import moment
from outbound.admin.messages.timeline.entry import Entry
from outbound.gateways import gateway
from outbound.lifecycle import REACHED, EventState, MessageStatus
from outbound.models import Message, StatusWord, WebhookEvent
from outbound.tracking.reading import is_odd

MAX_EVENTS = 100
_TONES = {MessageStatus.UNDELIVERED: "danger"} | dict.fromkeys([*REACHED, MessageStatus.SENT], "success")


def events_of(message: Message) -> list[Any]:
    """Return the first MAX_EVENTS events, each with its number of copies (`again`) and the taught meaning."""
    # A copy with different bytes is stored as a row of its own, which is not linked to the message.
    again = WebhookEvent.objects.filter(
        integration=OuterRef("integration"),
        event_id=OuterRef("event_id"),
        fingerprint=OuterRef("fingerprint"),
        state=EventState.COPY,
    ).order_by()
    taught = StatusWord.objects.filter(word=OuterRef("word")).values("meaning")
    rows: QuerySet[Any] = message.events.order_by("id").defer("body")
    return list(
        rows.annotate(
            again=Subquery(again.values("event_id").annotate(rows=Count("pk")).values("rows")),
            taught=Subquery(taught),
        )[:MAX_EVENTS]
    )


def happened_at(event: WebhookEvent) -> datetime:
    """Return the time that the event states, or its receipt if that time is missing or implausible."""
    if event.happened_at is None or is_odd(event.happened_at, event.received_at):
        return event.received_at
    return event.happened_at


def status_of(event: Any) -> MessageStatus | None:
    """Return the status that the word of an event means: documented, or taught by a person."""
    if event.word in gateway.STATUS_WORDS:
        return gateway.STATUS_WORDS[event.word]
    return MessageStatus(event.taught) if event.taught else None


def event_entry(event: Any) -> Entry:
    """Return the timeline entry of one event."""
    status = status_of(event)
    failed = status == MessageStatus.UNDELIVERED
    return Entry(
        what=_what(event, status),
        at=happened_at(event),
        tone=_TONES.get(status, "neutral") if status else "neutral",
        detail=" · ".join(filter(None, _details(event, status))),
        answer=event.text,
        cause=_cause(event.code) if failed else "",
    )


def _what(event: WebhookEvent, status: MessageStatus | None) -> str:
    if status:
        return _("Zenvia reported: %(status)s") % {"status": status.label}
    return _("Zenvia reported “%(word)s”") % {"word": event.word or ""}


def _details(event: Any, status: MessageStatus | None) -> list[str]:
    count = 1 + event.copies + (event.again or 0)
    times = ngettext("came %(count)d time", "came %(count)d times", count) % {"count": count}
    return [
        _("in its own word “%(word)s”") % {"word": event.word} if status else "",
        _received(event),
        times if count > 1 else "",
        _effect(event, status),
    ]


def _received(event: WebhookEvent) -> str:
    """Say when the event was received, if that differs from the time of the entry."""
    if event.happened_at is None:
        return _("without a time of its own")
    if is_odd(event.happened_at, event.received_at):
        return _("its own time, %(when)s, cannot be right") % {"when": moment(event.happened_at)}
    if event.received_at - event.happened_at < timedelta(seconds=1):
        return ""
    received = timezone.localtime(event.received_at)
    is_same_day = received.date() == timezone.localtime(event.happened_at).date()
    return _("came at %(when)s") % {
        "when": date_format(received, "H:i:s") if is_same_day else moment(received)
    }


def _effect(event: WebhookEvent, status: MessageStatus | None) -> str:
    if event.state == EventState.UNKNOWN:
        return _("nobody has said yet what this word means, so it changes nothing")
    if event.due_at is not None:
        return _("it takes effect in a moment")
    return "" if status else _("it changes nothing")


def _cause(code: str) -> str:
    meaning = str(gateway.cause_of(code).meaning)
    return _("%(meaning)s (code %(code)s)") % {"meaning": meaning, "code": code} if code else meaning
