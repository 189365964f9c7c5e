"""The admin as this console runs it: our site, and only the pages that are safe for an operator."""

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
            # A Schedule row runs any function by its name: whoever may add one may run anything.
            if admin.site.is_registered(model):
                admin.site.unregister(model)
        import_module("console.accounts.admin")  # puts its pages in the place of the ones registered above
        import_module("console.accounts.audit").hear_of_commands(sys.argv)
