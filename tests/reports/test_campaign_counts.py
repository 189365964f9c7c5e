"""Counts for people: every message stands in exactly one part of the sum."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from outbound.lifecycle import TAKEN, MessageStatus, Reason
from outbound.models import Message
from outbound.reports import campaign_counts
from outbound.reports.campaign_counts import StatusCounts
from tests.builders import a_campaign, a_message, an_integration

pytestmark = pytest.mark.django_db


def test_the_parts_add_up_to_what_was_planned_whatever_the_messages_stand_at() -> None:
    integration = an_integration()
    campaign = a_campaign(integration=integration)
    for status in MessageStatus:
        a_message(campaign=campaign, integration=integration, status=status)

    rows = campaign_counts.count_statuses(campaign.messages.all())

    assert rows.planned == len(MessageStatus)


def test_what_a_person_decided_is_told_apart_from_what_the_gateway_took() -> None:
    integration = an_integration()
    campaign = a_campaign(integration=integration)
    decided = [MessageStatus.ASSUMED_SENT, MessageStatus.ASSUMED_SENT, MessageStatus.ASSUMED_NOT_SENT]
    for status in [*decided, MessageStatus.ACCEPTED, MessageStatus.UNCONFIRMED]:
        a_message(campaign=campaign, integration=integration, status=status)

    rows = campaign_counts.count_statuses(Message.objects.all())

    assert rows == StatusCounts(unconfirmed=1, taken_as_sent=2, taken_as_not_sent=1, accepted=1)


def test_a_send_whose_doubts_were_all_decided_is_finished() -> None:
    rows = StatusCounts(taken_as_sent=1, taken_as_not_sent=1)

    assert rows.is_finished


def test_how_far_what_was_taken_came_is_told_apart() -> None:
    integration = an_integration()
    campaign = a_campaign(integration=integration)
    for status in sorted(TAKEN):
        a_message(campaign=campaign, integration=integration, status=status)

    rows = campaign_counts.count_statuses(campaign.messages.all())

    assert rows == StatusCounts(accepted=1, sent=1, undelivered=1, delivered=1, read=1)
    assert rows.taken == rows.planned == len(TAKEN)


def test_what_did_not_arrive_is_told_in_words_the_most_frequent_first() -> None:
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
