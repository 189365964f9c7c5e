"""Resolving unconfirmed messages: stored with its author, and never against evidence."""

from __future__ import annotations

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from outbound.audit import Verb
from outbound.lifecycle import MessageStatus
from outbound.models import Message
from outbound.sending.control import unconfirmed
from outbound.sending.control.unconfirmed import resolve
from outbound.sending.engine.recover import reap
from tests.builders import a_campaign, a_message, an_integration, an_operator
from tests.sending.steps import ACCEPTED, a_launched, at_once, claimed, later, recorded

pytestmark = pytest.mark.django_db


def unconfirmed_messages(count: int, **values: object) -> list[int]:
    integration = an_integration()
    campaign = a_campaign(integration=integration)
    rows = {"campaign": campaign, "integration": integration, "status": MessageStatus.UNCONFIRMED} | values
    return [a_message(**rows).pk for _number in range(count)]


@pytest.mark.parametrize(
    ("as_sent", "status"), [(True, MessageStatus.ASSUMED_SENT), (False, MessageStatus.ASSUMED_NOT_SENT)]
)
def test_resolve_stores_reason_author_and_moment(as_sent: bool, status: MessageStatus) -> None:
    [pk] = unconfirmed_messages(1)
    ana, now = an_operator(), timezone.now()

    resolve([pk], as_sent=as_sent, reason="I asked her", by=ana, now=now)

    message = Message.objects.get()
    assert message.status == status
    assert (message.settled_by, message.settled_at, message.settled_reason) == (ana, now, "I asked her")
    assert message.status_changed_at == now


@pytest.mark.parametrize("status", sorted(set(MessageStatus) - {MessageStatus.UNCONFIRMED}))
def test_only_unconfirmed_messages_are_resolved(status: MessageStatus) -> None:
    pks = unconfirmed_messages(1, status=status)

    count = resolve(pks, as_sent=False, reason="No", by=an_operator(), now=timezone.now())

    message = Message.objects.get()
    assert count == 0
    assert message.status == status
    assert message.settled_by is None


def test_resolve_counts_what_it_resolved() -> None:
    pks = unconfirmed_messages(3)
    Message.objects.filter(pk=pks[1]).update(status=MessageStatus.ACCEPTED)

    count = resolve(pks, as_sent=True, reason="Seen", by=an_operator(), now=timezone.now())

    assert count == 2


def test_other_unconfirmed_messages_are_left_alone() -> None:
    named, other = unconfirmed_messages(2)

    resolve([named], as_sent=True, reason="Seen", by=an_operator(), now=timezone.now())

    assert Message.objects.get(pk=other).status == MessageStatus.UNCONFIRMED


def test_many_messages_are_resolved_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unconfirmed, "BATCH_SIZE", 2)
    pks = unconfirmed_messages(5)

    count = resolve(pks, as_sent=True, reason="Seen", by=an_operator(), now=timezone.now())

    assert count == Message.objects.filter(status=MessageStatus.ASSUMED_SENT).count() == 5


def test_audit_entry_names_author_messages_and_reason_but_no_phone() -> None:
    pks = unconfirmed_messages(2)
    ana = an_operator()

    resolve(pks, as_sent=False, reason="Zenvia's list has none of them", by=ana, now=timezone.now())

    entry = LogEntry.objects.get_for_model(Message).get()
    assert entry.actor == ana
    assert entry.additional_data["text"] == Verb.TAKEN_AS_NOT_SENT
    assert entry.additional_data["ids"] == pks
    assert entry.changes["settled_reason"] == ["", "Zenvia's list has none of them"]
    assert entry.object_repr == f"{pks[0]}, {pks[1]}"


def test_resolving_nothing_has_no_audit_entry() -> None:
    pks = unconfirmed_messages(1, status=MessageStatus.ACCEPTED)

    resolve(pks, as_sent=True, reason="Seen", by=an_operator(), now=timezone.now())

    assert not LogEntry.objects.get_for_model(Message).exists()


@pytest.mark.parametrize("as_sent", [True, False])
def test_late_answer_replaces_the_decision(as_sent: bool) -> None:
    a_launched()
    [one] = claimed()
    reap(later(hours=1))
    resolve([one.message_id], as_sent=as_sent, reason="Guessed", by=an_operator(), now=timezone.now())

    message = recorded(one, ACCEPTED, later(hours=1))

    assert message.status == MessageStatus.ACCEPTED
    assert message.settled_reason == "Guessed"


@pytest.mark.django_db(transaction=True)
def test_concurrent_decisions_resolve_once() -> None:
    pks = unconfirmed_messages(1)
    ana = an_operator()

    counts = at_once(6, lambda: resolve(pks, as_sent=True, reason="Seen", by=ana, now=timezone.now()))

    assert sorted(counts) == [0, 0, 0, 0, 0, 1]
    assert LogEntry.objects.get_for_model(Message).count() == 1
