"""The names of rights in the person's language."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.utils.translation import gettext_lazy

VERBS = {
    "view": gettext_lazy("view"),
    "add": gettext_lazy("add"),
    "change": gettext_lazy("change"),
    "delete": gettext_lazy("delete"),
}


def right_name(right: Permission) -> str:
    """Say a right in the person's language; the database keeps Django's own names in English."""
    model = right.content_type.model_class()
    if own := dict(model._meta.permissions if model else ()).get(right.codename):
        return str(own)
    verb = VERBS.get(right.codename.partition("_")[0])
    return f"{right.content_type.name}: {verb}" if verb else right.name
