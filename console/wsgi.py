"""The WSGI entry point."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def drop_invalid_content_type(application: Application) -> Application:
    """Remove a Content-Type on which Django fails before any middleware, logging the path."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "*" in environ.get("CONTENT_TYPE", ""):  # an encoded parameter (RFC 2231), which no browser sends
            del environ["CONTENT_TYPE"]
        return application(environ, start_response)

    return wrapped


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
application = drop_invalid_content_type(get_wsgi_application())
