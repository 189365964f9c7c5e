"""Events that many threads store at once are all committed, and none waits for long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import (
    IntegrityError,
    InternalError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.utils import timezone

from outbound.models import WebhookEvent
from outbound.webhooks import storage
from outbound.webhooks.storage import Arrival, store
from tests.builders import an_integration
from tests.sending.steps import at_once


def arrival(integration_id: int, number: int) -> Arrival:
    return Arrival(integration_id, f"body {number}".encode(), timezone.now())


@pytest.mark.django_db(transaction=True)
def test_events_stored_at_once_are_all_kept() -> None:
    integration = an_integration()

    numbers = iter(range(200))
    at_once(8, lambda: [store(arrival(integration.pk, number)) for number in numbers])

    assert WebhookEvent.objects.count() == 200


@pytest.mark.django_db(transaction=True)
def test_error_is_raised_and_next_event_is_stored() -> None:
    integration = an_integration()

    with pytest.raises(IntegrityError):
        store(arrival(10**9, 1))
    store(arrival(integration.pk, 2))

    assert WebhookEvent.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no sessions that may only read")
@pytest.mark.django_db(transaction=True)
def test_read_only_session_is_left_for_another() -> None:
    integration = an_integration()
    store(arrival(integration.pk, 1))
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

    with pytest.raises(InternalError):
        store(arrival(integration.pk, 2))
    store(arrival(integration.pk, 3))

    assert WebhookEvent.objects.count() == 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL writes side by side")
@pytest.mark.django_db(transaction=True)
def test_threads_ahead_are_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    integration = an_integration()
    monkeypatch.setattr(storage, "MAX_WAIT_SECONDS", 0.05)

    with storage._thread_lock, pytest.raises(OperationalError):
        store(arrival(integration.pk, 1))
    store(arrival(integration.pk, 2))

    assert WebhookEvent.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no single row")
@pytest.mark.django_db(transaction=True)
def test_copy_of_a_locked_event_is_given_up_on() -> None:
    integration = an_integration()
    store(arrival(integration.pk, 1))

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        list(WebhookEvent.objects.select_for_update())
        held = pool.submit(store, arrival(integration.pk, 1))
        error = held.exception(timeout=10)

    assert isinstance(error, OperationalError)


@pytest.mark.django_db
def test_event_is_part_of_the_transaction_around_it() -> None:
    integration = an_integration()

    with transaction.atomic():
        store(arrival(integration.pk, 1))
        transaction.set_rollback(True)

    assert connection.in_atomic_block
    assert WebhookEvent.objects.count() == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is no server that could be restarted")
@pytest.mark.django_db(transaction=True)
def test_lost_connection_is_opened_again_by_the_next_request() -> None:
    integration = an_integration()

    def next_request(number: int) -> None:
        close_old_connections()
        store(arrival(integration.pk, number))

    with ThreadPoolExecutor(1) as pool:
        pool.submit(next_request, 1).result()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        pool.submit(next_request, 2).result()
        pool.submit(lambda: connection.close()).result()

    assert WebhookEvent.objects.count() == 2
