"""The permissions of the console, and which of them show people."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission

# Each of these shows people: as recipients, in the history, in what the webhook brought, in the log of
# changes. A right to change implies the one to view.
SEEING = {
    "outbound.view_recipient",
    "outbound.change_recipient",
    "outbound.view_message",
    "outbound.change_message",
    "outbound.view_webhookevent",
    "outbound.change_webhookevent",
    "auditlog.view_logentry",
    "auditlog.change_logentry",
}


def rights() -> list[str]:
    found = Permission.objects.filter(content_type__app_label__in=("outbound", "auth", "auditlog"))
    return [f"{app}.{name}" for app, name in found.values_list("content_type__app_label", "codename")]


def rights_by_page() -> list[list[str]]:
    """Return each right that does not show people, alone; those of models without a page together."""
    with_page = {model._meta.model_name for model in admin.site._registry}
    without_page = {
        f"{model._meta.app_label}.{action}_{model._meta.model_name}"
        for model in apps.get_models()
        for action in ("add", "change", "delete", "view")
        if model._meta.model_name not in with_page
    }
    others = set(rights()) - SEEING
    return [sorted(others & without_page), *([one] for one in sorted(others - without_page))]
