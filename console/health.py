"""`/healthz`: whether the console works, for load balancers and monitors."""

from __future__ import annotations

from collections.abc import Callable

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outbound.brokers.health import is_reachable
from outbound.sending import heartbeat

PATH = "/healthz"
# Read by machines, so not translated.
OK, NO_DATABASE, NO_QUEUE = "ok", "database not reachable", "degraded: queue not reachable"
MISSING = {
    heartbeat.SENDER: "messages are due and nobody is sending them",
    heartbeat.INTAKE: "events have come and nobody is taking them in",
}

GetResponse = Callable[[HttpRequest], HttpResponse]


def healthz_middleware(get_response: GetResponse) -> GetResponse:
    """Answer `/healthz` before any other middleware.

    A monitor uses neither the host name nor https, and sessions may need the database that is down.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return health(request) if request.path_info == PATH else get_response(request)

    return middleware


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200, or 503 with the reason. No login, no data.

    Without the queue everything still works with a delay, so that is 200 with a note.
    """
    problem = _problem()
    text = problem or (OK if is_reachable() else NO_QUEUE)
    return HttpResponse(f"{text}\n", status=503 if problem else 200, content_type="text/plain")


def _problem() -> str:
    try:
        name = heartbeat.missing(timezone.now())
    except Error:
        return NO_DATABASE
    return MISSING[name] if name else ""
