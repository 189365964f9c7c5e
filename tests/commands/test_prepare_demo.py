"""`manage.py prepare_demo`: the same demo however often, a new password each time, never in production."""

from __future__ import annotations

import io
import re

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from outbound import demo
from outbound.models import Integration, Recipient, Template, TemplateField

pytestmark = pytest.mark.django_db


def prepare(*arguments: str) -> str:
    """Run the command and return the password it says."""
    out = io.StringIO()
    call_command("prepare_demo", *arguments, stdout=out)
    found = re.search(r"Password +(\S+)", out.getvalue())
    assert found
    return found[1]


def counts() -> list[int]:
    return [model.objects.count() for model in (Integration, Template, TemplateField, Recipient, User)]


def test_a_second_run_adds_nothing() -> None:
    prepare()
    before = counts()

    prepare()

    assert counts() == before
    assert all(before)


def test_each_run_makes_a_new_password_and_only_that_one_opens() -> None:
    first, second = prepare(), prepare()

    assert first != second
    assert authenticate(username=demo.USERNAME, password=first) is None
    assert authenticate(username=demo.USERNAME, password=second) is not None


def test_what_a_person_changed_is_kept() -> None:
    prepare()
    Template.objects.filter(template_id="boas-vindas").update(name="Minha")
    token = Integration.objects.get().token.reveal()

    prepare()

    assert Template.objects.get(template_id="boas-vindas").name == "Minha"
    assert Integration.objects.get().token.reveal() == token


def test_the_integration_follows_the_sandbox_to_another_port() -> None:
    prepare("--sandbox-port", "8001")

    prepare("--sandbox-port", "8002")

    assert Integration.objects.get().base_url == "http://127.0.0.1:8002/zenvia"


def test_an_integration_that_was_pointed_elsewhere_stays_there() -> None:
    prepare()
    Integration.objects.update(base_url="https://gateway.example/zenvia")

    prepare("--sandbox-port", "8002")

    assert Integration.objects.get().base_url == "https://gateway.example/zenvia"


def test_it_refuses_in_production(settings: Settings) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError):
        prepare()

    assert counts() == [0, 0, 0, 0, 0]
