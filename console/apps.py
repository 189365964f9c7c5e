"""The admin application with the console's own site, without the pages of the queue."""

from __future__ import annotations

import sys
from importlib import import_module

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class ConsoleAdminConfig(AdminConfig):
    """Serve `console.site.ConsoleSite` as the admin, without the queue's own pages."""

    default_site = "console.site.ConsoleSite"

    def ready(self) -> None:
        super().ready()
        for model in apps.get_app_config("django_q").get_models():
            # A Schedule row runs any function by its name, so anybody who may add one may run anything.
            if admin.site.is_registered(model):
                admin.site.unregister(model)
        import_module("console.accounts.admin")  # replaces pages that are registered above
        import_module("console.accounts.audit").record_account_commands(sys.argv)
