"""Acts on what changed: stops an integration, slows it down, pauses a template, recounts a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from outbound.gateways import gateway
from outbound.gateways.base import Effect
from outbound.models import Campaign, Template
from outbound.reports import outdated_days
from outbound.sending.limits import circuit_breaker
from outbound.sending.limits.stop_integration import stop_integration
from outbound.tracking.changes import Change

SLOW_DOWN = timedelta(minutes=1)
# Stored in English as msgids, and translated when they are shown.
ACCOUNT_STOPPED = _(
    "WhatsApp takes nothing of this account. Look at its last undelivered messages, ask Zenvia, then resume."
)
BREACH = _(
    "Zenvia says that a message went out which this console took for not sent. Ask Zenvia before you resume."
)
TEMPLATE_PAUSED = _("WhatsApp paused or disabled the template.")


def follow(changes: Sequence[Change], now: datetime) -> None:
    """Do what `changes` ask for, once for each integration, template and day."""
    outdated_days.mark([change.message.created_at for change in changes], now)
    stops: dict[int, str] = {}
    too_fast: set[int] = set()
    templates: set[int] = set()
    for change in changes:
        message = change.message
        if change.is_breach:
            stops[message.integration_id] = BREACH
        effect = gateway.cause_of(change.failure.code).effect if change.failure else Effect.NOTHING
        if effect == Effect.STOP_INTEGRATION:
            stops.setdefault(message.integration_id, ACCOUNT_STOPPED)
        elif effect == Effect.SLOW_DOWN:
            too_fast.add(message.integration_id)
        elif effect == Effect.PAUSE_TEMPLATE and message.campaign.template_id:
            templates.add(message.campaign.template_id)
    for integration_id, reason in sorted(stops.items()):
        stop_integration(integration_id, reason, now, since=now)
    pause_templates(templates, now)
    # Every transaction locks throttles last, so that it does not block a sender for long.
    circuit_breaker.update(
        {pk: circuit_breaker.ResponseSummary(wait=SLOW_DOWN) for pk in too_fast}, frozenset(), now
    )


def pause_templates(pks: Iterable[int], now: datetime) -> None:
    """Pause templates and the running campaigns that use them; what is paused already keeps its reason."""
    for pk in sorted(pks):
        Template.objects.filter(pk=pk, paused_at=None).update(paused_at=now, paused_reason=TEMPLATE_PAUSED)
        Campaign.objects.filter(template=pk).pause(reason=TEMPLATE_PAUSED, by=None, now=now)
