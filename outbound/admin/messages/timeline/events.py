"""What the webhook told of one message, event by event, for its timeline."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbound.admin.base.formatting import moment
from outbound.admin.messages.timeline.entry import Moment
from outbound.gateways import gateway
from outbound.lifecycle import REACHED, EventState, MessageStatus
from outbound.models import Message, StatusWord, WebhookEvent
from outbound.tracking.reading import is_odd

MOST_SHOWN = 100
_TONES = {MessageStatus.UNDELIVERED: "danger"} | dict.fromkeys([*REACHED, MessageStatus.SENT], "success")


def events_of(message: Message) -> list[Any]:
    """Return the first events of a message as they came, each with its copies and its word's meaning."""
    # The same event in other bytes is a row of its own, which was never matched to anything.
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
        )[:MOST_SHOWN]
    )


def happened_at(event: WebhookEvent) -> datetime:
    """Return when an event belongs in the timeline: by the provider's clock unless that is plainly wrong."""
    if event.happened_at is None or is_odd(event.happened_at, event.received_at):
        return event.received_at
    return event.happened_at


def told(event: Any) -> MessageStatus | None:
    """Return the state that an event's word means, by the documents or as a person taught it."""
    if event.word in gateway.STATUS_WORDS:
        return gateway.STATUS_WORDS[event.word]
    return MessageStatus(event.taught) if event.taught else None


def reported(event: Any) -> Moment:
    """Return one event as a moment."""
    status = told(event)
    failed = status == MessageStatus.UNDELIVERED
    return Moment(
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
        _came(event),
        times if count > 1 else "",
        _standing(event, status),
    ]


def _came(event: WebhookEvent) -> str:
    """Say when it reached the console, where that is not the time which stands there already."""
    if event.happened_at is None:
        return _("without a time of its own")
    if is_odd(event.happened_at, event.received_at):
        return _("its own time, %(when)s, cannot be right") % {"when": moment(event.happened_at)}
    if event.received_at - event.happened_at < timedelta(seconds=1):
        return ""
    came = timezone.localtime(event.received_at)
    is_same_day = came.date() == timezone.localtime(event.happened_at).date()
    return _("came at %(when)s") % {"when": date_format(came, "H:i:s") if is_same_day else moment(came)}


def _standing(event: WebhookEvent, status: MessageStatus | None) -> str:
    if event.state == EventState.UNKNOWN:
        return _("nobody has said yet what this word means, so it changes nothing")
    if event.due_at is not None:
        return _("it takes effect in a moment")
    return "" if status else _("it changes nothing")


def _cause(code: str) -> str:
    meaning = str(gateway.cause_of(code).meaning)
    return _("%(meaning)s (code %(code)s)") % {"meaning": meaning, "code": code} if code else meaning
