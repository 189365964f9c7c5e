"""Pages for users without all permissions, checked by axe and on a narrow screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from playwright.sync_api import Page

from outbound import roles
from outbound.management import demo
from outbound.models import Campaign, Integration, Recipient, Template
from tests.browser.test_pages import LOOKS

RIGHTS = ("view_user", "change_user", "view_group", "change_group")


def hidden_from_the_operator(integration: Integration) -> dict[str, str]:
    """Remove permissions of the operator, and return the forbidden addresses by name."""
    operator = User.objects.get(username=demo.USERNAME)
    operator.groups.set(Group.objects.filter(name=roles.OPERATORS))
    group = Group.objects.get(name=roles.OPERATORS)
    group.permissions.remove(*Permission.objects.filter(codename="view_recipient"))
    operator.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    said = {
        "kind": "template",
        "integration": integration,
        "template": Template.objects.get(name="Boas-vindas"),
    }
    own = Campaign.objects.create(created_by=operator, numbers="35988001234", **said)
    own.recipients.set(Recipient.objects.all()[:2])
    other = User.objects.create_superuser("chefe", first_name="Ana", last_name="Prado")
    anothers = Campaign.objects.create(created_by=other, title="Primavera", numbers="35988001234", **said)
    managers = Group.objects.get(name=roles.MANAGERS)
    return {
        "anothers": f"/admin/outbound/campaign/{anothers.pk}/compose/",
        "edit": f"/admin/outbound/campaign/{own.pk}/compose/",
        "review": f"/admin/outbound/campaign/{own.pk}/review/",
        "superuser": f"/admin/auth/user/{other.pk}/change/",
        "group": f"/admin/auth/group/{managers.pk}/change/",
    }


@pytest.mark.parametrize("look", LOOKS)
def test_forbidden_page_has_no_violations(
    signed_in: Page,
    live_server: Any,
    console: Integration,
    violations: Callable[[Page], list[str]],
    look: str,
) -> None:
    scheme, width = LOOKS[look]
    signed_in.emulate_media(color_scheme=scheme)
    signed_in.set_viewport_size({"width": width, "height": 900})

    found = {}
    for name, address in hidden_from_the_operator(console).items():
        signed_in.goto(f"{live_server.url}{address}")
        overflow = signed_in.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found[name] = (violations(signed_in), max(0, overflow))

    assert found == {name: ([], 0) for name in found}
