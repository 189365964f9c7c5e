"""An operator at the compose page, for bad input, and what the page and the plan answer."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from outbound.admin.compose.forms.campaign import ComposeForm
from outbound.models import Campaign, Integration, Message, Template
from outbound.sending.planning.plan import plan
from tests.builders import a_template, an_integration, an_operator

# Several threads at once need locks that wait, and a database in memory has none.
if connections["default"].vendor == "sqlite":
    connections.settings["default"]["TEST"]["NAME"] = str(Path(settings.DATA_DIR) / "tests.sqlite3")

LOCATION = {"type": "location", "latitude": 0, "longitude": 0}
COMPOSE = "admin:outbound_campaign_compose"


@dataclass
class Composer:
    """The compose page in one operator's browser."""

    client: Client
    user: User
    integration: Integration
    template: Template

    def form(self, **values: Any) -> dict[str, Any]:
        """Return a form that would be good, but for `values`; a `content` makes it a notification."""
        fields = values.pop("fields", {"name": "Ana"})
        message = {"type": str(self.template.pk), "fields": fields}
        posted = {
            "draft_key": str(uuid.uuid4()),
            "kind": "notification" if "content" in values else "template",
            "integration": self.integration.pk,
            "template_message": message,
            "numbers": "35988001234",
            "action": "review",
        } | values
        return {
            name: json.dumps(value) if isinstance(value, dict) else value for name, value in posted.items()
        }

    def post(self, *, language: str = "en", **values: Any) -> HttpResponse:
        return self.client.post(reverse(COMPOSE), self.form(**values), headers={"Accept-Language": language})

    def problems(self, **values: Any) -> dict[str, list[tuple[str | None, str]]]:
        """Return what the form, or else the plan, has to say: code and English text, by field or path."""
        with override("en"):
            form = ComposeForm(self.form(**values), user=self.user)
            errors = form.errors.as_data() if form.errors else _plan_errors(form)
            return {
                path: [(one.code, " ".join(one.messages)) for one in found] for path, found in errors.items()
            }

    def codes(self, **values: Any) -> dict[str, list[str | None]]:
        return {path: [code for code, _text in found] for path, found in self.problems(**values).items()}

    def draft(self, **values: Any) -> Campaign:
        """Post a good form and return its draft."""
        self.post(**values)
        return Campaign.objects.latest("id")

    def review(self, draft: Campaign, **posted: Any) -> HttpResponse:
        address = reverse("admin:outbound_campaign_review", args=[draft.pk])
        return self.client.post(address, posted) if posted else self.client.get(address)


def _plan_errors(form: ComposeForm) -> dict[str, list[ValidationError]]:
    with transaction.atomic():
        try:
            plan(form.save(Campaign(kind=form.cleaned_data["kind"])))
        except ValidationError as error:
            return error.error_dict
        finally:
            transaction.set_rollback(True)
    return {}


def nothing_saved() -> bool:
    return not Campaign.objects.exists() and not Message.objects.exists()


@pytest.fixture
def composer(client: Client, db: None) -> Composer:
    user = an_operator(
        "outbound.add_campaign",
        "outbound.launch_campaign",
        "outbound.view_campaign",
        "outbound.view_message",
        "outbound.view_recipient",
    )
    client.force_login(user)
    template = a_template()
    template.adopt_placeholders()
    return Composer(client, user, an_integration(), template)
