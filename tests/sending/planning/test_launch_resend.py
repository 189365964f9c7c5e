"""Sending the refused again: a linked send reaches whom the old one provably did not, and each once."""

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
    """Build a send of which every message was refused."""
    old = a_launched(people, **values)
    old.messages.update(status=MessageStatus.REFUSED)
    return old


def again(old: Campaign, **values: Any) -> Campaign:
    """Build a draft linked to an old send, for all its people unless said otherwise."""
    numbers = "\n".join(old.messages.order_by("id").values_list("phone", flat=True))
    return a_draft(**({"again_of": old, "numbers": numbers} | values))


def launched(draft: Campaign, expected: str | None = None) -> Launched:
    return launch(draft, by=None, now=timezone.now(), expected=expected)


def test_each_new_message_names_the_old_one() -> None:
    old = a_refused(3)

    new = launched(again(old)).campaign

    links = dict(new.messages.values_list("phone", "resend_of"))
    assert links == dict(old.messages.values_list("phone", "pk"))


def test_a_saved_recipient_is_linked_as_a_pasted_number_is() -> None:
    person = a_recipient()
    old = a_refused(numbers=person.phone)
    draft = again(old, numbers="")
    draft.recipients.add(person)

    new = launched(draft).campaign

    assert new.messages.get().resend_of == old.messages.get()


def test_the_other_spelling_of_a_number_finds_its_old_message() -> None:
    old = a_refused(numbers="3588001234")

    new = launched(again(old, numbers="35988001234")).campaign

    assert new.messages.get().resend_of == old.messages.get()


@pytest.mark.parametrize("status", MessageStatus)
def test_only_what_provably_did_not_go_goes_again(status: MessageStatus) -> None:
    old = a_refused()
    old.messages.update(status=status)

    (one,) = plan(again(old)).messages

    assert one.reason == (None if status in RESENDABLE else Reason.SENT_BEFORE)


def test_who_was_sent_it_again_already_is_left_out_and_never_linked_twice() -> None:
    old = a_refused(2)
    first, second = old.messages.order_by("id")
    launched(again(old, numbers=first.phone))

    result = launched(again(old))

    assert (result.queued, result.skipped) == (1, {"sent_before": 1})
    assert result.campaign.messages.get(status=MessageStatus.QUEUED).resend_of == second
    assert result.campaign.messages.get(status=MessageStatus.SKIPPED).resend_of is None


def test_whom_the_old_send_did_not_know_is_left_out() -> None:
    (one,) = plan(again(a_refused(), numbers="35988001234")).messages

    assert (one.reason, one.detail) == (Reason.SENT_BEFORE, "")


def test_another_send_to_the_same_person_is_no_old_message() -> None:
    old = a_refused(numbers="35988001234")
    a_refused(numbers="35988004321")

    (one,) = plan(again(old, numbers="35988004321")).messages

    assert one.reason == Reason.SENT_BEFORE


def test_who_opted_out_meanwhile_is_left_out_for_that() -> None:
    person = a_recipient()
    old = a_refused(numbers=person.phone)
    person.set_opted_out(timezone.now())

    (one,) = plan(again(old)).messages

    assert one.reason == Reason.OPTED_OUT


def test_a_send_of_its_own_follows_nothing() -> None:
    old = a_refused()

    new = launched(again(old, again_of=None)).campaign

    assert new.messages.get().resend_of is None


def test_a_draft_that_others_were_faster_than_is_a_changed_plan() -> None:
    old = a_refused(2)
    draft = again(old)
    looked_at = plan(draft).digest
    launched(again(old, numbers=old.messages.earliest("id").phone))

    with pytest.raises(PlanChanged):
        launched(draft, expected=looked_at)

    draft.refresh_from_db()
    assert draft.is_draft
    assert not draft.messages.exists()


@pytest.mark.django_db(transaction=True)
def test_ten_drafts_at_once_send_each_old_message_again_once() -> None:
    old = a_refused(5)
    drafts = iter([again(old).pk for _ in range(10)])

    results = at_once(10, lambda: launched(Campaign.objects.get(pk=next(drafts))))

    kinds = Counter(type(result) for result in results)
    assert kinds[Launched] == 1
    assert kinds[Launched] + kinds[PlanChanged] + kinds[ValidationError] == 10
    assert Message.objects.filter(status=MessageStatus.QUEUED).count() == 5
    assert Message.objects.filter(resend_of__in=old.messages.all()).count() == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_drafts_that_both_saw_the_old_message_free_are_told_apart_by_the_database() -> None:
    old = a_refused(2)
    first, second = again(old), again(old)

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
