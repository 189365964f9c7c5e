"""The WSGI entry point, for gunicorn and its like."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def without_odd_types(application: Application) -> Application:
    """Leave out a Content-Type at which Django would fail: before any middleware, with the path in a log."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "*" in environ.get("CONTENT_TYPE", ""):  # an encoded parameter, which no browser sends
            del environ["CONTENT_TYPE"]
        return application(environ, start_response)

    return wrapped


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
application = without_odd_types(get_wsgi_application())
