"""Reusing a send as a new draft, and resending what it certainly did not deliver."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Message
from outbound.sending.control.resend import NothingToResend, resend, reuse
from tests.builders import a_campaign, a_message, a_recipient, a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db

REFUSED = MessageStatus.REFUSED


def a_sent(**values: Any) -> Campaign:
    return a_campaign(
        **{"integration": an_integration(), "status": CampaignStatus.RUNNING, "launched_at": timezone.now()}
        | values
    )


def a_row(campaign: Campaign, status: MessageStatus = REFUSED, **values: Any) -> Message:
    return a_message(campaign=campaign, integration=campaign.integration, status=status, **values)


def test_reuse_copies_the_composition() -> None:
    composed = {
        "title": "Spring",
        "kind": "template",
        "integration": an_integration(),
        "template": a_template(),
        "fields": {"name": "{{name}}"},
        "numbers": "35988001234",
        "context": {"from": "spring"},
        "inactivity_minutes": 5,
        "external_id_prefix": "sp",
        "first_wave": False,
    }
    sent, people = a_sent(**composed), [a_recipient(), a_recipient()]
    sent.recipients.set(people)

    draft = reuse(sent, by=an_operator())

    draft.refresh_from_db()
    assert {name: getattr(draft, name) for name in composed} == composed
    assert set(draft.recipients.all()) == set(people)


def test_reused_draft_has_no_times_or_decisions_of_the_old_send() -> None:
    ana = an_operator()
    sent = a_sent(
        starts_at=timezone.now(),
        not_after=timezone.now(),
        status_reason="Why",
        first_wave_passed_at=timezone.now(),
    )

    draft = reuse(sent, by=ana)

    assert (draft.is_draft, draft.created_by, draft.again_of) == (True, ana, None)
    assert draft.draft_key != sent.draft_key
    fresh = (
        draft.starts_at,
        draft.not_after,
        draft.launched_at,
        draft.first_wave_passed_at,
        draft.status_reason,
    )
    assert fresh == (None, None, None, None, "")


@pytest.mark.parametrize(("rights", "kept"), [([], False), (["outbound.restart_contact"], True)])
def test_reuse_erases_variables_only_with_the_permission(rights: list[str], kept: bool) -> None:
    draft = reuse(a_sent(restart_contact=True), by=an_operator(*rights))

    assert draft.restart_contact is kept


def test_resend_takes_only_refused_messages() -> None:
    sent = a_sent()
    refused = a_row(sent)
    for status in set(MessageStatus) - {REFUSED}:
        a_row(sent, status)

    draft = resend(sent, by=None)

    assert draft.again_of == sent
    assert list(draft.recipients.all()) == [refused.recipient]
    assert draft.numbers == ""


def test_resend_includes_unsaved_numbers() -> None:
    sent = a_sent(numbers="35988001234\n11999999999")
    for row in (a_row(sent), a_row(sent)):
        row.recipient.delete()

    draft = resend(sent, by=None)

    assert draft.numbers.splitlines() == [row.phone for row in sent.messages.order_by("pk")]
    assert not draft.recipients.exists()


def test_resend_leaves_out_messages_resent_before() -> None:
    sent = a_sent()
    old, other = a_row(sent), a_row(sent)
    a_row(a_sent(again_of=sent), MessageStatus.QUEUED, resend_of=old, recipient=old.recipient)

    draft = resend(sent, by=None)

    assert list(draft.recipients.all()) == [other.recipient]


@pytest.mark.parametrize("status", sorted(set(MessageStatus) - {REFUSED, MessageStatus.ASSUMED_NOT_SENT}))
def test_resend_never_takes_what_may_have_gone_out(status: MessageStatus) -> None:
    sent = a_sent()
    a_row(sent, status)

    with pytest.raises(NothingToResend):
        resend(sent, by=None, messages=Message.objects.all())

    assert not Campaign.objects.filter(again_of=sent).exists()


def test_resend_takes_the_chosen_messages() -> None:
    sent = a_sent()
    chosen, _refused = a_row(sent, MessageStatus.ASSUMED_NOT_SENT), a_row(sent)
    of_another_send = a_row(a_sent())

    draft = resend(sent, by=None, messages=Message.objects.filter(pk__in=[chosen.pk, of_another_send.pk]))

    assert list(draft.recipients.all()) == [chosen.recipient]


def test_resend_writes_people_in_bulk(django_assert_max_num_queries: Any) -> None:
    sent = a_sent()
    for _number in range(50):
        a_row(sent)

    with django_assert_max_num_queries(10):
        draft = resend(sent, by=None)

    assert draft.recipients.count() == 50
