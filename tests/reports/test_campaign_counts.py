"""The counts of a campaign by status add up to its messages."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from outbound.lifecycle import TAKEN, MessageStatus, Reason
from outbound.models import Message
from outbound.reports import campaign_counts
from outbound.reports.campaign_counts import StatusCounts
from tests.builders import a_campaign, a_message, an_integration

pytestmark = pytest.mark.django_db


def test_counts_add_up_to_planned() -> None:
    integration = an_integration()
    campaign = a_campaign(integration=integration)
    for status in MessageStatus:
        a_message(campaign=campaign, integration=integration, status=status)

    rows = campaign_counts.count_statuses(campaign.messages.all())

    assert rows.planned == len(MessageStatus)


def test_resolved_messages_are_counted_apart_from_accepted_ones() -> None:
    integration = an_integration()
    campaign = a_campaign(integration=integration)
    decided = [MessageStatus.ASSUMED_SENT, MessageStatus.ASSUMED_SENT, MessageStatus.ASSUMED_NOT_SENT]
    for status in [*decided, MessageStatus.ACCEPTED, MessageStatus.UNCONFIRMED]:
        a_message(campaign=campaign, integration=integration, status=status)

    rows = campaign_counts.count_statuses(Message.objects.all())

    assert rows == StatusCounts(unconfirmed=1, taken_as_sent=2, taken_as_not_sent=1, accepted=1)


def test_campaign_with_all_messages_resolved_is_finished() -> None:
    rows = StatusCounts(taken_as_sent=1, taken_as_not_sent=1)

    assert rows.is_finished


def test_accepted_messages_are_counted_by_status() -> None:
    integration = an_integration()
    campaign = a_campaign(integration=integration)
    for status in sorted(TAKEN):
        a_message(campaign=campaign, integration=integration, status=status)

    rows = campaign_counts.count_statuses(campaign.messages.all())

    assert rows == StatusCounts(accepted=1, sent=1, undelivered=1, delivered=1, read=1)
    assert rows.taken == rows.planned == len(TAKEN)


def test_most_frequent_reason_comes_first() -> None:
    integration = an_integration()
    campaign = a_campaign(integration=integration)
    for code in ("131026", "131049", "131026"):
        a_message(
            campaign=campaign,
            integration=integration,
            status=MessageStatus.UNDELIVERED,
            reason=Reason.NOT_DELIVERED,
            failure_code=code,
        )
    a_message(
        campaign=campaign, integration=integration, status=MessageStatus.REFUSED, reason=Reason.REJECTED
    )

    with override("en"):
        first, *others = campaign_counts.top_reasons(campaign)

    assert first == ("The number cannot be reached on WhatsApp", 2)
    assert sorted(others) == [
        ("The gateway refused the message", 1),
        ("WhatsApp held it back, so that people do not get too much marketing", 1),
    ]
