"""Tells the audit log which address a request comes from: the one that the hop we trust names."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from outbound import audit
from outbound.webhooks.client_address import client_address


def from_its_address(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answered(request: HttpRequest) -> HttpResponse:
        with audit.acting_from(client_address(request)):
            return answer(request)

    return answered
