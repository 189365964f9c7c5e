"""Recover: a lease that ran out leaves a doubt, never a second try."""

from __future__ import annotations

import pytest
from django.utils import timezone

from outbound.gateways.base import NotSent
from outbound.lifecycle import AttemptOutcome, CampaignStatus, MessageStatus, Reason
from outbound.models import Attempt, Campaign, Message
from outbound.sending.engine import recover
from outbound.sending.engine.recover import reap, set_aside, tidy
from tests.sending.steps import ACCEPTED, a_launched, claimed, later, recorded

pytestmark = pytest.mark.django_db


def test_a_lease_that_is_over_leaves_the_row_in_doubt() -> None:
    a_launched()
    claimed()

    found = reap(later(minutes=2))

    message, attempt = Message.objects.get(), Attempt.objects.get()
    assert found == 1
    assert (message.status, message.reason) == (MessageStatus.UNCONFIRMED, Reason.SENDER_LOST)
    assert (attempt.outcome, attempt.reason) == (AttemptOutcome.AMBIGUOUS, Reason.SENDER_LOST)
    assert attempt.closed_at is not None


def test_a_lease_that_runs_is_left_alone() -> None:
    a_launched()
    claimed()

    assert reap(later(seconds=1)) == 0
    assert Message.objects.get().status == MessageStatus.SENDING
    assert Attempt.objects.get().outcome == AttemptOutcome.OPEN


def test_what_was_recovered_is_never_sent_again() -> None:
    a_launched()
    claimed()

    reap(later(minutes=2))

    assert claimed(now=later(days=365)) == []


def test_what_is_not_being_sent_is_left_alone() -> None:
    a_launched(people=2)
    (one,) = claimed(1)
    recorded(one, ACCEPTED)

    assert reap(later(days=365)) == 0
    assert set(Message.objects.values_list("status", flat=True)) == {
        MessageStatus.ACCEPTED,
        MessageStatus.QUEUED,
    }


def test_more_than_a_page_is_recovered_in_pages() -> None:
    a_launched(people=recover.BATCH_SIZE + 1, first_wave=False)
    claimed(limit=recover.BATCH_SIZE + 1)

    found = reap(later(minutes=2))

    assert found == recover.BATCH_SIZE + 1
    assert not Message.objects.filter(status=MessageStatus.SENDING).exists()


def test_the_second_of_two_recoveries_finds_nothing() -> None:
    a_launched()
    claimed()
    reap(later(minutes=2))

    assert reap(later(minutes=2)) == 0


# -- what nobody may claim any more -------------------------------------------------------------------------


def test_what_ran_out_of_time_is_left_out_with_that_reason() -> None:
    campaign = a_launched(people=2)
    Campaign.objects.filter(pk=campaign.pk).update(not_after=later(hours=1), status=CampaignStatus.PAUSED)

    assert tidy(later(minutes=59)) == 0
    assert tidy(later(minutes=61)) == 2

    assert set(Message.objects.values_list("status", "reason")) == {(MessageStatus.SKIPPED, Reason.EXPIRED)}


def test_a_row_that_came_back_to_a_cancelled_send_is_cancelled() -> None:
    campaign = a_launched()
    (one,) = claimed()
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.CANCELLED)
    recorded(one, NotSent())

    assert tidy(timezone.now()) == 1

    assert Message.objects.get().status == MessageStatus.CANCELLED


def test_a_send_that_runs_is_left_alone() -> None:
    a_launched(people=2)

    assert tidy(timezone.now()) == 0


def test_a_queued_row_whose_request_may_have_left_is_put_in_doubt() -> None:
    a_launched(people=2)
    (one,) = claimed(1)
    Message.objects.filter(pk=one.message_id).update(status=MessageStatus.QUEUED)  # as nobody here ever does

    assert set_aside(timezone.now()) == 1

    assert Message.objects.get(pk=one.message_id).status == MessageStatus.UNCONFIRMED
    assert Message.objects.exclude(pk=one.message_id).get().status == MessageStatus.QUEUED
