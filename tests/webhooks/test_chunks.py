"""A chunked body without a length is stored like any other."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone

from outbound.models import WebhookEvent
from outbound.webhooks import secrets
from outbound.webhooks.views import MAX_BODY_BYTES
from tests.builders import an_integration

pytestmark = pytest.mark.django_db


def post_in_chunks(body: bytes, *, ends_by_itself: bool = True) -> int:
    """Post as a server passes on a chunked request (`wsgi.input_terminated`); return the status."""
    integration = an_integration()
    secret = secrets.rotate(integration, by=None, now=timezone.now())
    extra = {"wsgi.input": BytesIO(body), "wsgi.input_terminated": ends_by_itself}
    return Client().generic("POST", f"/hooks/zenvia/{integration.pk}/{secret}/", b"", **extra).status_code


def kept() -> list[bytes]:
    return [bytes(body) for body in WebhookEvent.objects.values_list("body", flat=True)]


def test_chunked_body_is_stored_byte_for_byte() -> None:
    status = post_in_chunks(b'{"status": "sent"}')

    assert (status, kept()) == (200, [b'{"status": "sent"}'])


def test_endless_chunked_body_is_refused() -> None:
    status = post_in_chunks(b"x" * (MAX_BODY_BYTES + 1))

    assert (status, kept()) == (413, [])


def test_nothing_is_read_unless_the_server_ends_the_body() -> None:
    status = post_in_chunks(b"the next request", ends_by_itself=False)

    assert (status, kept()) == (200, [b""])
