"""The schedule of a send: saved, checked by the plan, shown in the review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from outbound.models import Campaign
from outbound.sending.limits import canary
from tests.builders import a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}
COMPOSE = "/admin/outbound/campaign/compose/"
NOW = "2026-11-25T12:00:00-03:00"
LARGE = canary.MIN_RECIPIENTS + 1


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def composer(client: Client) -> Client:
    client.force_login(an_operator("outbound.add_campaign", "outbound.launch_campaign"))
    return client


def post(composer: Client, action: str = "save", **values: Any) -> HttpResponse:
    template = a_template(body="Hello.")
    form = {
        "kind": "template",
        "draft_key": "6d1f7c3e-9f0a-4c57-8d8e-2f3b1a4c5d6e",
        "integration": an_integration().pk,
        "template_message": f'{{"type": "{template.pk}", "fields": {{}}}}',
        "numbers": "35988001234",
        "action": action,
    }
    return composer.post(COMPOSE, form | values, headers=ENGLISH)


def review(composer: Client, people: int = 1, **values: Any) -> str:
    """Save a draft and return its review in English, with plain spaces."""
    integration = an_integration(**values.pop("limits", {}))
    numbers = "\n".join(f"+551190001{number:04}" for number in range(people))
    post(composer, **({"integration": integration.pk, "numbers": numbers} | values))
    address = reverse("admin:outbound_campaign_review", args=[Campaign.objects.get().pk])
    page = composer.get(address, headers=ENGLISH)
    assert page.status_code == 200
    return page.content.decode().replace("\xa0", " ")


def test_times_are_local_and_saved(composer: Client) -> None:
    post(composer, starts_at="2026-11-26T08:00", not_after="2026-11-26T18:30")

    draft = Campaign.objects.get()
    assert draft.starts_at == parse_datetime("2026-11-26T08:00:00-03:00")
    assert draft.not_after == parse_datetime("2026-11-26T18:30:00-03:00")


def test_saved_times_are_shown_again(composer: Client) -> None:
    post(composer, starts_at="2026-11-26T08:00", first_wave="on")

    page = composer.get(reverse("admin:outbound_campaign_edit", args=[Campaign.objects.get().pk]))

    form = page.context["form"]
    assert 'type="datetime-local"' in str(form["starts_at"])
    assert 'value="2026-11-26T08:00"' in str(form["starts_at"])
    assert form["first_wave"].value() is True


def test_time_zone_is_named(composer: Client) -> None:
    assert (
        "Times are those of America/Sao_Paulo (-03)."
        in composer.get(COMPOSE, headers=ENGLISH).content.decode()
    )


def test_first_wave_is_on_by_default(composer: Client) -> None:
    fresh = composer.get(COMPOSE).context["form"]
    post(composer)

    assert fresh["first_wave"].value() is True
    assert Campaign.objects.get().first_wave is False


@pytest.mark.parametrize(
    "typed",
    ["tomorrow", "2026-13-01T08:00", "0001-01-01T00:00", "9999-12-31T23:59"],
)
def test_invalid_time_is_refused_at_its_field(composer: Client, typed: str) -> None:
    page = post(composer, starts_at=typed)

    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {"starts_at"}
    assert not Campaign.objects.exists()


def test_past_time_is_refused_at_its_field(composer: Client) -> None:
    page = post(composer, "review", not_after=f"{timezone.localtime() - timedelta(hours=1):%Y-%m-%dT%H:%M}")

    assert page.context["form"].errors.keys() == {"not_after"}


def test_review_shows_default_schedule(composer: Client) -> None:
    page = review(composer)

    assert "<dt>Starts</dt><dd>At once</dd>" in page
    assert "<dt>Not after</dt><dd>26 Nov 2026 12:00 -03</dd>" in page
    assert "<dt>Takes</dt>" not in page


def test_review_shows_chosen_schedule(composer: Client) -> None:
    page = review(composer, starts_at="2026-11-26T08:00", not_after="2026-11-26T18:30")

    assert "<dt>Starts</dt><dd>26 Nov 2026 08:00 -03</dd>" in page
    assert "<dt>Not after</dt><dd>26 Nov 2026 18:30 -03</dd>" in page


def test_review_shows_estimated_duration(composer: Client) -> None:
    page = review(composer, people=120, limits={"per_second": 1})

    assert "About 2 minutes, until 25 Nov 2026 12:02 -03" in page


def test_review_shows_when_the_hours_begin(composer: Client) -> None:
    page = review(composer, limits={"opens_at": "13:30", "closes_at": "18:00"})

    assert "25 Nov 2026 13:30 -03, when the integration may send again" in page


def test_review_warns_of_late_messages(composer: Client) -> None:
    page = review(composer, people=120, limits={"per_day": 50}, not_after="2026-11-25T20:00")

    assert "about 70 of 120 messages do not go out in time" in page


@pytest.mark.parametrize(
    ("people", "first_wave", "told"),
    [
        (canary.MIN_RECIPIENTS + 1, "on", True),
        (canary.MIN_RECIPIENTS, "on", False),
        (canary.MIN_RECIPIENTS + 1, "", False),
    ],
)
def test_review_shows_first_wave(composer: Client, people: int, first_wave: str, told: bool) -> None:
    page = review(composer, people=people, first_wave=first_wave)

    assert ("<dt>Goes first</dt><dd>5 people" in page) is told
