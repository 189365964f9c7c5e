"""Webhooks before all else: no session, no host name, no redirect, and nothing that costs time."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from outbound.webhooks.views import receive

PREFIX = "/hooks/"

GetResponse = Callable[[HttpRequest], HttpResponse]


def before_all_else(get_response: GetResponse) -> GetResponse:
    """Answer whatever is posted below `/hooks/`, as a middleware that stands in front of all others."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return receive(request) if request.path_info.startswith(PREFIX) else get_response(request)

    return middleware
