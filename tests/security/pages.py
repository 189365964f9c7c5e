"""The addresses of all pages, with the ids of existing records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

_ID = re.compile(r"<(path:object_id|int:pk|id)>")
_OWN_ID = re.compile(r"^admin/(?P<app>\w+)/(?P<model>\w+)/")


def every_page(each: int | None = None) -> list[str]:
    """Return the addresses of all admin pages: of records, those of all, or of the newest `each`."""
    found = [
        address
        for pattern in _patterns(get_resolver().url_patterns, "")
        for address in _addressed(pattern, each)
    ]
    return [f"/{address}" for address in found if "<" not in address and "(" not in address]


def _addressed(pattern: str, each: int | None) -> list[str]:
    if not _ID.search(pattern):
        return [pattern]
    return [_ID.sub(str(pk), pattern) for pk in _pks(pattern) or [1]][:each]


def _pks(pattern: str) -> list[int]:
    named = _OWN_ID.match(pattern)
    models = {(model._meta.app_label, model._meta.model_name): model for model in admin.site._registry}
    model = models.get((named["app"], named["model"])) if named else None
    return list(model._default_manager.order_by("-pk").values_list("pk", flat=True)) if model else []


def _patterns(patterns: list[Any], prefix: str) -> Iterator[str]:
    for one in patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield route
