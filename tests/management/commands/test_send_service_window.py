"""`manage.py send`: the service window, and a reason to send outside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outbound.lifecycle import WindowPolicy
from outbound.models import Campaign, Message
from tests.builders import a_conversation, an_integration
from tests.management.commands.test_send import NUMBER, refused, send

pytestmark = pytest.mark.django_db

REASON = ("--window-reason", " They wrote by mail. ")


@pytest.fixture
def content(tmp_path: Path) -> tuple[str, str]:
    path = tmp_path / "location.json"
    path.write_text(json.dumps({"type": "location", "latitude": 0, "longitude": 0}))
    return "--content", str(path)


def registered(policy: str = WindowPolicy.ASK) -> None:
    """Create the integration; one of two people wrote to it today."""
    integration = an_integration(slug="acme", remote_id="1", window_policy=policy)
    a_conversation(integration=integration, phone_key="+5511988887777")


def test_person_outside_the_service_window_is_skipped(content: tuple[str, str]) -> None:
    registered()

    report = send(*content, to=f"{NUMBER},11988887777")

    assert report["planned"] == 1
    assert report["skipped"] == [{"number": "+5535988001234", "reason": "window_closed", "detail": ""}]
    assert report["warnings"] == []


def test_reason_sends_outside_the_service_window_and_warns(content: tuple[str, str]) -> None:
    registered()

    report = send(*content, *REASON, to=f"{NUMBER},11988887777")

    assert (report["planned"], report["skipped"], len(report["warnings"])) == (2, [], 1)
    assert Campaign.objects.get().window_reason == "They wrote by mail."


def test_dry_run_with_a_reason_saves_nothing(content: tuple[str, str]) -> None:
    registered()

    assert send(*content, *REASON, "--dry-run")["planned"] == 1
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("policy", "options", "path"),
    [
        (WindowPolicy.ASK, (), "recipients: "),
        (WindowPolicy.REFUSE, (), "recipients: "),
        (WindowPolicy.REFUSE, REASON, "window_reason: "),
    ],
)
def test_nothing_is_saved_where_everybody_is_outside_the_service_window(
    content: tuple[str, str], policy: str, options: tuple[str, ...], path: str
) -> None:
    registered(policy)

    (line,) = refused(*content, *options)

    assert line.startswith(path)


def test_reason_without_effect_is_not_saved(content: tuple[str, str]) -> None:
    registered(WindowPolicy.ALLOW)

    send(*content, *REASON)

    assert Campaign.objects.get().window_reason == ""


@pytest.mark.parametrize("reason", ["x" * 301, "a\udcff"])
def test_invalid_reason_is_reported_at_its_path(content: tuple[str, str], reason: str) -> None:
    registered()

    assert "window_reason" in {line.split(": ")[0] for line in refused(*content, "--window-reason", reason)}
