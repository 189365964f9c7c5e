"""The base of our ModelAdmins: fast lists, a search by field, and only the filters that are shown."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin import ShowFacets
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin, TabularInline

from outbound.admin.base.audit_entries import AuditMixin
from outbound.admin.base.cards import Card
from outbound.admin.base.pagination import CappedPaginator
from outbound.search.terms import MAX_TERM_LENGTH


class ConsoleInline(TabularInline):
    """Inline rows, limited to `max_num` even if the posted form claims more."""

    extra = 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        bounds = {"absolute_max": self.get_max_num(request, obj), "validate_max": True}
        return super().get_formset(request, obj, **(bounds | kwargs))


class ConsoleAdmin(AuditMixin, ModelAdmin):
    """The base of our ModelAdmins.

    `filter_lookups` are the query parameters of `list_filter`. Any other lookup is refused, so that nobody
    can probe columns that the list does not show. `find` runs the search.
    """

    list_per_page = 25
    list_max_show_all = 25
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # facets count the whole table for each choice
    paginator = CappedPaginator
    actions = None
    change_form_outer_before_template = "outbound/base/card.html"
    filter_lookups: ClassVar[tuple[str, ...]] = ()
    find: ClassVar[Any] = None  # (queryset, text) -> queryset

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in self.filter_lookups and "\x00" not in value

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The confirmation page lists the records that would be deleted.
        return self.has_view_permission(request, obj) and super().has_delete_permission(request, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text, find = search_term.strip(), type(self).find
        if not text or find is None:
            return queryset, False
        return (find(queryset, text) if len(text) <= MAX_TERM_LENGTH else queryset.none()), False

    def card(self, request: HttpRequest, obj: Any) -> Card | None:
        """Return the card above the form of a saved record, or None."""
        return None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record: Model | None = context.get("original")
        context["card"] = self.card(request, record) if record else None
        return super().render_change_form(request, context, *args, **kwargs)
