"""Adds security headers to every response, also to those that other middleware never sees."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# For responses without a policy of their own. Our SVG images may carry styles.
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


def security_headers_middleware(get_response: GetResponse) -> GetResponse:
    """Add to each response the headers that it lacks, as the outermost middleware.

    Webhooks, /healthz, a refused host, a redirect to https and static files are answered before the
    middleware that sets these headers on pages.
    """
    always, when_secure = _always().items(), _when_secure().items()

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in always:
            response.headers.setdefault(name, value)
        if when_secure and request.is_secure():  # browsers ignore it over plain http
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
    if settings.DEBUG:  # Django's debug pages have inline scripts
        del headers["Content-Security-Policy"]
    return headers


def _when_secure() -> dict[str, str]:
    if not settings.SECURE_HSTS_SECONDS:
        return {}
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    parts += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
    parts += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
    return {HSTS: "; ".join(parts)}
