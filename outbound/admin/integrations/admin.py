"""The list and the form of integrations, with a card of their state and actions."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from unfold.decorators import display

from outbound.admin.base.cards import Card, Fact, Link
from outbound.admin.base.confirmation import confirm_path
from outbound.admin.base.formatting import moment
from outbound.admin.base.model_admin import ConsoleAdmin
from outbound.admin.integrations import (
    backpressure,
    pause,
    rate_limits,
    require_webhook_header,
    resume_stopped,
    revoke_webhook_secret,
    tokens,
    webhook,
)
from outbound.admin.integrations.forms import ENDPOINT_FIELDS, WINDOW, IntegrationForm, NewIntegrationForm
from outbound.audit import Verb
from outbound.models import Integration
from outbound.phones import NumberFormat
from outbound.sending.control.integrations import queued_count
from outbound.tasks import wake

NUMBER_FORMATS: dict[str, Any] = {
    NumberFormat.NATIONAL: gettext_lazy("without 55"),
    NumberFormat.INTERNATIONAL: gettext_lazy("with 55"),
}
STATE_BADGES = pause.BADGES | {"waits": "warning"}


@admin.register(Integration)
class IntegrationAdmin(ConsoleAdmin):
    form = IntegrationForm
    list_display = ("name", "state", "address_shown", "token_shown", "numbers", "token_replaced")
    sortable_by: ClassVar[tuple[str, ...]] = ()

    @display(description=gettext_lazy("state"), label=STATE_BADGES)
    def state(self, obj: Integration) -> tuple[str, str]:
        wait = backpressure.until_text(obj, timezone.now())
        return ("waits", wait) if wait else (obj.status, obj.get_status_display())

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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Integration]:
        related = ("throttle", "token_replaced_by", "status_changed_by")
        return super().get_queryset(request).select_related(*related)

    def get_urls(self) -> list[URLPattern]:
        resume_all = resume_stopped.ResumeStoppedView.as_view(model_admin=self)
        return [
            path(
                "resume-stopped/",
                self.admin_site.admin_view(resume_all),
                name="outbound_integration_resume_stopped",
            ),
            confirm_path(self, pause.PauseView, "pause"),
            confirm_path(self, pause.ResumeView, "resume"),
            confirm_path(self, tokens.ReplaceTokenView, "token"),
            confirm_path(self, backpressure.TryAgainView, "try-again"),
            confirm_path(self, backpressure.CancelWaitingView, "cancel-waiting"),
            confirm_path(self, revoke_webhook_secret.RevokeOldSecretView, "end-old-secret"),
            confirm_path(self, revoke_webhook_secret.RevokeNewSecretView, "end-new-secret"),
            confirm_path(self, require_webhook_header.RequireHeaderView, "ask-for-header"),
            *webhook.pages(self.admin_site),
            *super().get_urls(),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = IntegrationForm if change else NewIntegrationForm
        return super().get_form(request, obj, change, **(kwargs | {"form": form}))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        token = () if obj else ("token",)
        return [
            (None, {"fields": (*ENDPOINT_FIELDS, *token)}),
            (_("Pace and hours"), {"fields": rate_limits.FIELDS, "description": self._limits_description()}),
            (_("24-hour window"), {"fields": (WINDOW,)}),
            (_("Webhook"), {"fields": webhook.FIELDS}),
        ]

    @method_decorator(sensitive_post_parameters("token"))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().changeform_view(request, *args, **kwargs)

    def delete_model(self, request: HttpRequest, obj: Integration) -> None:
        # Locks out incoming events; they find no integration afterwards.
        Integration.objects.select_for_update().get(pk=obj.pk)
        super().delete_model(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        used = isinstance(obj, Integration) and (obj.campaigns.exists() or obj.messages.exists())
        return not used and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        now = timezone.now()
        if not change:
            obj.token_replaced_at, obj.token_replaced_by = now, request.user
            super().save_model(request, obj, form, change)
            return
        # Only the edited fields: a sender may have stopped the integration in the meantime.
        obj.save(update_fields=form.changed_data)
        wake()  # applies a new rate limit or other hours at once
        if form.moves_to_another_address:
            tokens.remove(obj, by=request.user, now=now)
            self._warn_of_removed_token(request, obj)

    def audit_verb(self, form: Any, changes: dict[str, list[Any]], *, add: bool) -> Verb:
        moved = not add and form.moves_to_another_address
        return Verb.INTEGRATION_MOVED if moved else super().audit_verb(form, changes, add=add)

    def card(self, request: HttpRequest, obj: Integration) -> Card:
        queued, now = queued_count(obj), timezone.now()
        facts = [
            *pause.status_facts(obj),
            Fact(_("Token"), tokens.description(obj)),
            Fact(_("Address"), obj.address),
            *rate_limits.facts(obj, now),
            Fact(_("Queue"), pause.queue_text(obj, queued)),
            Fact(_("Last event"), webhook.last_event_text(obj)),
        ]
        note = backpressure.wait_text(obj, now)
        return Card(_("Current state"), facts, self._links(request, obj, queued), note)

    def _links(self, request: HttpRequest, obj: Integration, queued: int) -> list[Link]:
        may, links = request.user.has_perm, []
        if may("outbound.pause_integration") and backpressure.is_held(obj, timezone.now()):
            links.append(Link(_("Try again now"), self._url("try_again", obj), "primary"))
        if may("outbound.pause_integration"):
            links.append(
                Link(_("Pause"), self._url("pause", obj))
                if obj.is_active
                else Link(_("Resume"), self._url("resume", obj), "primary")
            )
        if may("outbound.replace_token"):
            links.append(Link(_("Replace token"), self._url("token", obj)))
        links.append(Link(_("Webhook"), self._url("webhook", obj)))
        if may("outbound.add_campaign"):
            test = f"{reverse('admin:outbound_campaign_compose')}?integration={obj.pk}&test=1"
            links.append(Link(_("Send a test message"), test))
        if may("outbound.steer_campaign") and queued:
            links.append(Link(_("Cancel what waits"), self._url("cancel_waiting", obj)))
        return links

    def _limits_description(self) -> str:
        zone = timezone.get_current_timezone_name()
        return _("They act from the next message on. Hours and midnight are those of %(zone)s.") % {
            "zone": zone
        }

    def _url(self, action: str, obj: Integration) -> str:
        return reverse(f"admin:outbound_integration_{action}", args=[obj.pk])

    def _warn_of_removed_token(self, request: HttpRequest, obj: Integration) -> None:
        url, label, reason = self._url("token", obj), _("Replace token"), _(tokens.ADDRESS_CHANGED)
        messages.warning(request, format_html('{} <a class="underline" href="{}">{}</a>', reason, url, label))
