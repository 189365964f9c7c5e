"""The application and what it registers when it starts."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OutboundConfig(AppConfig):
    name = "outbound"
    verbose_name = _("WhatsApp")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Imported here because they need the models to be loaded.
        import_module("outbound.checks")
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="outbound.after_migrate")


def _after_migrate(plan: Any = (), **_kwargs: Any) -> None:
    applied = {one.name for one, is_undone in plan if one.app_label == "outbound" and not is_undone}
    import_module("outbound.roles").ensure_groups(applied)
