"""A launch leaves one wake-up, and a lost or repeated wake-up does no harm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django_q.conf import Conf
from django_q.models import OrmQ

from outbound import tasks
from outbound.lifecycle import MessageStatus
from outbound.models import Message
from outbound.sandbox.http import server
from outbound.sandbox.http.ledger import read
from outbound.sending.planning.launch import AlreadyLaunched
from tests.builders import an_integration
from tests.sending.steps import a_draft, a_launched, later

pytestmark = pytest.mark.django_db

orm_broker = pytest.mark.skipif(not Conf.ORM, reason="the wake-up is a row with the ORM broker alone")


@orm_broker
def test_rows_and_wake_up_are_written_together() -> None:
    tasks.launch_and_wake(a_draft(people=3), by=None)

    assert Message.objects.count() == 3
    (wake_up,) = OrmQ.objects.all()
    assert (wake_up.task["func"], wake_up.task["args"]) == (tasks.PUMP, ())


@orm_broker
def test_rolled_back_launch_leaves_no_wake_up() -> None:
    draft = a_draft()

    with transaction.atomic():
        tasks.launch_and_wake(draft, by=None)
        transaction.set_rollback(True)

    draft.refresh_from_db()
    assert draft.is_draft
    assert (Message.objects.count(), OrmQ.objects.count()) == (0, 0)


@pytest.mark.skipif(bool(Conf.ORM), reason="needs TEST_REDIS_URL")
def test_redis_is_woken_after_the_commit(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        tasks.launch_and_wake(a_draft(), by=None)

    assert len(callbacks) == 1


def test_second_launch_raises_and_leaves_no_wake_up() -> None:
    draft = a_draft()
    tasks.launch_and_wake(draft, by=None)
    before = OrmQ.objects.count()

    with pytest.raises(AlreadyLaunched):
        tasks.launch_and_wake(draft, by=None)

    assert OrmQ.objects.count() == before


def test_pump_sends_what_is_due_and_the_next_finds_nothing(tmp_path: Path) -> None:
    gateway = server.start(ledger_path=tmp_path / "ledger.jsonl")
    a_launched(people=5, integration=an_integration(base_url=f"http://127.0.0.1:{gateway.port}/zenvia"))

    sent = [tasks.pump(), tasks.pump()]

    gateway.stop()
    assert sent == [5, 0]
    assert len(read(gateway.ledger.path)) == 5
    assert OrmQ.objects.count() == 0


@orm_broker
def test_pump_leaves_no_wake_up_for_a_message_due_much_later() -> None:
    a_launched()
    Message.objects.update(due_at=later(seconds=tasks.PUMP_SECONDS + 20))

    tasks.pump()

    assert OrmQ.objects.count() == 0


def test_paused_send_leaves_no_wake_up() -> None:
    campaign = a_launched()
    campaign.status = "paused"
    campaign.save()

    assert tasks.pump() == 0
    assert OrmQ.objects.count() == 0
    assert Message.objects.get().status == MessageStatus.QUEUED
