"""Tells what a status word means, from the documents or as a person taught it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max, QuerySet

from outbound import audit
from outbound.audit import Verb
from outbound.db.sqlite_write_lock import write_lock
from outbound.gateways import gateway
from outbound.lifecycle import EventState, MessageStatus
from outbound.models import StatusWord, WebhookEvent

MAX_COUNTED = 10_000
BATCH_SIZE, LOCK_WAIT_SECONDS = 1000, 1.0


class UnknownWord(Exception):
    """The word is in no document and nobody has taught its meaning."""


class Dictionary:
    """The meanings of the words of one batch, read in one query."""

    def __init__(self, words: Iterable[str]) -> None:
        unknown = {word for word in words if word not in gateway.STATUS_WORDS}
        taught = StatusWord.objects.filter(word__in=unknown) if unknown else StatusWord.objects.none()
        self._taught = dict(taught.values_list("word", "meaning"))

    def meaning(self, word: str) -> MessageStatus | None:
        """Return the status that a word stands for; None if it changes nothing. Raises UnknownWord."""
        if word in gateway.STATUS_WORDS:
            return gateway.STATUS_WORDS[word]
        if word not in self._taught:
            raise UnknownWord(word)
        told = self._taught[word]
        return MessageStatus(told) if told else None


def unknown_words() -> QuerySet[WebhookEvent, Any]:
    """Return the unknown words among the newest events, each with its `count` and its `last` moment."""
    newest = WebhookEvent.objects.filter(state=EventState.UNKNOWN).order_by("-pk").values("pk")
    unknown = WebhookEvent.objects.filter(pk__in=newest[:MAX_COUNTED]).order_by()
    return unknown.values("word").annotate(count=Count("pk"), last=Max("received_at")).order_by("word")


def teach(word: str, meaning: str, *, by: User, now: datetime) -> int:
    """Store what a word means; return how many events with it are processed again.

    They are marked in batches: after a crash the rest is unknown as before, and the word can be taught again.
    """
    with transaction.atomic():
        taught, _created = StatusWord.objects.update_or_create(
            word=word, defaults={"meaning": meaning, "taught_by": by, "taught_at": now}
        )
        audit.record(taught, Verb.WORD_TAUGHT, by, {"meaning": ["", meaning]})
    past = WebhookEvent.objects.filter(word=word, state__in=[EventState.UNKNOWN, EventState.IDLE])
    past = past.exclude(body=b"")  # emptied because of its age
    total = last = 0
    # By rising ids: an event that was processed meanwhile may be idle again.
    while pks := list(past.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE]):
        with write_lock(LOCK_WAIT_SECONDS):
            total += past.filter(pk__in=pks).update(state=EventState.NEW, due_at=now, tries=0)
        last = pks[-1]
    return total
