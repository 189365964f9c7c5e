"""Every form and address answers absurdly long lists, with few forms made and few queries.

The work is counted in forms and queries, and never timed.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.forms import BaseForm
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from outbound.admin.recipients import attributes_field
from outbound.contents.bounds import MAX_RANGES, MAX_TEMPLATE_FIELDS
from outbound.models import Integration, Template
from outbound.models.integration import DEFAULT_WEBHOOK_RANGES
from outbound.models.validators import validate_ranges
from tests.builders import a_campaign, a_recipient, a_template, an_integration, an_operator
from tests.security.pages import every_page
from tests.tracking.events import a_sent_message, a_status, processed

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}
MOST_FORMS, MOST_QUESTIONS = MAX_TEMPLATE_FIELDS + 20, 60
ANSWERS = (200, 302, 400, 403, 404, 405, 413)
HUGE = "9" * 25
TEXTS = ("numbers", "webhook_ranges", "attributes", "reason", "name", "username", "body", "token", "meaning")
JSON = ("content", "context", "template_message")
LISTS = (
    *("recipients", "groups", "user_permissions", "permissions", "message", "_selected_action"),
    *("integration", "campaign", "hours", "category", "status__exact", "id__in", "o", "p"),
)


def forms(total: int) -> dict[str, Any]:
    """Return what a formset says of itself, under every prefix that the admin gives."""
    said = {"TOTAL_FORMS": total, "INITIAL_FORMS": total, "MIN_NUM_FORMS": total, "MAX_NUM_FORMS": total}
    return {f"{prefix}-{name}": value for prefix in ("form", "fields") for name, value in said.items()}


ABSURD: dict[str, dict[str, Any]] = {
    "long": forms(10**9)
    | {name: [str(pk) for pk in range(60)] for name in LISTS}
    | dict.fromkeys(TEXTS, "1\n" * 20000)
    | {name: json.dumps({"type": "list", "sections": [{}] * 10_000}) for name in JSON},
    "odd": forms(-1)
    | {name: [HUGE, "-1", "x", "\x00"] for name in LISTS}
    | {"webhook_ranges": "10.0.0.1/8 " * 20_000, "attributes": "a\n" * 100_000}
    | {"context": json.dumps({"type": "context", "pairs": [{"name": "a"}] * 10_000})}
    | {"template_message": json.dumps({"type": "1", "fields": dict.fromkeys(map(str, range(9_999)))})},
    "endless": forms(int("9" * 40)) | {"action": "delete_selected", "select_across": "1"},
    "too many fields": {f"fields-{number}-key": "x" for number in range(1_001)},
    "too many ids": {"_selected_action": [str(pk) for pk in range(10_000)]},
}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the forms that are made."""
    found: list[str] = []
    init = BaseForm.__init__

    def counted(self: BaseForm, *args: Any, **kwargs: Any) -> None:
        found.append(type(self).__name__)
        init(self, *args, **kwargs)

    monkeypatch.setattr(BaseForm, "__init__", counted)
    return found


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(an_operator(is_superuser=True))
    return client


@pytest.fixture
def console() -> None:
    """One record of each kind."""
    integration = an_integration()
    a_template().adopt_placeholders()
    message = a_sent_message(integration=integration, recipient=a_recipient())
    processed(integration, a_status("SENT", message.external_id))
    a_campaign(integration=integration)


@pytest.mark.parametrize("absurd", ABSURD)
def test_every_form_answers_an_absurd_list_with_few_forms_and_queries(
    root: Client, console: None, made: list[str], absurd: str
) -> None:
    posted = urlencode(ABSURD[absurd], doseq=True)
    found = {}
    for address in every_page(each=1):
        made.clear()
        with CaptureQueriesContext(connection) as asked:
            response = root.post(address, posted, content_type="application/x-www-form-urlencoded")
        found[address] = (response.status_code in ANSWERS, len(made), len(asked))
        root.force_login(an_operator(is_superuser=True))

    worse = {
        address: what
        for address, what in found.items()
        if not what[0] or what[1] > MOST_FORMS or what[2] > MOST_QUESTIONS
    }
    assert worse == {}


