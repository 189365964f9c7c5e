"""The query strings of lists: shown filters and a search, and nothing else."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import connection
from django.db.models import QuerySet
from django.test import Client, RequestFactory

from outbound.admin.base.model_admin import ConsoleAdmin
from outbound.admin.base.pagination import CAP, CappedPaginator
from outbound.models import Recipient
from tests.builders import a_recipient, a_template, an_integration

pytestmark = pytest.mark.django_db

LISTS = ["integration", "recipient", "template"]


@pytest.fixture(autouse=True)
def _signed_in(admin_client: Client) -> None:
    an_integration()
    a_recipient(phone="+5521999990000")
    a_template()


def found(client: Client, model: str, text: str) -> list[str]:
    response = client.get(f"/admin/outbound/{model}/", {"q": text})
    return [row.name for row in response.context["cl"].result_list]


@pytest.mark.parametrize(
    "address",
    [
        "integration/?token__startswith=a",
        "integration/?token=a",
        "integration/?slug=acme",
        "recipient/?phone__startswith=5511",
        "recipient/?phone_key__gte=5",
        "recipient/?messages__integration__token__startswith=a",
        "template/?campaigns__integration__token__startswith=a",
        "template/?category__in=utility",
        "template/?category__exact=%00",
    ],
)
def test_lookups_of_other_columns_are_refused(admin_client: Client, address: str) -> None:
    response = admin_client.get(f"/admin/outbound/{address}")

    assert response.status_code == 400


@pytest.mark.parametrize("model", LISTS)
@pytest.mark.parametrize(
    "query",
    ["o=999", "o=-1.x", "p=-1", "p=999999999999", "p=x", "all=", f"q={'x' * 10_240}", f"q={'9' * 10_240}"],
)
def test_invalid_queries_are_handled(admin_client: Client, model: str, query: str) -> None:
    response = admin_client.get(f"/admin/outbound/{model}/?{query}", follow=True)

    assert response.status_code == 200


@pytest.mark.parametrize(
    "spelling",
    [
        "35988001234",
        "+55 (35) 9 8800-1234",
        "35 8800-1234",
        "35 9880",
        "+5535988",
        "553598",
        "３５９８８００１２３４",
    ],
)
def test_search_finds_any_spelling_of_a_number(admin_client: Client, spelling: str) -> None:
    a_recipient(name="Ana", phone="+5535988001234")
    a_recipient(name="Rui", phone="+5511988001234")

    assert found(admin_client, "recipient", spelling) == ["Ana"]


@pytest.mark.parametrize("text", ["359", "-", "+", "1234"])
def test_search_needs_enough_digits(admin_client: Client, text: str) -> None:
    a_recipient(name="Ana", phone="+5535988001234")

    assert found(admin_client, "recipient", text) == []


def test_digits_starting_with_55_may_be_an_area_code(admin_client: Client) -> None:
    a_recipient(name="Ana", phone="+5555988001234")

    assert found(admin_client, "recipient", "55 98800") == ["Ana"]


@pytest.mark.parametrize(("text", "names"), [("ana p", ["Ana Prado"]), ("prado", [])])
def test_search_finds_the_beginning_of_a_name(admin_client: Client, text: str, names: list[str]) -> None:
    a_recipient(name="Ana Prado")

    assert found(admin_client, "recipient", text) == names


def test_search_prefers_ids_to_names(admin_client: Client) -> None:
    a_template(name="welcome back")
    a_template(name="By id", template_id="welcome")

    assert found(admin_client, "template", "welcome") == ["By id"]


def test_search_finds_the_beginning_of_a_template_name(admin_client: Client) -> None:
    a_template(name="Welcome back")

    assert found(admin_client, "template", "welc") == ["Welcome back"]


def test_counting_stops_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outbound.admin.base.pagination.CAP", 3)
    for _ in range(5):
        a_recipient()

    counted = CappedPaginator(Recipient.objects.all(), 25).count

    assert counted == 3
    assert CAP == 10_001


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has such an estimate")
@pytest.mark.parametrize(
    ("rows", "expected"), [(Recipient.objects.all(), 6), (Recipient.objects.exclude(pk=0), 3)]
)
def test_only_unfiltered_tables_are_estimated(
    monkeypatch: pytest.MonkeyPatch, rows: QuerySet[Recipient], expected: int
) -> None:
    monkeypatch.setattr("outbound.admin.base.pagination.CAP", 3)
    for _ in range(5):
        a_recipient()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbound_recipient")

    assert CappedPaginator(rows, 25).count == expected


@pytest.mark.parametrize(
    "model_admin",
    [found for found in admin.site._registry.values() if isinstance(found, ConsoleAdmin)],
    ids=lambda found: found.opts.label_lower,
)
def test_every_shown_filter_is_allowed(
    model_admin: ConsoleAdmin, rf: RequestFactory, admin_user: object
) -> None:
    request = rf.get("/")
    request.user = admin_user
    shown: ChangeList = model_admin.get_changelist_instance(request)

    parameters = {name for spec in shown.filter_specs for name in spec.expected_parameters()}

    used = {name for name in parameters if not name.endswith("__isnull")}
    assert used <= set(model_admin.filter_lookups)


@pytest.mark.parametrize("model", ["message", "webhookevent", "recipient"])
def test_lists_have_no_facets(admin_client: Client, model: str) -> None:
    plain = admin_client.get(f"/admin/outbound/{model}/")
    asked = admin_client.get(f"/admin/outbound/{model}/?_facets=True")

    assert b"_facets" not in plain.content
    assert not asked.context["cl"].add_facets
