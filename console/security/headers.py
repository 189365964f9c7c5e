"""The security headers, on every answer: also on those that no middleware behind this one has a hand in."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# For an answer that no page's policy was meant for. Images of ours may carry styles.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
HSTS = "Strict-Transport-Security"

GetResponse = Callable[[HttpRequest], HttpResponse]


def on_every_answer(get_response: GetResponse) -> GetResponse:
    """Add to each answer the headers that it lacks, as the outermost middleware.

    Webhooks, /healthz, a refused host, a redirect to https and static files are answered in front of the
    middleware that sets these headers on pages.
    """
    always, when_secure = _always().items(), _when_secure().items()

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in always:
            response.headers.setdefault(name, value)
        if when_secure and request.is_secure():  # over plain http a browser must not heed it
            for name, value in when_secure:
                response.headers.setdefault(name, value)
        return response

    return middleware


def _always() -> dict[str, str]:
    headers = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Content-Security-Policy": POLICY,
    }
    if settings.DEBUG:  # Django's debug pages bring scripts of their own
        del headers["Content-Security-Policy"]
    return headers


def _when_secure() -> dict[str, str]:
    if not settings.SECURE_HSTS_SECONDS:
        return {}
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    parts += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
    parts += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
    return {HSTS: "; ".join(parts)}
