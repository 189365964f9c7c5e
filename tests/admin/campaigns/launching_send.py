"""A send that is being launched and has some of its messages."""

from __future__ import annotations

from django.utils import timezone

from outbound.lifecycle import MessageStatus, Reason
from outbound.models import Campaign, Integration, Launch, Recipient
from outbound.sending.planning.launch import launch_in_background
from outbound.sending.planning.plan import plan
from tests.builders import a_message, a_recipient, an_integration
from tests.sending.steps import a_draft

PHONE = "+5535988001234"


def begun(integration: Integration | None = None) -> Campaign:
    draft = a_draft(3, integration=integration or an_integration(), title="Unfinished")
    launch_in_background(draft, by=None, now=timezone.now(), expected=plan(draft).digest)
    return draft


def half_written(campaign: Campaign | None = None) -> Campaign:
    """Write some messages of an unfinished launch."""
    campaign = campaign or begun()
    person = Recipient.objects.filter(phone=PHONE).first() or a_recipient(phone=PHONE, name="Zuleica")
    values = {"campaign": campaign, "integration": campaign.integration, "recipient": person}
    a_message(**values, due_at=timezone.now())
    a_message(**values | {"recipient": a_recipient()}, status=MessageStatus.SKIPPED, reason=Reason.OPTED_OUT)
    Launch.objects.update(written=2)
    return campaign
