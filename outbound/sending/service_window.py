"""The service window: the 24 hours after a person's message in which WhatsApp delivers rich notifications.

The launch and the claim check it by the same rule (FACTS.md, "Service window").
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbound import audit
from outbound.audit import Verb
from outbound.contents.errors import Problems
from outbound.contents.texts import clean_text, is_blank
from outbound.lifecycle import MAX_REASON_LENGTH, CampaignKind, CampaignStatus, WindowPolicy
from outbound.models import Campaign, Conversation, Integration

LENGTH = timedelta(hours=24)

# For a row with `integration_id` and `phone_key`; the parameters are those of `bounds`.
IS_OPEN = """EXISTS (
    SELECT 1 FROM outbound_conversation AS conversation
    WHERE conversation.integration_id = {row}.integration_id AND conversation.phone_key = {row}.phone_key
      AND (conversation.last_inbound_at > %s OR conversation.declared_until > %s)
)"""


def bounds(now: datetime) -> tuple[datetime, datetime]:
    """Return the moments after which a person wrote, or to which a window was declared, if it is open."""
    return now - LENGTH, now


def is_required(campaign: Campaign, integration: Integration) -> bool:
    """Say whether a send leaves out people without an open window.

    It does not where the integration allows it or a person gave a reason.
    """
    if campaign.kind != CampaignKind.NOTIFICATION or integration.window_policy == WindowPolicy.ALLOW:
        return False
    return integration.window_policy == WindowPolicy.REFUSE or not campaign.window_reason


def takes_reason(campaign: Campaign) -> bool:
    """Say whether a reason has an effect: for a rich notification whose integration asks for one."""
    integration = campaign.integration
    is_rich = campaign.kind == CampaignKind.NOTIFICATION
    return is_rich and integration is not None and integration.window_policy == WindowPolicy.ASK


def open_among(integration: Integration, phone_keys: Collection[str], now: datetime) -> set[str]:
    """Return the `phone_keys` whose window is open, by a message or by declaration."""
    since, until = bounds(now)
    is_open = Q(last_inbound_at__gt=since) | Q(declared_until__gt=until)
    rows = Conversation.objects.filter(is_open, integration=integration, phone_key__in=phone_keys)
    return set(rows.values_list("phone_key", flat=True))


def clean_reason(text: str) -> str:
    """Return a reason as it is stored. Raises ValidationError at `window_reason`."""
    problems = Problems()
    cleaned = clean_text(text, ("window_reason",), problems) or ""
    if len(cleaned) > MAX_REASON_LENGTH:
        problems.add(("window_reason",), _("At most %(max)s characters."), "too_long", max=MAX_REASON_LENGTH)
    problems.raise_if_any()
    return "" if is_blank(cleaned) else cleaned


@transaction.atomic
def give_reason(draft: Campaign, reason: str, by: User) -> None:
    """Store the reason to send to people without an open window; "" removes it."""
    before, draft.window_reason = draft.window_reason, reason
    changed = Campaign.objects.filter(pk=draft.pk, status=CampaignStatus.DRAFT).update(window_reason=reason)
    if changed and before != reason:
        verb = Verb.WINDOW_REASON_GIVEN if reason else Verb.WINDOW_REASON_TAKEN_BACK
        audit.record(draft, verb, by, {"window_reason": [before, reason]})
