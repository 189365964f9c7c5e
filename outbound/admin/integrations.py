"""Integrations: the endpoints, how they stand, and the buttons that lead to what can be done."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from unfold.decorators import display

from outbound.admin import pausing, tokens
from outbound.admin.base import ConsoleAdmin
from outbound.admin.cards import Card, Fact, Link
from outbound.admin.confirming import page
from outbound.admin.endpoints import IntegrationForm, NewIntegrationForm
from outbound.admin.stamps import moment
from outbound.models import Integration
from outbound.phones import NumberFormat

NUMBER_FORMATS: dict[str, Any] = {
    NumberFormat.NATIONAL: gettext_lazy("without 55"),
    NumberFormat.INTERNATIONAL: gettext_lazy("with 55"),
}


@admin.register(Integration)
class IntegrationAdmin(ConsoleAdmin):
    form = IntegrationForm
    list_display = ("name", "state", "address_shown", "token_shown", "numbers", "token_replaced")
    list_select_related = ("token_replaced_by",)
    sortable_by: ClassVar[tuple[str, ...]] = ()

    @display(description=gettext_lazy("state"), label=pausing.BADGES)
    def state(self, obj: Integration) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @display(description=gettext_lazy("address"))
    def address_shown(self, obj: Integration) -> str:
        return obj.address

    @display(description=gettext_lazy("token"))
    def token_shown(self, obj: Integration) -> str:
        return tokens.hint(obj)

    @display(description=gettext_lazy("numbers"))
    def numbers(self, obj: Integration) -> str:
        return str(NUMBER_FORMATS[obj.number_format])

    @display(description=gettext_lazy("token replaced"))
    def token_replaced(self, obj: Integration) -> str:
        return moment(obj.token_replaced_at)

    def get_urls(self) -> list[URLPattern]:
        return [
            page(self, pausing.PauseView, "pause"),
            page(self, pausing.ResumeView, "resume"),
            page(self, tokens.ReplaceTokenView, "token"),
            *super().get_urls(),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = IntegrationForm if change else NewIntegrationForm
        return super().get_form(request, obj, change, **(kwargs | {"form": form}))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        form = IntegrationForm if obj else NewIntegrationForm
        return [(None, {"fields": form.Meta.fields})]

    @method_decorator(sensitive_post_parameters("token"))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().changeform_view(request, *args, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        used = isinstance(obj, Integration) and (obj.campaigns.exists() or obj.messages.exists())
        return not used and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        now = timezone.now()
        if not change:
            obj.token_replaced_at, obj.token_replaced_by = now, request.user
            super().save_model(request, obj, form, change)
            return
        # Only what was edited: the sender may have stopped this integration in the meantime.
        obj.save(update_fields=form.changed_data)
        if form.moves_to_another_address:
            tokens.remove(obj, by=request.user, now=now)
            self._say_that_the_token_is_gone(request, obj)

    def card(self, request: HttpRequest, obj: Integration) -> Card:
        facts = [
            *pausing.state(obj),
            Fact(_("Token"), tokens.history(obj)),
            Fact(_("Address"), obj.address),
            Fact(_("Queue"), pausing.queue(obj)),
        ]
        return Card(_("Current state"), facts, self._links(request, obj))

    def _links(self, request: HttpRequest, obj: Integration) -> list[Link]:
        may, links = request.user.has_perm, []
        if may("outbound.pause_integration"):
            links.append(
                Link(_("Pause"), self._url("pause", obj))
                if obj.is_active
                else Link(_("Resume"), self._url("resume", obj), "primary")
            )
        if may("outbound.replace_token"):
            links.append(Link(_("Replace token"), self._url("token", obj)))
        if may("outbound.add_campaign"):
            test = f"{reverse('admin:outbound_campaign_compose')}?integration={obj.pk}&test=1"
            links.append(Link(_("Send a test message"), test))
        return links

    def _url(self, action: str, obj: Integration) -> str:
        return reverse(f"admin:outbound_integration_{action}", args=[obj.pk])

    def _say_that_the_token_is_gone(self, request: HttpRequest, obj: Integration) -> None:
        url, label, reason = self._url("token", obj), _("Replace token"), _(tokens.ADDRESS_CHANGED)
        messages.warning(request, format_html('{} <a class="underline" href="{}">{}</a>', reason, url, label))
