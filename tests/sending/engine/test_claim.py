"""Claim: a durable mark and an open attempt first, for no more rows than there are slots."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from outbound.gateways.base import NotSent
from outbound.lifecycle import (
    AttemptOutcome,
    CampaignStatus,
    IntegrationStatus,
    MessageStatus,
    Reason,
)
from outbound.models import Attempt, Campaign, Integration, Message
from outbound.models.campaign import MAX_PREFIX_LENGTH
from outbound.sending.engine.claim import TOKEN_MISSING, TOKEN_UNREADABLE, ClaimedMessage
from tests.builders import TOKEN, a_recipient, an_integration
from tests.sending.steps import a_launched, at_once, claimed, later, recorded

pytestmark = pytest.mark.django_db


def statuses() -> Counter[str]:
    return Counter(Message.objects.values_list("status", flat=True))


def test_no_more_than_the_limit_is_taken() -> None:
    a_launched(people=5)

    taken = claimed(3)

    assert len(taken) == 3
    assert statuses() == {MessageStatus.SENDING: 3, MessageStatus.QUEUED: 2}


@pytest.mark.parametrize("limit", [0, -1])
def test_without_a_free_slot_nothing_is_taken(limit: int) -> None:
    a_launched()

    assert claimed(limit) == []
    assert statuses() == {MessageStatus.QUEUED: 1}


def test_a_claim_leaves_an_open_attempt_with_the_id_of_the_body() -> None:
    a_launched()

    (one,) = claimed()

    attempt = Attempt.objects.get()
    assert (attempt.message_id, attempt.number, attempt.outcome) == (one.message_id, 1, AttemptOutcome.OPEN)
    assert attempt.external_id == json.loads(one.outgoing.payload)["externalId"]


def test_a_claim_holds_the_row_for_the_lease() -> None:
    a_launched()
    now = timezone.now()

    (one,) = claimed(now=now)

    message = Message.objects.get()
    assert message.ticket == one.ticket
    assert message.lease_until == now + timedelta(seconds=settings.SENDER_LEASE_SECONDS)


def test_the_frozen_body_is_posted_to_the_integration_with_its_token() -> None:
    integration = an_integration(base_url="https://gateway.example/zenvia", remote_id="9")
    a_launched(integration=integration)

    (one,) = claimed()

    assert one.outgoing.payload == Message.objects.get().payload
    assert one.outgoing.address == "https://gateway.example/zenvia/acme/9"
    assert one.outgoing.token == TOKEN


def test_a_taken_row_is_not_taken_again() -> None:
    a_launched()
    claimed()

    assert claimed() == []
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize("status", [CampaignStatus.PAUSED, CampaignStatus.CANCELLED, CampaignStatus.DRAFT])
def test_a_campaign_that_does_not_run_is_left_alone(status: str) -> None:
    a_launched()
    Campaign.objects.update(status=status)

    assert claimed() == []
    assert statuses() == {MessageStatus.QUEUED: 1}


@pytest.mark.parametrize("status", [IntegrationStatus.PAUSED, IntegrationStatus.STOPPED])
def test_an_integration_that_does_not_run_is_left_alone(status: str) -> None:
    a_launched()
    Integration.objects.update(status=status)

    assert claimed() == []
    assert statuses() == {MessageStatus.QUEUED: 1}


def test_a_row_that_is_not_due_yet_is_left_alone() -> None:
    a_launched()
    Message.objects.update(due_at=later(seconds=1))

    assert claimed() == []
    assert len(claimed(now=later(seconds=2))) == 1


def test_what_is_due_longest_goes_first() -> None:
    a_launched(people=3)
    last, first, second = Message.objects.order_by("id")
    for row, minutes in ((first, 3), (second, 2), (last, 1)):
        Message.objects.filter(pk=row.pk).update(due_at=later(minutes=-minutes))

    order = [claimed(1)[0].message_id for _ in range(3)]

    assert order == [first.pk, second.pk, last.pk]


@pytest.mark.parametrize("spelling", ["+5535988001234", "+553588001234"])
def test_an_opt_out_after_the_launch_is_heeded(spelling: str) -> None:
    a_launched(numbers="35 98800-1234")
    a_recipient(phone=spelling, opted_out_at=timezone.now())

    assert claimed() == []
    row = Message.objects.get()
    assert (row.status, row.reason) == (MessageStatus.SKIPPED, Reason.OPTED_OUT)
    assert Attempt.objects.count() == 0


def test_a_missing_token_stops_the_integration_and_keeps_its_rows() -> None:
    integration = an_integration()
    a_launched(people=2, integration=integration)
    integration.replace_token("", by=None, now=timezone.now())

    assert claimed() == []
    integration.refresh_from_db()
    assert (integration.status, integration.status_reason) == (IntegrationStatus.STOPPED, TOKEN_MISSING)
    assert statuses() == {MessageStatus.QUEUED: 2}


def test_an_unreadable_token_stops_the_integration_and_keeps_its_rows() -> None:
    integration = an_integration()
    a_launched(people=2, integration=integration)
    break_token(integration)

    assert claimed() == []
    integration.refresh_from_db()
    assert (integration.status, integration.status_reason) == (IntegrationStatus.STOPPED, TOKEN_UNREADABLE)
    assert statuses() == {MessageStatus.QUEUED: 2}


def break_token(integration: Integration) -> None:
    from outbound.models.fields import Secret

    integration.token = Secret("gAAAAA-no-key-reads-this")
    integration.save()


def test_a_bad_token_of_one_integration_does_not_hold_up_another() -> None:
    broken, sound = an_integration(), an_integration()
    a_launched(integration=broken)
    a_launched(integration=sound)
    break_token(broken)

    (one,) = claimed()

    assert one.integration_id == sound.pk


def test_a_new_token_counts_from_the_next_claim_on() -> None:
    integration = an_integration()
    a_launched(people=2, integration=integration)
    claimed(1)
    integration.replace_token("another-token", by=None, now=timezone.now())

    (second,) = claimed()

    assert second.outgoing.token == "another-token"


def again(one: ClaimedMessage) -> ClaimedMessage:
    recorded(one, NotSent())
    return claimed(now=later(hours=1))[0]


def test_a_further_attempt_has_an_id_of_its_own() -> None:
    a_launched()
    (first,) = claimed()

    second = again(first)

    assert second.outgoing.external_id == f"{first.outgoing.external_id}-2"
    assert json.loads(second.outgoing.payload)["externalId"] == second.outgoing.external_id


def test_a_further_attempt_says_the_same_in_the_rest_of_its_body() -> None:
    a_launched(context={"city": "Itajubá"}, inactivity_minutes=5, restart_contact=True)
    (first,) = claimed()

    second = again(first)

    first_body, second_body = json.loads(first.outgoing.payload), json.loads(second.outgoing.payload)
    first_id, second_id = first_body.pop("externalId"), second_body.pop("externalId")
    assert json.dumps(first_body) == json.dumps(second_body)
    assert second.outgoing.payload == first.outgoing.payload.replace(first_id, second_id)


def test_even_the_hundredth_attempt_has_an_id_that_fits() -> None:
    a_launched(external_id_prefix="x" * MAX_PREFIX_LENGTH)
    Message.objects.update(attempt_count=99)

    (one,) = claimed()

    assert len(one.outgoing.external_id) <= 40
    assert Attempt.objects.get().number == 100


@pytest.mark.parametrize("outcome", [AttemptOutcome.OPEN, AttemptOutcome.ACCEPTED, AttemptOutcome.AMBIGUOUS])
@pytest.mark.parametrize("before", [AttemptOutcome.OPEN, AttemptOutcome.ACCEPTED, AttemptOutcome.AMBIGUOUS])
def test_the_database_refuses_a_second_call_where_one_may_have_left(before: str, outcome: str) -> None:
    a_launched()
    claimed()
    Attempt.objects.update(outcome=before)
    first = Attempt.objects.get()

    with pytest.raises(IntegrityError):
        Attempt.objects.create(
            message_id=first.message_id, number=2, external_id="b", outcome=outcome, opened_at=timezone.now()
        )


@pytest.mark.django_db(transaction=True)
def test_many_senders_at_once_never_take_a_row_twice() -> None:
    a_launched(people=60)

    batches = at_once(8, lambda: [one.message_id for _ in range(10) for one in claimed(3)])

    taken = [pk for batch in batches for pk in batch]
    assert len(taken) == len(set(taken)) == 60
    assert Attempt.objects.count() == 60
