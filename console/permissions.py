"""Who may do what, asked of the database once a page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q


class OneQuestionBackend(ModelBackend):
    """Django's own, which asks for a person's own permissions and for their groups' one after the other."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if obj is not None or user_obj.is_superuser or not user_obj.is_active or user_obj.is_anonymous:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            own = user_obj.user_permissions.values("pk")
            of_groups = Permission.objects.filter(group__user=user_obj).values("pk")
            theirs = Permission.objects.filter(Q(pk__in=own) | Q(pk__in=of_groups)).order_by()
            names = theirs.values_list("content_type__app_label", "codename")
            user_obj._perm_cache = {f"{app}.{name}" for app, name in names}
        return set(user_obj._perm_cache)
