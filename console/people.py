"""People, their groups, and what they did: other packages' pages in our skin."""

from __future__ import annotations

from typing import Any, ClassVar

from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from console.rights import WithinOwnRights
from outbound.admin.base import ConsoleAdmin
from outbound.admin.readonly import ReadOnlyAdmin
from outbound.admin.stamps import moment, person
from outbound.searching import find_by_name

VERBS = {
    "view": gettext_lazy("view"),
    "add": gettext_lazy("add"),
    "change": gettext_lazy("change"),
    "delete": gettext_lazy("delete"),
}
APPS_WITH_PAGES = ("outbound", "auth", "auditlog")

for model in (User, Group, LogEntry):
    admin.site.unregister(model)


def find_people(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    names = ("username", "first_name", "last_name", "email")
    return queryset.filter(Q(*((f"{name}__istartswith", text) for name in names), _connector=Q.OR))


def right_name(right: Permission) -> str:
    """Say a right in the person's language; the database keeps Django's own names in English."""
    model = right.content_type.model_class()
    if own := dict(model._meta.permissions if model else ()).get(right.codename):
        return str(own)
    verb = VERBS.get(right.codename.partition("_")[0])
    return f"{right.content_type.name}: {verb}" if verb else right.name


class CheckboxesMixin:
    """Rights as checkboxes: Django's two boxes side by side are wider than our pages and fail axe.

    Only rights that open something here are offered; those of the libraries beneath do not.
    """

    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        if db_field.related_model is Permission:
            offered = Permission.objects.filter(content_type__app_label__in=APPS_WITH_PAGES)
            kwargs["queryset"] = offered.select_related("content_type")
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.help_text = ""  # it tells how to choose with the Control key
        if db_field.related_model is Permission:
            field.label_from_instance = right_name
        return field


@admin.register(User)
class UserAdmin(WithinOwnRights, CheckboxesMixin, BaseUserAdmin, ConsoleAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    filter_lookups = ("is_staff__exact", "is_superuser__exact", "is_active__exact", "groups__id__exact")
    search_help_text = gettext_lazy("The beginning of a name or an e-mail address")
    find = find_people


@admin.register(Group)
class GroupAdmin(WithinOwnRights, CheckboxesMixin, BaseGroupAdmin, ConsoleAdmin):
    search_help_text = gettext_lazy("The beginning of a name")
    find = find_by_name


@admin.register(LogEntry)
class AuditAdmin(ReadOnlyAdmin):
    list_display = ("created", "who", "what", "target")
    list_display_links = ("created", "target")
    list_select_related = ("actor", "content_type")
    sortable_by: ClassVar[tuple[str, ...]] = ()
    fields = ("created", "who", "what", "target", "changes_shown")

    @display(description=gettext_lazy("when"))
    def created(self, obj: LogEntry) -> str:
        return moment(obj.timestamp)

    @display(description=gettext_lazy("who"))
    def who(self, obj: LogEntry) -> str:
        return person(obj.actor)

    @display(description=gettext_lazy("what"))
    def what(self, obj: LogEntry) -> str:
        text = (obj.additional_data or {}).get("text")
        return _(text) if text else obj.get_action_display()

    @display(description=gettext_lazy("object"))
    def target(self, obj: LogEntry) -> str:
        return f"{obj.content_type.name} · {obj.object_repr}"

    @display(description=gettext_lazy("changes"))
    def changes_shown(self, obj: LogEntry) -> str:
        changes = ((name, *values) for name, values in obj.changes_display_dict.items() if len(values) == 2)
        return format_html_join("", "<p><b>{}</b>: {} → {}</p>", changes) or "–"