def test_every_address_answers_an_absurd_query_with_few_queries(root: Client, console: None) -> None:
    query = {name: [str(pk) for pk in range(40)] + [HUGE, ",".join(map(str, range(900)))] for name in LISTS}
    found = {}
    for address in every_page(each=1):
        with CaptureQueriesContext(connection) as asked:
            response = root.get(address, query)
        found[address] = (response.status_code, len(asked))
        root.force_login(User.objects.latest("pk"))

    worse = {one: what for one, what in found.items() if what[0] not in ANSWERS or what[1] > MOST_QUESTIONS}
    assert worse == {}


def test_every_formset_is_bounded(rf: RequestFactory, admin_user: Any) -> None:
    request = rf.get("/")
    request.user = admin_user
    made = [
        inline.get_formset(request, None)
        for one in admin.site._registry.values()
        for inline in one.get_inline_instances(request)
    ]

    assert made
    assert all(formset.absolute_max <= MAX_TEMPLATE_FIELDS and formset.validate_max for formset in made)


def template_form(total: int, **values: Any) -> dict[str, Any]:
    form = {"template_id": "t", "name": "T", "language": "pt_BR", "category": "utility", "body": "Hello."}
    keys = {f"fields-{number}-key": f"k{number}" for number in range(min(total, 300))}
    positions = {f"fields-{number}-position": "0" for number in range(min(total, 300))}
    return form | {"fields-TOTAL_FORMS": total, "fields-INITIAL_FORMS": 0} | keys | positions | values


def test_template_takes_as_many_fields_as_its_text_can_name(root: Client) -> None:
    root.post("/admin/outbound/template/add/", template_form(MAX_TEMPLATE_FIELDS))

    assert Template.objects.get().fields.count() == MAX_TEMPLATE_FIELDS
    # A name of one letter makes five characters, and there are 53 such names.
    assert MAX_TEMPLATE_FIELDS >= 53 + (1024 - 53 * 5) // 6


@pytest.mark.parametrize("total", [MAX_TEMPLATE_FIELDS + 1, 10**9])
def test_more_fields_are_refused_with_a_message(root: Client, made: list[str], total: int) -> None:
    response: HttpResponse = root.post("/admin/outbound/template/add/", template_form(total), headers=ENGLISH)

    assert response.status_code == 200
    assert f"Please submit at most {MAX_TEMPLATE_FIELDS} forms." in response.content.decode()
    assert len(made) <= MOST_FORMS
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    ("ranges", "code"),
    [
        ("\n".join(["10.0.0.0/8"] * (MAX_RANGES + 1)), "ranges_too_many"),
        ("10.0.0.0/8" + " " * 1_000_000, "ranges_too_many"),
        ("1" * 1_000_000, "ranges_too_many"),
        ("10.0.0.1/8", "range_invalid"),
        ("45.233.20.0/24\nx", "range_invalid"),
        ("::1/0", "range_invalid"),
    ],
)
def test_bad_or_too_many_networks_are_refused(ranges: str, code: str) -> None:
    with pytest.raises(ValidationError) as raised:
        validate_ranges(ranges)

    assert raised.value.code == code


@pytest.mark.parametrize(
    "ranges", [DEFAULT_WEBHOOK_RANGES, "", "\n".join(["2001:db8:1234::/48"] * MAX_RANGES)]
)
def test_ordinary_list_of_networks_is_taken(ranges: str) -> None:
    validate_ranges(ranges)


def test_refused_networks_are_reported_at_their_field(root: Client) -> None:
    integration = an_integration()
    address = f"/admin/outbound/integration/{integration.pk}/change/"

    response = root.post(address, {"webhook_ranges": "10.0.0.0/8 " * 500}, headers=ENGLISH)

    assert f"At most {MAX_RANGES} networks." in response.content.decode()
    assert Integration.objects.get().webhook_ranges == DEFAULT_WEBHOOK_RANGES


def test_too_many_attributes_are_one_error() -> None:
    with pytest.raises(ValidationError) as raised:
        attributes_field.read("nonsense\n" * 100_000)

    assert [error.code for error in raised.value.error_list] == ["attributes_too_many"]
