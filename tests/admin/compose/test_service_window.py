"""The window on the review page: who is left out, and a person's reason to send all the same."""

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

# The drafts of these tests are nobody's.
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


def test_the_review_says_who_is_left_out_and_asks_for_a_reason(operator: Client) -> None:
    found = review(operator, a_draft())

    assert "1 person is left out" in found
    assert 'name="reason"' in found


def test_where_the_integration_refuses_there_is_nothing_to_ask(operator: Client) -> None:
    found = review(operator, a_draft(WindowPolicy.REFUSE))

    assert "leaves them out" in found
    assert 'name="reason"' not in found


def test_a_reason_lets_them_go_and_is_written_down(operator: Client) -> None:
    draft = a_draft()

    kept = answer(operator, draft, reason="  She called us.  ")

    assert kept == "She called us."
    assert "“She called us.”" in review(operator, draft)
    entry = LogEntry.objects.get(additional_data__text="Sent to people without an open window, for a reason")
    assert entry.actor.username == "ana"


def test_a_reason_can_be_taken_back(operator: Client) -> None:
    draft = a_draft(window_reason="She called us.")

    assert answer(operator, draft, take_back="1") == ""
    assert "1 person is left out" in review(operator, draft)


@pytest.mark.parametrize("reason", ["", "   ", "\u200b", "x" * 301, "nul\x00"])
def test_a_reason_that_is_none_changes_nothing(operator: Client, reason: str) -> None:
    assert answer(operator, a_draft(), reason=reason) == ""


def test_what_was_sent_keeps_its_reason(operator: Client) -> None:
    draft = a_draft(status=CampaignStatus.RUNNING, window_reason="old")

    assert answer(operator, draft, reason="new") == "old"


def test_nothing_changes_by_looking(operator: Client) -> None:
    draft = a_draft()

    operator.get(reverse("admin:outbound_campaign_window", args=[draft.pk]), {"reason": "why"})

    draft.refresh_from_db()
    assert draft.window_reason == ""


def test_whoever_may_not_send_gives_no_reason(client: Client) -> None:
    client.force_login(an_operator("outbound.add_campaign"))
    draft = a_draft()

    response = client.post(reverse("admin:outbound_campaign_window", args=[draft.pk]), {"reason": "why"})

    assert response.status_code == 403
    assert not Campaign.objects.exclude(window_reason="").exists()


@pytest.mark.parametrize("policy", [WindowPolicy.REFUSE, WindowPolicy.ALLOW])
def test_where_the_rule_decides_alone_no_reason_is_kept(operator: Client, policy: WindowPolicy) -> None:
    assert answer(operator, a_draft(policy), reason="They called us.") == ""


def test_a_reason_that_the_rule_overrides_is_not_said_to_hold(operator: Client) -> None:
    draft = a_draft(WindowPolicy.REFUSE, window_reason="They called us.")
    a_conversation(integration=draft.integration)

    found = review(operator, draft)

    assert "It also goes to people" not in found
    assert answer(operator, draft, take_back="1") == ""


def test_a_copy_of_the_send_needs_a_reason_of_its_own() -> None:
    draft = a_draft(window_reason="They called us.", status=CampaignStatus.RUNNING)

    assert reuse(draft, by=None).window_reason == ""


def test_the_review_asks_as_much_for_many_as_for_few(operator: Client) -> None:
    def asked(people: int) -> int:
        draft = a_draft()
        Campaign.objects.filter(pk=draft.pk).update(numbers="\n".join(some_numbers(people)))
        with CaptureQueriesContext(connection) as queries:
            review(operator, draft)
        return len(queries)

    few = asked(2)

    assert asked(25) == few <= 10
