"""A compose form shares no state with another."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.builders import a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db


def test_errors_of_one_form_are_not_shown_in_another(client: Client) -> None:
    template = a_template()
    template.adopt_placeholders()
    client.force_login(an_operator("outbound.add_campaign", "outbound.view_recipient"))
    faulty = {
        "kind": "template",
        "draft_key": "6d1f7c3e-9f0a-4c57-8d8e-2f3b1a4c5d6e",
        "integration": an_integration().pk,
        "template_message": json.dumps({"type": str(template.pk), "fields": {}}),
        "numbers": "35988001234",
        "action": "review",
    }

    refused = client.post("/admin/outbound/campaign/compose/", faulty)
    fresh = client.get("/admin/outbound/campaign/compose/")

    assert refused.context["form"].fields["template_message"].widget.path_errors
    assert fresh.context["form"].fields["template_message"].widget.path_errors == {}
