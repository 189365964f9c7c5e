"""What a failure means for others: an account that may not send, a template that WhatsApp paused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from outbound.gateways import gateway
from outbound.gateways.base import Effect
from outbound.models import Campaign, Template
from outbound.sending.limits import circuit_breaker
from outbound.sending.limits.stop_integration import stop_integration
from outbound.tracking.applying import Change

BREATH = timedelta(minutes=1)
# Stored in English as msgids, and translated when they are shown.
ACCOUNT_STOPPED = _(
    "WhatsApp takes nothing of this account. Look at its last undelivered messages, ask Zenvia, then resume."
)
BREACH = _(
    "Zenvia says that a message went out which this console took for not sent. Ask Zenvia before you resume."
)
TEMPLATE_PAUSED = _("WhatsApp paused or disabled the template.")


def follow(changes: Iterable[Change], now: datetime) -> None:
    """Do what the failures among `changes` ask for, once for each integration and template."""
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
    # Throttles after all else, in every transaction: a sender may meet us here.
    circuit_breaker.update(
        {pk: circuit_breaker.ResponseSummary(wait=BREATH) for pk in too_fast}, frozenset(), now
    )


def pause_templates(pks: Iterable[int], now: datetime) -> None:
    """Pause templates, and the running sends that use them; what is paused already keeps its words."""
    for pk in sorted(pks):
        Template.objects.filter(pk=pk, paused_at=None).update(paused_at=now, paused_reason=TEMPLATE_PAUSED)
        Campaign.objects.filter(template=pk).pause(reason=TEMPLATE_PAUSED, by=None, now=now)
