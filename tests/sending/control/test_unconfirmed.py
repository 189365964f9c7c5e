"""What a person decides about messages in doubt: theirs by name, and never over evidence."""

from __future__ import annotations

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from outbound.audit import Verb
from outbound.lifecycle import MessageStatus
from outbound.models import Message
from outbound.sending.control import unconfirmed
from outbound.sending.control.unconfirmed import settle
from outbound.sending.engine.recover import reap
from tests.builders import a_campaign, a_message, an_integration, an_operator
from tests.sending.steps import ACCEPTED, a_launched, at_once, claimed, later, recorded

pytestmark = pytest.mark.django_db


def doubts(count: int, **values: object) -> list[int]:
    integration = an_integration()
    campaign = a_campaign(integration=integration)
    rows = {"campaign": campaign, "integration": integration, "status": MessageStatus.UNCONFIRMED} | values
    return [a_message(**rows).pk for _number in range(count)]


@pytest.mark.parametrize(
    ("as_sent", "status"), [(True, MessageStatus.ASSUMED_SENT), (False, MessageStatus.ASSUMED_NOT_SENT)]
)
def test_a_decision_keeps_who_when_and_why(as_sent: bool, status: MessageStatus) -> None:
    [pk] = doubts(1)
    ana, now = an_operator(), timezone.now()

    settle([pk], as_sent=as_sent, reason="I asked her", by=ana, now=now)

    message = Message.objects.get()
    assert message.status == status
    assert (message.settled_by, message.settled_at, message.settled_reason) == (ana, now, "I asked her")
    assert message.status_changed_at == now


@pytest.mark.parametrize("status", sorted(set(MessageStatus) - {MessageStatus.UNCONFIRMED}))
def test_nothing_but_a_doubt_is_ever_decided(status: MessageStatus) -> None:
    pks = doubts(1, status=status)

    count = settle(pks, as_sent=False, reason="No", by=an_operator(), now=timezone.now())

    message = Message.objects.get()
    assert count == 0
    assert message.status == status
    assert message.settled_by is None


def test_it_counts_what_was_decided_and_not_what_was_asked_for() -> None:
    pks = doubts(3)
    Message.objects.filter(pk=pks[1]).update(status=MessageStatus.ACCEPTED)

    count = settle(pks, as_sent=True, reason="Seen", by=an_operator(), now=timezone.now())

    assert count == 2


def test_only_the_named_messages_are_decided() -> None:
    named, other = doubts(2)

    settle([named], as_sent=True, reason="Seen", by=an_operator(), now=timezone.now())

    assert Message.objects.get(pk=other).status == MessageStatus.UNCONFIRMED


def test_a_crowd_is_decided_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unconfirmed, "PAGE_SIZE", 2)
    pks = doubts(5)

    count = settle(pks, as_sent=True, reason="Seen", by=an_operator(), now=timezone.now())

    assert count == Message.objects.filter(status=MessageStatus.ASSUMED_SENT).count() == 5


def test_the_audit_log_names_the_person_the_messages_and_the_reason_but_no_number() -> None:
    pks = doubts(2)
    ana = an_operator()

    settle(pks, as_sent=False, reason="Zenvia's list has none of them", by=ana, now=timezone.now())

    entry = LogEntry.objects.get_for_model(Message).get()
    assert entry.actor == ana
    assert entry.additional_data["text"] == Verb.TAKEN_AS_NOT_SENT
    assert entry.additional_data["ids"] == pks
    assert entry.changes["settled_reason"] == ["", "Zenvia's list has none of them"]
    assert entry.object_repr == f"{pks[0]}, {pks[1]}"


def test_deciding_nothing_leaves_no_trace_in_the_audit_log() -> None:
    pks = doubts(1, status=MessageStatus.ACCEPTED)

    settle(pks, as_sent=True, reason="Seen", by=an_operator(), now=timezone.now())

    assert not LogEntry.objects.get_for_model(Message).exists()


@pytest.mark.parametrize("as_sent", [True, False])
def test_a_late_answer_counts_more_than_the_decision(as_sent: bool) -> None:
    a_launched()
    [one] = claimed()
    reap(later(hours=1))
    settle([one.message_id], as_sent=as_sent, reason="Guessed", by=an_operator(), now=timezone.now())

    message = recorded(one, ACCEPTED, later(hours=1))

    assert message.status == MessageStatus.ACCEPTED
    assert message.settled_reason == "Guessed"


@pytest.mark.django_db(transaction=True)
def test_of_many_people_who_decide_at_once_one_does() -> None:
    pks = doubts(1)
    ana = an_operator()

    counts = at_once(6, lambda: settle(pks, as_sent=True, reason="Seen", by=ana, now=timezone.now()))

    assert sorted(counts) == [0, 0, 0, 0, 0, 1]
    assert LogEntry.objects.get_for_model(Message).count() == 1
