"""The desk: what many threads hand in at once is all on disk when they go on."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from outbound.models import WebhookEvent
from outbound.tracking.inbox import Arrival
from outbound.webhooks.desk import Desk
from tests.builders import an_integration
from tests.sending.steps import at_once


@pytest.fixture
def desk() -> Desk:
    return Desk()


def arrival(integration_id: int, number: int) -> Arrival:
    return Arrival(integration_id, f"body {number}".encode(), timezone.now())


@pytest.mark.django_db(transaction=True)
def test_what_many_hand_in_at_once_is_all_kept(desk: Desk) -> None:
    integration = an_integration()

    numbers = iter(range(200))
    at_once(8, lambda: [desk.keep(arrival(integration.pk, number)) for number in numbers])

    assert WebhookEvent.objects.count() == 200


@pytest.mark.django_db(transaction=True)
def test_whoever_hands_in_what_cannot_be_kept_is_told_and_the_next_one_is_served(desk: Desk) -> None:
    integration = an_integration()

    with pytest.raises(IntegrityError):
        desk.keep(arrival(10**9, 1))
    desk.keep(arrival(integration.pk, 2))

    assert WebhookEvent.objects.count() == 1


@pytest.mark.django_db
def test_within_a_transaction_it_is_part_of_that(desk: Desk) -> None:
    integration = an_integration()

    with transaction.atomic():
        desk.keep(arrival(integration.pk, 1))
        transaction.set_rollback(True)

    assert connection.in_atomic_block
    assert WebhookEvent.objects.count() == 0
