"""What two transactions at once may and may not do to each other; PostgreSQL alone lets them meet."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from outbound.lifecycle import CampaignStatus, IntegrationStatus, MessageStatus
from outbound.models import Campaign, Integration, Message
from outbound.sending.engine.recover import reap
from outbound.sending.limits.stop_integration import stop_integration
from tests.builders import an_integration
from tests.sending.steps import a_launched, at_once, claimed, later

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def test_a_persons_pause_is_not_overwritten_by_a_stop_that_began_before() -> None:
    integration, now = an_integration(), timezone.now()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Integration.objects.update(status=IntegrationStatus.PAUSED, status_reason="Holiday")
            stop = partial(stop_integration, integration.pk, "The token is bad.", now, since=now)
            stopping = pool.submit(in_a_thread, stop)
            wait_until_blocked()
        stopping.result()

    integration.refresh_from_db()
    assert (integration.status, integration.status_reason) == (IntegrationStatus.PAUSED, "Holiday")


def test_recovery_does_not_wait_for_a_row_whose_answer_is_being_written() -> None:
    a_launched(people=2)
    claimed()
    first, second = Message.objects.order_by("id")

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Message.objects.select_for_update().get(pk=first.pk)
        found = pool.submit(in_a_thread, lambda: reap(later(minutes=2))).result(timeout=5)

    assert found == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (MessageStatus.SENDING, MessageStatus.UNCONFIRMED)


def test_no_claim_that_began_before_a_pause_ends_after_it() -> None:
    campaign = a_launched(people=5)
    claimed(1)  # the first claim also says that this send has no first wave

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert claimed(1)
        pausing = pool.submit(in_a_thread, lambda: pause(campaign))
        wait_until_blocked()
        assert not pausing.done()
    pausing.result(timeout=5)

    assert claimed() == []


def test_a_send_that_is_being_paused_is_left_out_and_holds_up_no_other() -> None:
    integration = an_integration()
    campaign = a_launched(people=5, integration=integration)
    other = a_launched(people=2, integration=integration)

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        pause(campaign)
        taken = pool.submit(in_a_thread, claimed).result(timeout=5)

    assert {one.campaign_id for one in taken} == {other.pk}
    assert claimed() == []


def test_a_row_that_another_sender_holds_is_not_waited_for() -> None:
    a_launched(people=2)
    first, second = Message.objects.order_by("id")

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Message.objects.select_for_update().get(pk=first.pk)
        taken = pool.submit(in_a_thread, claimed).result(timeout=5)

    assert [one.message_id for one in taken] == [second.pk]


def test_a_daily_limit_holds_among_many_senders() -> None:
    a_launched(people=60, integration=an_integration(per_day=25))

    batches = at_once(8, lambda: [one for _ in range(10) for one in claimed(3)])

    assert sum(len(batch) for batch in batches) == 25


def pause(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.PAUSED)


def in_a_thread(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connections.close_all()


def wait_until_blocked() -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("Nobody waits for the lock.")
