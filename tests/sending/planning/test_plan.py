"""The plan of a draft: bodies, reasons of skipped people, warnings and problems."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from outbound.lifecycle import CampaignKind, Reason
from outbound.models import Campaign
from outbound.phones import NumberFormat
from outbound.sending.planning.plan import Plan, plan
from tests.builders import a_campaign, a_recipient, a_template, an_integration

pytestmark = pytest.mark.django_db

LOCATION = {"type": "location", "latitude": 0, "longitude": 0}
MARIA = "+5535988001234"


def a_draft(**values: Any) -> Campaign:
    """Build a complete template draft for one pasted number."""
    defaults = {"integration": an_integration(), "numbers": "35988001234", "fields": {"name": "Ana"}}
    if values.get("kind") != CampaignKind.NOTIFICATION and "template" not in values:
        template = a_template(template_id="t-1")
        template.adopt_placeholders()
        defaults["template"] = template
    return a_campaign(**(defaults | values))


def a_notification(**values: Any) -> Campaign:
    defaults = {"kind": CampaignKind.NOTIFICATION, "content": LOCATION, "fields": {}}
    return a_draft(**(defaults | values))


def codes(campaign: Campaign) -> dict[str, list[str | None]]:
    with pytest.raises(ValidationError) as raised:
        plan(campaign)
    return {path: [error.code for error in errors] for path, errors in raised.value.error_dict.items()}


def warnings(planned: Plan) -> list[str | None]:
    return [warning.code for warning in planned.warnings]


def test_template_body_has_each_persons_values() -> None:
    draft = a_draft(numbers="11988887777, 35988001234", fields={"name": "{{name}}"})
    a_recipient(phone="+5511988887777", name="Bia")
    a_recipient(phone=MARIA, name="Maria")

    planned = plan(draft)

    assert [one.body for one in planned.going] == [
        {"destination": "11988887777", "templateId": "t-1", "fields": {"name": "Bia"}},
        {"destination": "35988001234", "templateId": "t-1", "fields": {"name": "Maria"}},
    ]


def test_rich_notification_is_the_same_for_everybody_and_warns_of_the_service_window() -> None:
    planned = plan(a_notification())

    assert [one.body for one in planned.going] == [{"destination": "35988001234", "contents": [LOCATION]}]
    assert warnings(planned) == ["session_window_unknown"]


def test_options_are_in_the_body() -> None:
    draft = a_notification(context={"origin": "console"}, restart_contact=True, inactivity_minutes=0)

    (one,) = plan(draft).going

    assert one.body == {
        "destination": "35988001234",
        "contents": [LOCATION],
        "context": {"origin": "console"},
        "restartContact": True,
        "inactivityTime": 0,
    }


@pytest.mark.parametrize("saved", [MARIA, "+553588001234"])
@pytest.mark.parametrize("typed", ["35988001234", "3588001234"])
def test_opt_out_skips_both_spellings(saved: str, typed: str) -> None:
    a_recipient(phone=saved, opted_out_at=timezone.now())

    (one,) = plan(a_draft(numbers=typed)).messages

    assert (one.body, one.reason) == (None, Reason.OPTED_OUT)


def test_missing_value_skips_the_person_and_is_named() -> None:
    a_recipient(phone=MARIA, attributes={})

    (one,) = plan(a_draft(fields={"name": "of {{city}}"})).messages

    assert (one.body, one.reason, one.detail) == (None, Reason.VALUE_MISSING, "city")


@pytest.mark.parametrize(
    ("number_format", "reason"),
    [(NumberFormat.NATIONAL, Reason.NUMBER_FORMAT), (NumberFormat.INTERNATIONAL, None)],
)
def test_foreign_number_needs_the_international_format(number_format: str, reason: Reason | None) -> None:
    draft = a_draft(integration=an_integration(number_format=number_format), numbers="+351 912345678")

    (one,) = plan(draft).messages

    assert one.reason == reason


def test_repeated_numbers_are_planned_once_and_listed() -> None:
    planned = plan(a_draft(numbers="3588001234\n35988001234\n35988001234"))

    assert len(planned.messages) == 1
    assert planned.duplicates == ["35988001234", "35988001234"]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("35988001234", []),
        ("553532215555", ["destination_not_mobile"]),
        ("3588001234", ["destination_lacks_ninth_digit"]),
        ("3588001234, 3532215555", ["destination_not_mobile", "destination_lacks_ninth_digit"]),
    ],
)
def test_unlikely_numbers_are_warned_about(numbers: str, expected: list[str]) -> None:
    assert warnings(plan(a_draft(numbers=numbers))) == expected


def test_skipped_people_are_not_warned_about() -> None:
    a_recipient(phone="+553532215555", opted_out_at=timezone.now())

    assert warnings(plan(a_draft(numbers="3532215555"))) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"integration": None}, {"integration": ["integration_required"]}),
        ({"template": None}, {"template": ["template_required"]}),
        ({"content": LOCATION}, {"content": ["template_and_contents"]}),
        ({"fields": {}}, {"fields.name": ["field_missing"]}),
        ({"fields": {"name": "A", "x": "B"}}, {"fields.x": ["field_unknown"]}),
        ({"numbers": ""}, {"recipients": ["destination_required"]}),
        ({"numbers": "1, 35988001234"}, {"numbers.0": ["destination_invalid"]}),
        ({"inactivity_minutes": 43_201}, {"inactivity_minutes": ["inactivity_invalid"]}),
        ({"external_id_prefix": "a b"}, {"external_id_prefix": ["prefix_invalid"]}),
        ({"context": []}, {"context": ["context_invalid"]}),
        ({"context": {"a": 1}}, {"context.a": ["text_required"]}),
        ({"context": {"a": {"b": {}}}}, {"context.a": ["text_required"]}),
        ({"context": {" ": "x"}}, {"context. ": ["context_invalid"]}),
        ({"context": {"a": "x\x00"}}, {"context.a": ["field_bad_characters"]}),
        ({"context": {"a\ud800": "x"}}, {"context.a\ud800": ["field_bad_characters"]}),
        ({"context": {"a": "x" * 8192}}, {"context": ["context_too_large"]}),
    ],
)
def test_problem_is_reported_at_its_path(values: dict[str, Any], expected: dict[str, list[str]]) -> None:
    draft = a_draft()
    for name, value in values.items():
        setattr(draft, name, value)  # not saved, since not every database stores it

    assert codes(draft) == expected


def test_too_long_text_skips_the_person() -> None:
    draft = a_draft(fields={"name": "x" * 1020})

    (one,) = plan(draft).messages

    assert (one.body, one.reason) == (None, Reason.TEXT_TOO_LONG)


def test_text_of_exactly_the_limit_is_sent() -> None:
    draft = a_draft(fields={"name": "x" * (1024 - len("Hello ."))})

    assert plan(draft).going


def test_context_of_exactly_the_limit_is_sent() -> None:
    context = {"a": "x" * (8192 - len('{"a": ""}'))}

    assert plan(a_draft(context=context)).going


@pytest.mark.parametrize("minutes", [None, 0, 43_200])
def test_inactivity_is_at_most_thirty_days(minutes: int | None) -> None:
    assert plan(a_draft(inactivity_minutes=minutes)).going


def test_notification_with_a_template_is_refused() -> None:
    assert codes(a_notification(template=a_template())) == {"template": ["template_and_contents"]}


def test_archived_template_is_refused() -> None:
    draft = a_draft(template=a_template(body="Hello", archived_at=timezone.now()), fields={})

    assert codes(draft) == {"template": ["template_archived"]}


def test_integration_without_token_is_refused() -> None:
    assert codes(a_draft(integration=an_integration(token=""))) == {"integration": ["token_required"]}


def test_all_problems_are_reported_at_once() -> None:
    found = codes(a_notification(integration=None, content={"type": "file"}, numbers="1"))

    assert set(found) == {"integration", "content.fileUrl", "numbers.0"}


def test_digest_changes_with_a_body() -> None:
    draft = a_draft()
    before = plan(draft).digest

    draft.fields = {"name": "Bia"}

    assert plan(draft).digest != before


def test_same_plan_has_the_same_digest() -> None:
    draft = a_draft()

    assert plan(draft).digest == plan(draft).digest
