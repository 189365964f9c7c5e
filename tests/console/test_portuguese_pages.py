"""A Brazilian browser gets pages without English sentences."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbound.lifecycle import AttemptOutcome, CampaignStatus, IntegrationStatus, MessageStatus, Reason
from outbound.models import Attempt
from tests.builders import a_campaign, a_message, a_recipient, a_template, an_integration
from tests.console.po_files import PLACEHOLDER, read_po

pytestmark = pytest.mark.django_db

CATALOGUE = Path(settings.BASE_DIR) / "console" / "locale" / "pt_BR" / "LC_MESSAGES" / "django.po"
# Shorter ones are parts of names, addresses and Portuguese words.
SHORTEST = 13
# How the composer's descriptions, which are JSON, write what is not ASCII.
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")

LISTS = [
    "/admin/",
    "/admin/outbound/campaign/compose/",
    "/admin/outbound/campaign/",
    "/admin/outbound/message/",
    "/admin/outbound/message/doubts/",
    "/admin/outbound/message/doubts/again/",
    "/admin/outbound/integration/",
    "/admin/outbound/integration/add/",
    "/admin/outbound/template/",
    "/admin/outbound/template/add/",
    "/admin/outbound/recipient/",
    "/admin/outbound/recipient/add/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/auth/group/",
    "/admin/auth/group/add/",
    "/admin/auditlog/logentry/",
]
RECORDS = [
    "campaign_change",
    "campaign_review",
    "campaign_discard",
    "campaign_pause",
    "campaign_cancel",
    "message_change",
    "integration_change",
    "integration_pause",
    "integration_cancel_waiting",
    "integration_token",
    "template_change",
    "template_archive",
    "recipient_change",
    "recipient_opt_out",
]


@pytest.fixture
def superuser(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("chefe"))
    return client


def english() -> set[str]:
    """The English of our catalogue as it stands on a page: what lies between the placeholders."""
    parts = {
        part.strip()
        for entry in read_po(CATALOGUE)
        for text in (entry.msgid, entry.plural)
        if not {entry.msgid, entry.plural} & set(entry.texts)
        for part in PLACEHOLDER.split(text)
    }
    return {part for part in parts if len(part) >= SHORTEST}


def english_on(client: Client, address: str, language: str = "pt-BR") -> list[str]:
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200
    page = ESCAPED.sub(lambda found: chr(int(found[1], 16)), unescape(response.content.decode()))
    return sorted(text for text in english() if text in page)


def records() -> dict[str, int]:
    """One record of each kind, each with something to tell, and a draft that is ready for its review."""
    integration = an_integration(status=IntegrationStatus.ACTIVE)
    template = a_template(body="Pedido pronto.")
    draft = a_campaign(integration=integration, template=template)
    draft.recipients.add(a_recipient(), a_recipient(opted_out_at=timezone.now()))
    sent = a_campaign(integration=integration, template=template, status=CampaignStatus.RUNNING)
    a_message(campaign=sent, integration=integration, status=MessageStatus.UNCONFIRMED)
    a_message(campaign=sent, integration=integration)
    message = a_message(
        campaign=sent, integration=integration, status=MessageStatus.REFUSED, reason=Reason.REJECTED
    )
    Attempt.objects.create(
        message=message,
        number=1,
        external_id="e-1",
        outcome=AttemptOutcome.REFUSED,
        reason=Reason.REJECTED,
        opened_at=timezone.now(),
        latency_ms=12,
    )
    return {
        "campaign_change": sent.pk,
        "campaign_pause": sent.pk,
        "campaign_cancel": sent.pk,
        "campaign": draft.pk,
        "message": message.pk,
        "integration": integration.pk,
        "template": template.pk,
        "recipient": a_recipient().pk,
    }


@pytest.mark.parametrize("address", LISTS)
def test_empty_console_shows_no_english(superuser: Client, address: str) -> None:
    left_in_english = english_on(superuser, address)

    assert left_in_english == []


@pytest.mark.parametrize("address", LISTS)
def test_console_in_use_shows_no_english(superuser: Client, address: str) -> None:
    records()

    left_in_english = english_on(superuser, address)

    assert left_in_english == []


@pytest.mark.parametrize("page", RECORDS)
def test_record_pages_show_no_english(superuser: Client, page: str) -> None:
    known = records()
    pk = known.get(page) or known[page.partition("_")[0]]

    left_in_english = english_on(superuser, reverse(f"admin:outbound_{page}", args=[pk]))

    assert left_in_english == []


@pytest.mark.parametrize("address", ["/admin/", "/admin/outbound/campaign/compose/"])
def test_english_browser_gets_the_english_sentences(superuser: Client, address: str) -> None:
    in_english = english_on(superuser, address, language="en")

    assert len(in_english) > 3
