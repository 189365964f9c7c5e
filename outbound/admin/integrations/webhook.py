"""The webhook of an integration: its address, shown once, its secrets, and when it was last heard of."""

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
    """Return what is wrong with turning others away without a list, by field. Code: `ranges_missing`."""
    if policy != AddressPolicy.ENFORCE or (ranges or "").split():
        return {}
    said = _("Name at least one network, or turn nobody away.")
    return {"webhook_ranges": ValidationError(said, code="ranges_missing")}


def heard(integration: Integration) -> str:
    """Say when an integration was last heard of."""
    return moment(integration.last_event_at) if integration.last_event_at else _("Never")


def addresses(integration: Integration, request: HttpRequest) -> list[Fact]:
    """Return each address that is open, without its secret."""
    opened = list(secrets.valid_keys(integration, timezone.now()).select_related("created_by"))
    labels = [_("Address")] if len(opened) < 2 else [_("New address"), _("Old address")]
    return [
        Fact(label, f"{_address(request, integration, f'…{key.hint}')} · {_history(key)}")
        for label, key in zip(labels, opened, strict=False)
    ]


def newest(integration: Integration) -> str:
    """Return by what a form tells which address was the newest when it was drawn."""
    pk = integration.webhook_keys.values_list("pk", flat=True).first()
    return str(pk or "")


def header_state(integration: Integration) -> str:
    """Return the same for the header: enough of its digests to notice a change."""
    return integration.webhook_header[:8] + integration.webhook_header_next[:8]


def _header(integration: Integration) -> str:
    """Say which header secret is required or accepted."""
    if not integration.webhook_header_next:
        return header_secret.HEADER if integration.webhook_header else _("None asked for")
    said = _("%(header)s: the new secret is accepted; it is not asked for yet")
    return said % {"header": header_secret.HEADER}


def pages(site: Any) -> list[URLPattern]:
    """Return the addresses of the pages below an integration's own."""
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
    """How the webhook stands, what to enter at Zenvia, and the way to each change."""

    title = gettext_lazy("Webhook")
    permission_required = "outbound.view_integration"
    template_name = "outbound/integrations/webhook.html"
    http_method_names = ["get", "head"]

    @cached_property
    def integration(self) -> Integration:
        return get_object_or_404(Integration, pk=self.kwargs["pk"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        one = self.integration
        opened = addresses(one, request)
        facts = [
            *opened,
            Fact(_("Header"), _header(one)),
            Fact(_("Events from other addresses"), one.get_webhook_addresses_display()),
            Fact(_("Last event"), heard(one)),
        ]
        return self.render(
            {
                "integration": one,
                "facts": facts,
                "opened": len(opened),
                "newest": newest(one),
                "header_state": header_state(one),
                "has_header": bool(header_state(one)),
                "may_require_header": bool(one.webhook_header_next),
                "header": header_secret.HEADER,
            }
            | _frame(one)
        )


class _SecretPage(ConsolePage):
    """Asks once on GET; the POST makes a secret and shows it, the only time."""

    permission_required = ("outbound.view_integration", "outbound.rotate_webhook")
    template_name = "outbound/integrations/webhook_secret.html"

    @cached_property
    def integration(self) -> Integration:
        return get_object_or_404(Integration, pk=self.kwargs["pk"])

    def is_second(self, standing: str) -> bool:
        """Whether a secret was made since the form was drawn, which told what was `standing` then.

        A reload or a second click would end the secret that was just copied, or the one at Zenvia.
        """
        return self.request.POST.get("seen", "") != standing

    def nothing_done(self) -> HttpResponse:
        messages.warning(self.request, _(DONE_ALREADY))
        return redirect("admin:outbound_integration_webhook", self.integration.pk)

    def shown(self, label: str, secret: str) -> HttpResponse:
        """Show what was made in this answer alone: it is kept nowhere, nor may anybody keep it."""
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
        if self.is_second(newest(self.integration)):
            return self.nothing_done()
        if secrets.valid_keys(self.integration, timezone.now()).count() > 1:
            messages.warning(request, _("Two addresses work already. End one of them first."))
            return redirect("admin:outbound_integration_webhook", self.integration.pk)
        secret = secrets.rotate(self.integration, by=self.user, now=timezone.now())
        audit.record(self.integration, Verb.WEBHOOK_SECRET_MADE, self.user)
        return self.shown(_("Address"), _address(request, self.integration, secret))


class HeaderView(_SecretPage):
    title = gettext_lazy("The webhook's header")

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.POST.get("header") == "on"
        if wanted and self.is_second(header_state(secrets.lock(self.integration))):
            return self.nothing_done()
        if wanted:
            secret = header_secret.make(self.integration)
            audit.record(self.integration, Verb.WEBHOOK_HEADER_MADE, self.user)
            return self.shown(header_secret.HEADER, secret)
        header_secret.remove(self.integration)
        audit.record(self.integration, Verb.WEBHOOK_HEADER_DROPPED, self.user)
        messages.success(request, _("The webhook asks for no header any more."))
        return redirect("admin:outbound_integration_webhook", self.integration.pk)


def _frame(integration: Integration) -> dict[str, Any]:
    return {"original": integration, "opts": integration._meta}
