"""Admin pages of users, groups and the audit log, in the console's skin."""

from __future__ import annotations

from typing import Any

from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from console.accounts.audit import DeactivateNotDeleteMixin
from console.accounts.own_permissions import WithinOwnPermissionsMixin
from console.audit_log.admin import AuditAdmin
from console.audit_log.search import find_people
from console.permission_labels import permission_label
from outbound.admin.base.model_admin import ConsoleAdmin
from outbound.search.terms import find_by_name

APPS_WITH_PAGES = ("outbound", "auth", "auditlog")

for model in (User, Group, LogEntry):
    admin.site.unregister(model)
admin.site.register(LogEntry, AuditAdmin)


class PermissionCheckboxesMixin:
    """Shows permissions as checkboxes: Django's two lists side by side are too wide and fail axe.

    Only permissions that the console uses are offered.
    """

    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        if db_field.related_model is Permission:
            offered = Permission.objects.filter(content_type__app_label__in=APPS_WITH_PAGES)
            kwargs["queryset"] = offered.select_related("content_type")
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.help_text = ""  # it explains the Control key
        if db_field.related_model is Permission:
            field.label_from_instance = permission_label
        return field


@admin.register(User)
class UserAdmin(
    DeactivateNotDeleteMixin,
    WithinOwnPermissionsMixin,
    PermissionCheckboxesMixin,
    BaseUserAdmin,
    ConsoleAdmin,
):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    filter_lookups = ("is_staff__exact", "is_superuser__exact", "is_active__exact", "groups__id__exact")
    search_help_text = gettext_lazy("The beginning of a name or an e-mail address")
    find = find_people


@admin.register(Group)
class GroupAdmin(WithinOwnPermissionsMixin, PermissionCheckboxesMixin, BaseGroupAdmin, ConsoleAdmin):
    search_help_text = gettext_lazy("The beginning of a name")
    find = find_by_name
