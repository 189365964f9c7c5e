"""A large launch streams in few statements and flat memory, with exact payloads."""

from __future__ import annotations

import json
import secrets
import tracemalloc
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outbound.lifecycle import CampaignKind, MessageStatus
from outbound.models import Campaign, Message, Recipient
from outbound.sending.planning.audience import BATCH_SIZE
from outbound.sending.planning.launch import PlanChanged, launch
from outbound.sending.planning.message_rows import new_external_id
from outbound.sending.planning.plan import plan
from tests.builders import a_recipient, a_template, an_integration
from tests.sending.steps import a_draft, a_launched

pytestmark = pytest.mark.django_db

# Any text that a database stores.
names = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=40)

odd = st.text('abç"\\ {}\n')


def a_draft_for(people: int, **values: Any) -> Campaign:
    """Build a draft for saved recipients with different names."""
    template = a_template(body="{{who}}")
    template.adopt_placeholders()
    draft = a_draft(**({"template": template, "fields": {"who": "{{name}}"}, "numbers": ""} | values))
    made = [
        Recipient(phone=f"+55119{number:08}", phone_key=f"+55119{number:08}", name=f"Person {number}")
        for number in range(people)
    ]
    draft.recipients.set(Recipient.objects.bulk_create(made))
    return draft


def launched(draft: Campaign, expected: str | None = None) -> Campaign:
    return launch(draft, by=None, now=timezone.now(), expected=expected).campaign


def test_messages_are_written_in_the_order_of_the_plan() -> None:
    draft = a_draft_for(2 * BATCH_SIZE + 1)
    looked_at = plan(draft)

    launched(draft, expected=looked_at.digest)

    written = draft.messages.order_by("id").values_list("recipient_id", "phone", "payload")
    assert len(written) == 2 * BATCH_SIZE + 1
    for (pk, phone, payload), one in zip(written, looked_at.messages, strict=True):
        assert (pk, phone) == (one.person.recipient_id, one.person.phone.e164)
        body = json.loads(payload)
        assert body.pop("externalId")
        assert body == one.body


def test_many_messages_need_few_statements() -> None:
    few, many = (statements_of(chunks) for chunks in (2, 4))

    assert few <= 40
    assert many - few <= 2 * 6


def statements_of(chunks: int) -> int:
    draft = a_draft_for(chunks * BATCH_SIZE)
    with CaptureQueriesContext(connection) as asked:
        launched(draft)
    assert draft.messages.count() == chunks * BATCH_SIZE
    Recipient.objects.all().delete()
    return len(asked)


def test_memory_of_a_launch_does_not_grow_with_people() -> None:
    people, kilobytes = 8 * BATCH_SIZE, 4
    draft = a_draft_for(people, context={"note": "x" * 1024 * kilobytes})

    tracemalloc.start()
    launched(draft)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert Message.objects.count() == people
    assert peak < people * kilobytes * 1024 / 2


def test_bulk_insert_writes_every_column() -> None:
    a_launched(numbers="35988001234")
    row = Message.objects.get()
    expected = Message(
        pk=row.pk,
        campaign=row.campaign,
        integration=row.integration,
        phone="+5535988001234",
        phone_key="+5535988001234",
        status=MessageStatus.QUEUED,
        payload=row.payload,
        external_id=row.external_id,
        due_at=row.created_at,
        created_at=row.created_at,
        status_changed_at=row.created_at,
    )

    columns = [column.attname for column in Message._meta.concrete_fields]

    assert {name: getattr(row, name) for name in columns} == {
        name: getattr(expected, name) for name in columns
    }


def test_failed_launch_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = a_draft_for(3)
    monkeypatch.setattr(secrets, "token_bytes", bytes)  # all ids are the same, which the database refuses

    with pytest.raises(PlanChanged):
        launched(draft)

    assert not Message.objects.exists()
    draft.refresh_from_db()
    assert draft.is_draft


def test_letters_of_external_ids_are_equally_likely() -> None:
    written = "".join(new_external_id("") for _ in range(2000))

    assert set(written) == set("0123456789abcdefghjkmnpqrstvwxyz")
    assert max(written.count(letter) for letter in set(written)) < 1.3 * len(written) / 32


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(name=names, context=st.dictionaries(odd, odd, max_size=2))
def test_payload_is_the_text_that_json_writes(name: str, context: dict[str, str]) -> None:
    template = a_template(template_id=f"t-{a_recipient().pk}", body="{{a}}{{b}}")
    template.adopt_placeholders()
    person = a_recipient(name=f"A{name}")
    draft = Campaign(
        kind=CampaignKind.TEMPLATE, template=template, integration=an_integration(), numbers=person.phone
    )
    draft.fields, draft.context = {"a": "{{name}}, {{name}}!", "b": 'ção "1"'}, {}
    draft.context = {f"k{key}": value for key, value in context.items()}
    draft.save()

    launched(draft)

    row = draft.messages.get()
    body = {
        "destination": person.phone.removeprefix("+55"),
        "templateId": template.template_id,
        "fields": {"a": f"A{name}, A{name}!", "b": 'ção "1"'},
    }
    body |= {"context": draft.context} if draft.context else {}
    body |= {"externalId": row.external_id}
    assert row.payload == json.dumps(body, ensure_ascii=False, separators=(",", ":"))
