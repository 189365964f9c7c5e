"""A resend reaches only people whose message did not go out, each once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django.utils import timezone

from outbound.lifecycle import RESENDABLE, MessageStatus, Reason
from outbound.models import Campaign, Message
from outbound.sending.planning.launch import Launched, PlanChanged, launch
from outbound.sending.planning.plan import plan
from tests.builders import a_recipient
from tests.sending.steps import a_draft, a_launched, at_once
from tests.sending.test_races import wait_until_blocked

pytestmark = pytest.mark.django_db


def a_refused(people: int = 1, **values: Any) -> Campaign:
    """Build a send whose messages were all refused."""
    old = a_launched(people, **values)
    old.messages.update(status=MessageStatus.REFUSED)
    return old


def resend_of(old: Campaign, **values: Any) -> Campaign:
    """Build a resend of a send, for all its people by default."""
    numbers = "\n".join(old.messages.order_by("id").values_list("phone", flat=True))
    return a_draft(**({"again_of": old, "numbers": numbers} | values))


def launched(draft: Campaign, expected: str | None = None) -> Launched:
    return launch(draft, by=None, now=timezone.now(), expected=expected)


def test_each_resent_message_refers_to_the_old_one() -> None:
    old = a_refused(3)

    new = launched(resend_of(old)).campaign

    links = dict(new.messages.values_list("phone", "resend_of"))
    assert links == dict(old.messages.values_list("phone", "pk"))


def test_saved_recipient_refers_to_the_old_message_too() -> None:
    person = a_recipient()
    old = a_refused(numbers=person.phone)
    draft = resend_of(old, numbers="")
    draft.recipients.add(person)

    new = launched(draft).campaign

    assert new.messages.get().resend_of == old.messages.get()


def test_other_spelling_finds_the_old_message() -> None:
    old = a_refused(numbers="3588001234")

    new = launched(resend_of(old, numbers="35988001234")).campaign

    assert new.messages.get().resend_of == old.messages.get()


@pytest.mark.parametrize("status", MessageStatus)
def test_only_resendable_statuses_are_resent(status: MessageStatus) -> None:
    old = a_refused()
    old.messages.update(status=status)

    (one,) = plan(resend_of(old)).messages

    assert one.reason == (None if status in RESENDABLE else Reason.SENT_BEFORE)


def test_message_is_resent_only_once() -> None:
    old = a_refused(2)
    first, second = old.messages.order_by("id")
    launched(resend_of(old, numbers=first.phone))

    result = launched(resend_of(old))

    assert (result.queued, result.skipped) == (1, {"sent_before": 1})
    assert result.campaign.messages.get(status=MessageStatus.QUEUED).resend_of == second
    assert result.campaign.messages.get(status=MessageStatus.SKIPPED).resend_of is None


def test_person_outside_the_old_send_is_skipped() -> None:
    (one,) = plan(resend_of(a_refused(), numbers="35988001234")).messages

    assert (one.reason, one.detail) == (Reason.SENT_BEFORE, "")


def test_message_of_another_send_does_not_count() -> None:
    old = a_refused(numbers="35988001234")
    a_refused(numbers="35988004321")

    (one,) = plan(resend_of(old, numbers="35988004321")).messages

    assert one.reason == Reason.SENT_BEFORE


def test_opt_out_since_the_old_send_is_the_reason() -> None:
    person = a_recipient()
    old = a_refused(numbers=person.phone)
    person.set_opted_out(timezone.now())

    (one,) = plan(resend_of(old)).messages

    assert one.reason == Reason.OPTED_OUT


def test_ordinary_send_refers_to_no_old_message() -> None:
    old = a_refused()

    new = launched(resend_of(old, again_of=None)).campaign

    assert new.messages.get().resend_of is None


def test_message_resent_by_another_draft_changes_the_plan() -> None:
    old = a_refused(2)
    draft = resend_of(old)
    looked_at = plan(draft).digest
    launched(resend_of(old, numbers=old.messages.earliest("id").phone))

    with pytest.raises(PlanChanged):
        launched(draft, expected=looked_at)

    draft.refresh_from_db()
    assert draft.is_draft
    assert not draft.messages.exists()


@pytest.mark.django_db(transaction=True)
def test_ten_concurrent_drafts_resend_each_message_once() -> None:
    old = a_refused(5)
    drafts = iter([resend_of(old).pk for _ in range(10)])

    results = at_once(10, lambda: launched(Campaign.objects.get(pk=next(drafts))))

    kinds = Counter(type(result) for result in results)
    assert kinds[Launched] == 1
    assert kinds[Launched] + kinds[PlanChanged] + kinds[ValidationError] == 10
    assert Message.objects.filter(status=MessageStatus.QUEUED).count() == 5
    assert Message.objects.filter(resend_of__in=old.messages.all()).count() == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_database_refuses_the_second_of_two_concurrent_resends() -> None:
    old = a_refused(2)
    first, second = resend_of(old), resend_of(old)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            launched(first)
            slower = pool.submit(in_a_thread, second)
            wait_until_blocked()
        result = slower.result()

    assert isinstance(result, PlanChanged)
    assert Message.objects.filter(resend_of__in=old.messages.all()).count() == 2
    second.refresh_from_db()
    assert second.is_draft


def in_a_thread(draft: Campaign) -> Launched | PlanChanged:
    try:
        return launched(draft)
    except PlanChanged as changed:
        return changed
    finally:
        connections.close_all()
