"""The service window on the review: who is left out, and the reason to send anyway."""

from __future__ import annotations

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from outbound.lifecycle import CampaignKind, CampaignStatus, WindowPolicy
from outbound.models import Campaign
from outbound.sending.control.resend import reuse
from tests.builders import a_campaign, a_conversation, an_integration, an_operator
from tests.sending.steps import some_numbers

pytestmark = pytest.mark.django_db

# The drafts of these tests have no author.
MAY = (
    "outbound.add_campaign",
    "outbound.launch_campaign",
    "outbound.view_campaign",
    "outbound.change_others_drafts",
)
CONTENT = {"type": "location", "latitude": 1, "longitude": 2}


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(an_operator(*MAY, username="ana"))
    client.cookies["django_language"] = "en"
    return client


def a_draft(policy: WindowPolicy = WindowPolicy.ASK, **values: object) -> Campaign:
    integration = an_integration(window_policy=policy)
    return a_campaign(
        kind=CampaignKind.NOTIFICATION,
        integration=integration,
        content=CONTENT,
        numbers="35988001234",
        **values,
    )


def review(client: Client, draft: Campaign) -> str:
    return client.get(reverse("admin:outbound_campaign_review", args=[draft.pk])).content.decode()


def answer(client: Client, draft: Campaign, **posted: str) -> str:
    address = reverse("admin:outbound_campaign_window", args=[draft.pk])
    client.post(address, posted)
    draft.refresh_from_db()
    return draft.window_reason


def test_review_counts_people_outside_and_asks_for_a_reason(operator: Client) -> None:
    found = review(operator, a_draft())

    assert "1 person is left out" in found
    assert 'name="reason"' in found


def test_refusing_policy_asks_for_no_reason(operator: Client) -> None:
    found = review(operator, a_draft(WindowPolicy.REFUSE))

    assert "leaves them out" in found
    assert 'name="reason"' not in found


def test_reason_is_saved_and_logged(operator: Client) -> None:
    draft = a_draft()

    kept = answer(operator, draft, reason="  She called us.  ")

    assert kept == "She called us."
    assert "“She called us.”" in review(operator, draft)
    entry = LogEntry.objects.get(additional_data__text="Sent to people without an open window, for a reason")
    assert entry.actor.username == "ana"


def test_reason_can_be_removed(operator: Client) -> None:
    draft = a_draft(window_reason="She called us.")

    assert answer(operator, draft, take_back="1") == ""
    assert "1 person is left out" in review(operator, draft)


@pytest.mark.parametrize("reason", ["", "   ", "\u200b", "x" * 301, "nul\x00"])
def test_invalid_reason_changes_nothing(operator: Client, reason: str) -> None:
    assert answer(operator, a_draft(), reason=reason) == ""


def test_sent_campaign_keeps_its_reason(operator: Client) -> None:
    draft = a_draft(status=CampaignStatus.RUNNING, window_reason="old")

    assert answer(operator, draft, reason="new") == "old"


def test_get_changes_nothing(operator: Client) -> None:
    draft = a_draft()

    operator.get(reverse("admin:outbound_campaign_window", args=[draft.pk]), {"reason": "why"})

    draft.refresh_from_db()
    assert draft.window_reason == ""


def test_reason_needs_permission_to_send(client: Client) -> None:
    client.force_login(an_operator("outbound.add_campaign"))
    draft = a_draft()

    response = client.post(reverse("admin:outbound_campaign_window", args=[draft.pk]), {"reason": "why"})

    assert response.status_code == 403
    assert not Campaign.objects.exclude(window_reason="").exists()


@pytest.mark.parametrize("policy", [WindowPolicy.REFUSE, WindowPolicy.ALLOW])
def test_policy_without_reasons_saves_none(operator: Client, policy: WindowPolicy) -> None:
    assert answer(operator, a_draft(policy), reason="They called us.") == ""


def test_overridden_reason_is_not_shown(operator: Client) -> None:
    draft = a_draft(WindowPolicy.REFUSE, window_reason="They called us.")
    a_conversation(integration=draft.integration)

    found = review(operator, draft)

    assert "It also goes to people" not in found
    assert answer(operator, draft, take_back="1") == ""


def test_copy_has_no_reason() -> None:
    draft = a_draft(window_reason="They called us.", status=CampaignStatus.RUNNING)

    assert reuse(draft, by=None).window_reason == ""


def test_queries_of_the_review_do_not_grow_with_people(operator: Client) -> None:
    def asked(people: int) -> int:
        draft = a_draft()
        Campaign.objects.filter(pk=draft.pk).update(numbers="\n".join(some_numbers(people)))
        with CaptureQueriesContext(connection) as queries:
            review(operator, draft)
        return len(queries)

    few = asked(2)

    assert asked(25) == few <= 10
