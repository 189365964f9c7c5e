"""The admin of message templates: list, form with fields, card and preview."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from outbound.admin.base.cards import Card, Fact, Link
from outbound.admin.base.confirmation import confirm_path
from outbound.admin.base.formatting import moment
from outbound.admin.base.model_admin import ConsoleAdmin, ConsoleInline
from outbound.admin.message_templates.archive import ArchiveView, RestoreView, UnpauseView
from outbound.contents.bounds import MAX_TEMPLATE_FIELDS
from outbound.models import Template, TemplateField
from outbound.search.terms import find_templates

BADGES = {"active": "success", "archived": "warning", "paused": "danger"}


class StateFilter(admin.SimpleListFilter):
    """Filters by the same states as the column `state`."""

    title = gettext_lazy("state")
    parameter_name = "state"
    STATES: dict[str, Q] = {
        "active": Q(archived_at=None, paused_at=None),
        "paused": Q(archived_at=None, paused_at__isnull=False),
        "archived": Q(archived_at__isnull=False),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        labels = (gettext_lazy("Active"), pgettext_lazy("template", "Paused"), gettext_lazy("Archived"))
        return list(zip(self.STATES, labels, strict=True))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Template]) -> QuerySet[Template]:
        return queryset.filter(self.STATES.get(self.value() or "", Q()))


class FieldForm(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # The table headings of the skin are not labels of its inputs.
            field.widget.attrs["aria-label"] = field.label


class FieldInline(ConsoleInline):
    model = TemplateField
    form = FieldForm
    fields = ("key", "label", "required", "example", "position")
    max_num = MAX_TEMPLATE_FIELDS
    ordering_field = "position"
    hide_ordering_field = False  # the number works without a mouse, dragging does not
    hide_title = True


@admin.register(Template)
class TemplateAdmin(ConsoleAdmin):
    list_display = ("name", "template_id", "category_shown", "language", "field_count", "state")
    list_filter = (("category", ChoicesDropdownFilter), StateFilter)
    list_filter_submit = True
    filter_lookups = ("category__exact", StateFilter.parameter_name)
    sortable_by: ClassVar[tuple[str, ...]] = ("name",)
    search_fields = ("name",)
    search_help_text = gettext_lazy("Id, or the beginning of a name")
    find = find_templates
    fields = ("template_id", "name", "language", "category", "body")
    inlines = (FieldInline,)
    change_form_outer_after_template = "outbound/message_templates/preview.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Template]:
        return super().get_queryset(request).annotate(field_total=Count("fields"))

    @display(description=gettext_lazy("category"), label=True)
    def category_shown(self, obj: Template) -> str:
        return obj.get_category_display()

    @display(description=gettext_lazy("fields"))
    def field_count(self, obj: Any) -> int:
        return obj.field_total

    @display(description=gettext_lazy("state"), label=BADGES)
    def state(self, obj: Template) -> tuple[str, str]:
        if obj.archived_at:
            return "archived", _("Archived")
        return ("paused", pgettext("template", "Paused")) if obj.paused_at else ("active", _("Active"))

    def get_urls(self) -> list[URLPattern]:
        return [
            confirm_path(self, ArchiveView, "archive"),
            confirm_path(self, RestoreView, "restore"),
            confirm_path(self, UnpauseView, "let-go-on"),
            *super().get_urls(),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Template | None = None) -> tuple[str, ...]:
        return ("template_id",) if obj and obj.campaigns.exists() else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        used = isinstance(obj, Template) and obj.campaigns.exists()
        return not used and super().has_delete_permission(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if added := form.instance.adopt_placeholders():
            said = ngettext(
                "The text has a field that was not listed yet, so it was added: %(keys)s.",
                "The text has fields that were not listed yet, so they were added: %(keys)s.",
                len(added),
            )
            messages.info(request, said % {"keys": ", ".join(added)})

    def card(self, request: HttpRequest, obj: Template) -> Card:
        state, text = self.state(obj)
        card = Card(_("Current state"), [Fact(_("State"), text, BADGES[state])])
        if obj.archived_at:
            card.facts.append(Fact(_("Since"), moment(obj.archived_at)))
        if obj.paused_at:
            card.facts.append(Fact(_("Paused since"), moment(obj.paused_at)))
            card.facts.append(Fact(_("Reason"), _(obj.paused_reason)))  # stored as an English msgid
        if obj.campaigns.exists():
            card.note = _(
                "This template is in use, so it cannot be deleted and its id is fixed. Archive it instead."
            )
        if self.has_change_permission(request, obj):
            card.links.append(self._archive_link(obj))
        if self.has_change_permission(request, obj) and obj.paused_at:
            url = reverse("admin:outbound_template_let_go_on", args=[obj.pk])
            card.links.append(Link(_("Let it go on"), url, "primary"))
        return card

    def _archive_link(self, obj: Template) -> Link:
        if obj.archived_at:
            return Link(_("Restore"), reverse("admin:outbound_template_restore", args=[obj.pk]), "primary")
        return Link(_("Archive"), reverse("admin:outbound_template_archive", args=[obj.pk]))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if template := context.get("original"):
            examples = dict(template.fields.values_list("key", "example"))
            context |= {"bubble": "template", "text": template.filled(examples)}
        return super().render_change_form(request, context, *args, **kwargs)
