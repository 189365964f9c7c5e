"""The desk: what many threads hand in at once is all on disk when they go on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event

import pytest
from django.db import IntegrityError, InternalError, OperationalError, connection, transaction
from django.utils import timezone

from outbound.models import WebhookEvent
from outbound.webhooks.batch_writer import Desk, _Waiting
from outbound.webhooks.storage import Arrival
from tests.builders import an_integration
from tests.sending.steps import at_once, wait_for


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


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


@pytest.mark.django_db(transaction=True)
def test_an_integration_that_was_deleted_spoils_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    integration = an_integration()
    monkeypatch.setattr("outbound.webhooks.batch_writer.GATHER_SECONDS", 60.0)
    desk._expected = 4
    pks, numbers = iter([integration.pk, 10**9, integration.pk, 10**9]), count()

    errors = at_once(4, lambda: desk.keep(arrival(next(pks), next(numbers))))

    assert sorted(type(error).__name__ for error in errors) == ["IntegrityError"] * 2 + ["NoneType"] * 2
    assert WebhookEvent.objects.count() == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no sessions that may only read")
@pytest.mark.django_db(transaction=True)
def test_a_session_that_may_only_read_is_left_for_another(desk: Desk) -> None:
    integration = an_integration()
    desk.keep(arrival(integration.pk, 1))
    with desk._line._connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

    with pytest.raises(InternalError):
        desk.keep(arrival(integration.pk, 2))
    desk.keep(arrival(integration.pk, 3))

    assert WebhookEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_ours_is_told_to_each_and_stops_nobody_after_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration = an_integration()
    with monkeypatch.context() as patch:
        patch.setattr("outbound.webhooks.connection.store", lambda *_: 1 / 0)
        errors = at_once(4, lambda: desk.keep(arrival(integration.pk, 1)))

    desk.keep(arrival(integration.pk, 2))

    assert [type(error) for error in errors] == [ZeroDivisionError] * 4
    assert WebhookEvent.objects.count() == 1


def test_who_is_handed_the_lead_as_their_patience_ends_serves_those_behind(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Event()
    monkeypatch.setattr(desk, "_stored", lambda _batch: written.wait(5) and None)

    def out_of_patience(waiting: _Waiting) -> bool:
        wait_for(lambda: waiting.leads)
        return False

    with monkeypatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setattr(_Waiting, "wait", out_of_patience)
        first = pool.submit(desk.keep, arrival(1, 1))
        wait_for(lambda: desk._is_writing and not desk._queue)
        second = pool.submit(desk.keep, arrival(1, 2))
        wait_for(lambda: bool(desk._queue))
        written.set()

    assert (first.result(), second.result()) == (None, None)
    assert not desk._is_writing


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no single row")
@pytest.mark.django_db(transaction=True)
def test_a_copy_of_an_event_that_is_held_is_given_up_on(desk: Desk) -> None:
    integration = an_integration()
    desk.keep(arrival(integration.pk, 1))

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        list(WebhookEvent.objects.select_for_update())
        held = pool.submit(desk.keep, arrival(integration.pk, 1))
        error = held.exception(timeout=10)

    assert isinstance(error, OperationalError)


@pytest.mark.django_db
def test_within_a_transaction_it_is_part_of_that(desk: Desk) -> None:
    integration = an_integration()

    with transaction.atomic():
        desk.keep(arrival(integration.pk, 1))
        transaction.set_rollback(True)

    assert connection.in_atomic_block
    assert WebhookEvent.objects.count() == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is no server that could be restarted")
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_lost_is_opened_again(desk: Desk) -> None:
    integration = an_integration()
    desk.keep(arrival(integration.pk, 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    desk.keep(arrival(integration.pk, 2))

    assert WebhookEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_who_comes_alone_does_not_wait_for_others_for_ever(desk: Desk) -> None:
    integration = an_integration()
    numbers = iter(range(40))
    at_once(8, lambda: [desk.keep(arrival(integration.pk, number)) for number in numbers])

    for number in (100, 101, 102):
        desk.keep(arrival(integration.pk, number))

    assert WebhookEvent.objects.count() == 43


@pytest.mark.django_db(transaction=True)
def test_those_who_came_together_are_stored_together(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    integration = an_integration()
    monkeypatch.setattr("outbound.webhooks.batch_writer.GATHER_SECONDS", 60.0)
    numbers, sizes = count(), []
    monkeypatch.setattr(desk, "_stored", lambda batch: sizes.append(len(batch)))

    desk._expected = 4
    at_once(4, lambda: desk.keep(arrival(integration.pk, next(numbers))))

    assert sizes == [4]
