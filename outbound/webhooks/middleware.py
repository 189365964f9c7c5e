"""Answers webhooks before all other middleware: no session, host check or redirect applies to them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from outbound.webhooks.views import receive

PREFIX = "/hooks/"

GetResponse = Callable[[HttpRequest], HttpResponse]


def before_all_else(get_response: GetResponse) -> GetResponse:
    """Answer every request below `/hooks/`. Stands in front of all middleware but the security headers."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return receive(request) if request.path_info.startswith(PREFIX) else get_response(request)

    return middleware
