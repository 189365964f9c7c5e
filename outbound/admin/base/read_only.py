"""The base of admins whose records can only be viewed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from outbound.admin.base.model_admin import ConsoleAdmin


class ReadOnlyAdmin(ConsoleAdmin):
    """Allows viewing, and neither adding, changing nor deleting."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
