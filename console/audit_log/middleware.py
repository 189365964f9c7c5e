"""Passes the client's address of a request to the audit log."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from outbound import audit
from outbound.webhooks.client_address import client_address


def remote_address_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        with audit.acting_from(client_address(request)):
            return get_response(request)

    return middleware
