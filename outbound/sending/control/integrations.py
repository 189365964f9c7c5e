"""Pause and resume an integration, with an entry in the audit log. Call both in a transaction."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from outbound import audit
from outbound.audit import Verb
from outbound.lifecycle import MessageStatus
from outbound.models import Integration, Launch, Message
from outbound.sending.limits import circuit_breaker


def pause(integration: Integration, *, reason: str, by: User | None, now: datetime) -> bool:
    """Let nothing more of an active integration be claimed. Return whether it was active."""
    before = audit.snapshot(integration)
    paused = Integration.objects.filter(pk=integration.pk).pause(reason=reason, by=by, now=now)
    integration.refresh_status()
    if paused:
        _record(integration, Verb.INTEGRATION_PAUSED, by, before)
    return bool(paused)


def resume(integration: Integration, *, reason: str, by: User | None, now: datetime) -> bool:
    """Let a paused or stopped integration send again, at once. Return whether it was paused or stopped."""
    before = audit.snapshot(integration)
    resumed = Integration.objects.filter(pk=integration.pk).resume(reason=reason, by=by, now=now)
    integration.refresh_status()
    if resumed:
        _record(integration, Verb.INTEGRATION_RESUMED, by, before)
        circuit_breaker.release(integration)
    return bool(resumed)


def queued_count(integration: Integration) -> int:
    """Count the messages that wait for an integration; those of an unfinished launch do not count."""
    rows = Message.objects.filter(integration=integration, status=MessageStatus.QUEUED)
    return rows.exclude(campaign__in=Launch.objects.values("pk")).count()


def _record(integration: Integration, verb: Verb, by: User | None, before: dict[str, str]) -> None:
    changes = audit.changed(before, integration)
    audit.record(integration, verb, by, changes, people=queued_count(integration))
