"""A launch writes one frozen message for each person, all or none, once."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from outbound.lifecycle import CampaignStatus, MessageStatus, Reason
from outbound.models import Campaign, Message
from outbound.models.campaign import MAX_PREFIX_LENGTH
from outbound.phones import NumberFormat
from outbound.reports import campaign_counts
from outbound.sending.planning.launch import AlreadyLaunched, Launched, PlanChanged, launch
from outbound.sending.planning.message_rows import new_external_id
from outbound.sending.planning.plan import plan
from tests.builders import a_recipient, a_template, an_integration
from tests.sending.steps import a_draft, a_launched, at_once

pytestmark = pytest.mark.django_db


def launched(draft: Campaign, expected: str | None = None) -> Launched:
    return launch(draft, by=None, now=timezone.now(), expected=expected)


def test_each_person_gets_one_queued_message() -> None:
    draft = a_draft(people=3)

    result = launched(draft)

    statuses = Counter(result.campaign.messages.values_list("status", flat=True))
    assert statuses == {MessageStatus.QUEUED: 3}
    assert result.queued == 3


def test_launched_draft_is_running() -> None:
    draft = a_draft()

    launched(draft)

    draft.refresh_from_db()
    assert draft.status == CampaignStatus.RUNNING
    assert draft.launched_at is not None


def test_second_launch_writes_nothing() -> None:
    draft = a_draft(people=2)
    launched(draft)

    with pytest.raises(AlreadyLaunched):
        launched(draft)

    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_concurrent_launches_write_once() -> None:
    draft = a_draft(people=5)

    results = at_once(20, lambda: launched(Campaign.objects.get(pk=draft.pk)))

    kinds = Counter(type(result).__name__ for result in results)
    assert kinds == {"Launched": 1, "AlreadyLaunched": 19}
    assert Message.objects.count() == 5


def test_changed_plan_is_not_launched() -> None:
    draft = a_draft()
    looked_at = plan(draft).digest
    Campaign.objects.filter(pk=draft.pk).update(numbers="35 98800-1234")

    with pytest.raises(PlanChanged):
        launched(draft, expected=looked_at)

    assert Message.objects.count() == 0
    assert Campaign.objects.get().is_draft


def test_opt_out_after_review_changes_the_plan() -> None:
    person = a_recipient()
    draft = a_draft()
    draft.recipients.add(person)
    looked_at = plan(draft).digest
    person.set_opted_out(timezone.now())

    with pytest.raises(PlanChanged):
        launched(draft, expected=looked_at)


def test_another_integration_changes_the_plan() -> None:
    draft = a_draft()
    looked_at = plan(draft).digest
    Campaign.objects.filter(pk=draft.pk).update(integration=an_integration())

    with pytest.raises(PlanChanged):
        launched(draft, expected=looked_at)


def test_reviewed_plan_is_launched() -> None:
    draft = a_draft()

    launched(draft, expected=plan(draft).digest)

    assert Message.objects.count() == 1


def test_invalid_draft_stays_a_draft() -> None:
    draft = a_draft(template=None)

    with pytest.raises(ValidationError) as refused:
        launched(draft)

    assert list(refused.value.error_dict) == ["template"]
    assert Campaign.objects.get().is_draft


def test_draft_for_nobody_stays_a_draft() -> None:
    person = a_recipient(opted_out_at=timezone.now())
    draft = a_draft(numbers=person.phone)

    with pytest.raises(ValidationError) as refused:
        launched(draft)

    assert [error.code for error in refused.value.error_dict["recipients"]] == ["nobody_goes"]
    assert Campaign.objects.get().is_draft
    assert Message.objects.count() == 0


def test_later_edits_change_no_queued_body() -> None:
    template, integration = a_template(body="Hello {{who}}."), an_integration()
    template.adopt_placeholders()
    person = a_recipient(name="Maria")
    draft = a_draft(template=template, integration=integration, fields={"who": "{{name}}"}, numbers="")
    draft.recipients.add(person)
    launched(draft)
    frozen = Message.objects.get().payload

    template.template_id = "another"
    template.save()
    person.name, person.phone = "Ana", "+5535988009999"
    person.save()
    integration.number_format = NumberFormat.INTERNATIONAL
    integration.save()

    message = Message.objects.get()
    assert message.payload == frozen
    assert json.loads(frozen)["fields"] == {"who": "Maria"}


def test_body_has_the_external_id_of_its_message() -> None:
    a_launched()

    message = Message.objects.get()
    assert json.loads(message.payload)["externalId"] == message.external_id


def test_external_ids_keep_the_prefix_and_are_unique() -> None:
    a_launched(people=50, external_id_prefix="meu_id")

    ids = list(Message.objects.values_list("external_id", flat=True))
    assert len(set(ids)) == 50
    assert all(re.fullmatch(r"meu_id-[a-z0-9]+", external_id) for external_id in ids)


@pytest.mark.parametrize("prefix", ["", "x", "x" * MAX_PREFIX_LENGTH])
def test_external_id_with_attempt_number_fits_the_column(prefix: str) -> None:
    largest_number = 32_767

    assert len(f"{new_external_id(prefix)}-{largest_number}") <= 40


def test_external_id_does_not_contain_the_number() -> None:
    a_launched(numbers="35 98800-1234")

    assert "8800" not in (Message.objects.get().external_id or "")


def test_people_who_opted_out_are_skipped_with_the_reason() -> None:
    person = a_recipient(opted_out_at=timezone.now())
    draft = a_draft(numbers=f"{person.phone}\n35 98800-1234")

    result = launched(draft)

    row = Message.objects.get(phone=person.phone)
    assert (row.status, row.reason, row.payload, row.external_id) == (
        MessageStatus.SKIPPED,
        Reason.OPTED_OUT,
        "",
        None,
    )
    assert result.skipped == {"opted_out": 1}


def test_missing_value_skips_the_person_and_is_named() -> None:
    template = a_template(body="{{where}}")
    template.adopt_placeholders()
    without, having = a_recipient(), a_recipient(attributes={"city": "Itajubá"})
    draft = a_draft(template=template, fields={"where": "{{city}}"}, numbers="")
    draft.recipients.add(without, having)

    launched(draft)

    row = Message.objects.get(recipient=without)
    assert (row.status, row.reason, row.detail) == (MessageStatus.SKIPPED, Reason.VALUE_MISSING, "city")


def test_status_counts_equal_the_plan() -> None:
    person = a_recipient(opted_out_at=timezone.now())
    draft = a_draft(numbers=f"{person.phone}, 35 98800-1234, (35) 98800-1234, +14155552671")
    planned = plan(draft)

    launched(draft)

    total = campaign_counts.count_statuses(draft.messages.all())
    assert total.planned == len(planned.messages) == 3
    assert (total.waiting, total.skipped) == (1, 2)


def test_two_spellings_of_one_number_are_one_message() -> None:
    a_launched(numbers="35 98800-1234\n35 8800-1234")

    assert Message.objects.count() == 1


def test_database_refuses_a_person_twice_in_one_campaign() -> None:
    a_launched()
    row = Message.objects.get()
    row.pk, row.external_id = None, new_external_id("")

    with pytest.raises(IntegrityError):
        row.save()
