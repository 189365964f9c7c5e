"""A message that a person sends opens the service window, and a keyword opts the person out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from outbound.audit import Verb
from outbound.lifecycle import EventState, MessageStatus, Reason
from outbound.models import Conversation, Integration, Message, Recipient
from outbound.tracking.reading import sender_of
from tests.builders import a_recipient, an_integration
from tests.sending.steps import a_launched, claimed
from tests.tracking.events import an_answer, arrived, process_all, processed

pytestmark = pytest.mark.django_db
KEY = "+5535988001234"
WIRE = "5535988001234"


@pytest.fixture
def integration() -> Integration:
    return an_integration()


def wrote_at(at: datetime, text: str = "Oi", sender: str = WIRE) -> dict[str, Any]:
    return an_answer(sender, text, timestamp=at.isoformat())


def last_wrote(integration: Integration) -> datetime | None:
    return Conversation.objects.get(integration=integration).last_inbound_at


@pytest.mark.parametrize("sender", [WIRE, f"+{WIRE}", "553588001234", "35988001234", "+55 35 98800-1234"])
def test_spellings_of_a_number_are_one_person(integration: Integration, sender: str) -> None:
    processed(integration, an_answer(sender, "Oi"))

    assert Conversation.objects.get().phone_key == KEY


@pytest.mark.parametrize("sender", ["51987654321", "4741234567", "34912345678", "14155552671", "3588001234"])
def test_foreign_number_is_not_read_as_brazilian(sender: str) -> None:
    phone = sender_of(sender)

    assert phone is not None
    assert phone.key == f"+{sender}"


@pytest.mark.parametrize("sender", ["", "whatsapp:me", "123", "x" * 40, "0" * 30])
def test_invalid_number_is_nobody(sender: str) -> None:
    assert sender_of(sender) is None


def test_unreadable_sender_makes_an_orphan_with_a_note(integration: Integration) -> None:
    (event,) = processed(integration, an_answer("somebody", "SAIR"))

    assert (event.state, event.note) == (EventState.ORPHAN, "number_unreadable")
    assert not Conversation.objects.exists()
    assert not Recipient.objects.exists()


def test_message_opens_the_window_of_its_integration_only(integration: Integration) -> None:
    an_integration()

    processed(integration, an_answer(WIRE, "Oi"))

    assert [row.integration for row in Conversation.objects.all()] == [integration]


def test_integrations_have_separate_windows(integration: Integration) -> None:
    other, now = an_integration(), timezone.now()
    processed(integration, wrote_at(now - timedelta(hours=5)))

    processed(other, wrote_at(now - timedelta(hours=2)))

    assert last_wrote(integration) == now - timedelta(hours=5)
    assert last_wrote(other) == now - timedelta(hours=2)


@pytest.mark.parametrize("hours", [(1, 3), (3, 1)])
@pytest.mark.parametrize("together", [True, False])
def test_latest_message_counts_in_any_order(
    integration: Integration, hours: tuple[int, int], together: bool
) -> None:
    now = timezone.now()
    bodies = [wrote_at(now - timedelta(hours=ago)) for ago in hours]

    for page in [bodies] if together else [[body] for body in bodies]:
        processed(integration, *page)

    assert last_wrote(integration) == now - timedelta(hours=1)


def test_future_time_counts_as_time_of_arrival(integration: Integration) -> None:
    now = timezone.now()
    arrived(integration, wrote_at(now + timedelta(days=3)), now)

    process_all()

    assert last_wrote(integration) == now


def test_missing_time_counts_as_time_of_arrival(integration: Integration) -> None:
    now = timezone.now()
    arrived(integration, an_answer(WIRE, "Oi"), now)

    process_all()

    assert last_wrote(integration) == now


def test_message_keeps_a_declared_window(integration: Integration) -> None:
    until = timezone.now() + timedelta(hours=3)
    Conversation.objects.create(
        integration=integration, phone_key=KEY, declared_until=until, declared_reason="She called"
    )

    processed(integration, an_answer(WIRE, "Oi"))

    conversation = Conversation.objects.get()
    assert (conversation.declared_until, conversation.declared_reason) == (until, "She called")
    assert conversation.last_inbound_at is not None


def test_keyword_opts_a_recipient_out_and_is_logged(integration: Integration) -> None:
    recipient = a_recipient(phone=KEY)

    processed(integration, an_answer(WIRE, " Sair! "))

    recipient.refresh_from_db()
    assert (recipient.opted_out_at is not None, recipient.opt_out_reason) == (True, "“Sair!”")
    entry = LogEntry.objects.get(additional_data__text=Verb.OPTED_OUT_BY_WORD)
    assert (entry.object_pk, entry.actor) == (str(recipient.pk), None)


def test_unknown_person_is_saved_as_opted_out(integration: Integration) -> None:
    body = an_answer(WIRE, "SAIR")
    body["message"]["visitor"] = {"name": "Maria"}

    processed(integration, body)

    recipient = Recipient.objects.get()
    assert (recipient.phone, recipient.name, recipient.opt_out_reason) == (KEY, "Maria", "“SAIR”")
    assert recipient.opted_out_at is not None


@pytest.mark.parametrize("sender", [WIRE, "553588001234"])
def test_all_recipients_with_the_number_are_opted_out(integration: Integration, sender: str) -> None:
    a_recipient(phone="+5535988001234")
    a_recipient(phone="+553588001234")

    processed(integration, an_answer(sender, "SAIR"))

    assert Recipient.objects.opted_out().count() == Recipient.objects.count() == 2


@pytest.mark.parametrize("text", ["NÃO", "Quero sair", "", "Oi"])
def test_ordinary_message_opts_nobody_out(integration: Integration, text: str) -> None:
    a_recipient(phone=KEY)

    processed(integration, an_answer(WIRE, text))

    assert not Recipient.objects.opted_out().exists()


def test_second_keyword_keeps_the_first_opt_out(integration: Integration) -> None:
    first = timezone.now() - timedelta(days=9)
    recipient = a_recipient(phone=KEY, opted_out_at=first, opt_out_reason="Asked on the phone")

    processed(integration, an_answer(WIRE, "SAIR"))

    recipient.refresh_from_db()
    assert (recipient.opted_out_at, recipient.opt_out_reason) == (first, "Asked on the phone")


def test_new_keyword_after_an_undone_opt_out_opts_out_again(integration: Integration) -> None:
    recipient = a_recipient(phone=KEY)
    processed(integration, an_answer(WIRE, "SAIR"))
    recipient.set_opted_out(None)

    processed(integration, an_answer(WIRE, "PARAR"))

    recipient.refresh_from_db()
    assert (recipient.opted_out_at is not None, recipient.opt_out_reason) == (True, "“PARAR”")


@pytest.mark.parametrize("change", [{}, {"retry": 2}], ids=["exact", "by its event id"])
def test_copy_of_the_old_keyword_does_not_opt_out_again(
    integration: Integration, change: dict[str, int]
) -> None:
    recipient, body = a_recipient(phone=KEY), an_answer(WIRE, "SAIR")
    processed(integration, body)
    recipient.refresh_from_db()
    recipient.set_opted_out(None)

    processed(integration, body | change)

    recipient.refresh_from_db()
    assert recipient.opted_out_at is None


@pytest.mark.parametrize("without_ninth_digit", [False, True])
def test_queued_message_of_an_opted_out_person_is_skipped(
    integration: Integration, without_ninth_digit: bool
) -> None:
    a_launched(integration=integration, numbers="35 98800-1234\n35 98800-9999")
    processed(integration, an_answer("553588001234" if without_ninth_digit else WIRE, "SAIR"))

    (one,) = claimed()

    assert Message.objects.get(pk=one.message_id).phone == "+5535988009999"
    skipped = Message.objects.get(phone=KEY)
    assert (skipped.status, skipped.reason) == (MessageStatus.SKIPPED, Reason.OPTED_OUT)
    assert not skipped.attempts.exists()
