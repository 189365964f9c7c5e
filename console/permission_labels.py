"""The labels of permissions in the user's language."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.utils.translation import gettext_lazy

VERBS = {
    "view": gettext_lazy("view"),
    "add": gettext_lazy("add"),
    "change": gettext_lazy("change"),
    "delete": gettext_lazy("delete"),
}


def permission_label(permission: Permission) -> str:
    """Return a permission's label in the user's language; the database keeps Django's English names."""
    model = permission.content_type.model_class()
    if own := dict(model._meta.permissions if model else ()).get(permission.codename):
        return str(own)
    verb = VERBS.get(permission.codename.partition("_")[0])
    return f"{permission.content_type.name}: {verb}" if verb else permission.name
