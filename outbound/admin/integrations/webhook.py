"""The page of an integration's webhook: its addresses, its header, and new secrets, each shown once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from outbound import audit
from outbound.admin.base.cards import Fact
from outbound.admin.base.formatting import moment, person
from outbound.admin.base.views import ConsolePage
from outbound.audit import Verb
from outbound.lifecycle import AddressPolicy
from outbound.models import Integration, WebhookKey
from outbound.webhooks import header_secret, secrets

FIELDS = ("webhook_addresses", "webhook_ranges")
DONE_ALREADY = gettext_noop(
    "This was done already, so nothing changed. If nobody copied what was shown, make another and enter it "
    "at Zenvia right away."
)


def addresses_error(policy: str | None, ranges: str | None) -> dict[str, ValidationError]:
    """Return the error of refusing other addresses without a list, by field. Code: `ranges_missing`."""
    if policy != AddressPolicy.ENFORCE or (ranges or "").split():
        return {}
    error = _("Name at least one network, or turn nobody away.")
    return {"webhook_ranges": ValidationError(error, code="ranges_missing")}


def last_event_text(integration: Integration) -> str:
    """Return when the last event came, in words."""
    return moment(integration.last_event_at) if integration.last_event_at else _("Never")


def addresses(integration: Integration, request: HttpRequest) -> list[Fact]:
    """Return each valid address, without its secret."""
    keys = list(secrets.valid_keys(integration, timezone.now()).select_related("created_by"))
    labels = [_("Address")] if len(keys) < 2 else [_("New address"), _("Old address")]
    return [
        Fact(label, f"{_address(request, integration, f'…{key.hint}')} · {_history(key)}")
        for label, key in zip(labels, keys, strict=False)
    ]


def newest_key_id(integration: Integration) -> str:
    """Return the id of the newest address, by which a form notices a change."""
    pk = integration.webhook_keys.values_list("pk", flat=True).first()
    return str(pk or "")


def header_state(integration: Integration) -> str:
    """Return enough of the header's digests that a form notices a change."""
    return integration.webhook_header[:8] + integration.webhook_header_next[:8]


def _header(integration: Integration) -> str:
    """Say which header secret is required or accepted."""
    if not integration.webhook_header_next:
        return header_secret.HEADER if integration.webhook_header else _("None asked for")
    text = _("%(header)s: the new secret is accepted; it is not asked for yet")
    return text % {"header": header_secret.HEADER}


def pages(site: Any) -> list[URLPattern]:
    """Return the URL patterns of the webhook's pages."""
    views: list[tuple[str, str, type[ConsolePage]]] = [
        ("webhook", "webhook", WebhookView),
        ("webhook/new-secret", "webhook_new_secret", NewSecretView),
        ("webhook/header", "webhook_header", HeaderView),
    ]
    return [
        path(
            f"<int:pk>/{route}/",
            site.admin_view(view.as_view(site=site)),
            name=f"outbound_integration_{name}",
        )
        for route, name, view in views
    ]


def _address(request: HttpRequest, integration: Integration, secret: str) -> str:
    return f"{request.scheme}://{request.get_host()}/hooks/zenvia/{integration.pk}/{secret}/"


def _history(key: WebhookKey) -> str:
    made = _("made %(when)s by %(who)s") % {"when": moment(key.created_at), "who": person(key.created_by)}
    if key.expires_at is None:
        return made
    ends = _("works until %(when)s") % {"when": moment(key.expires_at)}
    return f"{made} · {ends}"


class WebhookView(ConsolePage):
    """Shows the webhook and what to enter at Zenvia, with a button for each change."""

    title = gettext_lazy("Webhook")
    permission_required = "outbound.view_integration"
    template_name = "outbound/integrations/webhook.html"
    http_method_names = ["get", "head"]

    @cached_property
    def integration(self) -> Integration:
        return get_object_or_404(Integration, pk=self.kwargs["pk"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        one = self.integration
        addresses_shown = addresses(one, request)
        facts = [
            *addresses_shown,
            Fact(_("Header"), _header(one)),
            Fact(_("Events from other addresses"), one.get_webhook_addresses_display()),
            Fact(_("Last event"), last_event_text(one)),
        ]
        return self.render(
            {
                "integration": one,
                "facts": facts,
                "address_count": len(addresses_shown),
                "newest_key_id": newest_key_id(one),
                "header_state": header_state(one),
                "has_header": bool(header_state(one)),
                "may_require_header": bool(one.webhook_header_next),
                "header": header_secret.HEADER,
            }
            | _frame(one)
        )


class _SecretPage(ConsolePage):
    """POST makes a secret and shows it, once; GET leads back to the webhook."""

    permission_required = ("outbound.view_integration", "outbound.rotate_webhook")
    template_name = "outbound/integrations/webhook_secret.html"

    @cached_property
    def integration(self) -> Integration:
        return get_object_or_404(Integration, pk=self.kwargs["pk"])

    def is_repeated(self, current: str) -> bool:
        """Whether a secret was made since the form was rendered with the `current` value of then.

        A reload or a second click would otherwise replace a secret that was just copied.
        """
        return self.request.POST.get("seen", "") != current

    def repeated(self) -> HttpResponse:
        messages.warning(self.request, _(DONE_ALREADY))
        return redirect("admin:outbound_integration_webhook", self.integration.pk)

    def show_once(self, label: str, secret: str) -> HttpResponse:
        """Return the page with the secret, which no cache may store."""
        one = self.integration
        frame = self.site.each_context(self.request) | {"title": self.title} | _frame(one)
        response = render(
            self.request, self.template_name, frame | {"integration": one, "label": label, "secret": secret}
        )
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("admin:outbound_integration_webhook", self.integration.pk)


class NewSecretView(_SecretPage):
    title = gettext_lazy("The webhook's address")

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        secrets.lock(self.integration)
        if self.is_repeated(newest_key_id(self.integration)):
            return self.repeated()
        if secrets.valid_keys(self.integration, timezone.now()).count() > 1:
            messages.warning(request, _("Two addresses work already. End one of them first."))
            return redirect("admin:outbound_integration_webhook", self.integration.pk)
        secret = secrets.rotate(self.integration, by=self.user, now=timezone.now())
        audit.record(self.integration, Verb.WEBHOOK_SECRET_MADE, self.user)
        return self.show_once(_("Address"), _address(request, self.integration, secret))


class HeaderView(_SecretPage):
    title = gettext_lazy("The webhook's header")

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.POST.get("header") == "on"
        if wanted and self.is_repeated(header_state(secrets.lock(self.integration))):
            return self.repeated()
        if wanted:
            secret = header_secret.make(self.integration)
            audit.record(self.integration, Verb.WEBHOOK_HEADER_MADE, self.user)
            return self.show_once(header_secret.HEADER, secret)
        header_secret.remove(self.integration)
        audit.record(self.integration, Verb.WEBHOOK_HEADER_DROPPED, self.user)
        messages.success(request, _("The webhook asks for no header any more."))
        return redirect("admin:outbound_integration_webhook", self.integration.pk)


def _frame(integration: Integration) -> dict[str, Any]:
    return {"original": integration, "opts": integration._meta}
