"""People, their groups, and what they did: other packages' pages in our skin."""

from __future__ import annotations

from typing import Any, ClassVar

from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from outbound.admin.base import ConsoleAdmin
from outbound.admin.readonly import ReadOnlyAdmin
from outbound.admin.stamps import moment, person
from outbound.searching import find_by_name

for model in (User, Group, LogEntry):
    admin.site.unregister(model)


def find_people(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    names = ("username", "first_name", "last_name", "email")
    return queryset.filter(Q(*((f"{name}__istartswith", text) for name in names), _connector=Q.OR))


@admin.register(User)
class UserAdmin(BaseUserAdmin, ConsoleAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    filter_lookups = ("is_staff__exact", "is_superuser__exact", "is_active__exact", "groups__id__exact")
    search_help_text = gettext_lazy("The beginning of a name or an e-mail address")
    find = find_people


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, ConsoleAdmin):
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
        return f"{obj.content_type} · {obj.object_repr}"

    @display(description=gettext_lazy("changes"))
    def changes_shown(self, obj: LogEntry) -> str:
        changes = ((name, *values) for name, values in obj.changes_display_dict.items() if len(values) == 2)
        return format_html_join("", "<p><b>{}</b>: {} → {}</p>", changes) or "–"
