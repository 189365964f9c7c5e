"""The pages of composing; a form that is posted twice makes one draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from outbound.admin.base.views import ConsolePage
from outbound.admin.compose import audit_entries, preview
from outbound.admin.compose.draft_access import DraftPage
from outbound.admin.compose.forms.campaign import ComposeForm
from outbound.lifecycle import CampaignKind
from outbound.models import Campaign, Integration, Recipient
from outbound.search.terms import find_recipients
from outbound.sending.planning.plan import plan

MAX_FOUND = 20


class ComposeView(DraftPage):
    """The compose form, for a new send or for a saved draft."""

    title = gettext_lazy("Compose")
    permission_required = "outbound.add_campaign"
    template_name = "outbound/compose/compose.html"

    @property
    def saved(self) -> Campaign | None:
        return self.draft if "pk" in self.kwargs else None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.saved and not self.saved.is_draft:
            return redirect("admin:outbound_campaign_change", self.saved.pk)
        return self._show(ComposeForm(user=self.user, draft=self.saved, initial=_initial_values(request)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._refuse_unpermitted_restart()
        form = ComposeForm(request.POST, user=self.user, draft=self.saved)
        if not form.is_valid():
            return self._show(form)
        wants_review = request.POST.get("action") != "save"
        try:
            draft = self._store(form, check=wants_review)
        except ValidationError as error:
            # An invalid form stores nothing and is shown as it was typed.
            form.show(error)
            return self._show(form)
        if not draft.is_draft:
            return self.already_sent(draft)
        if wants_review:
            return redirect("admin:outbound_campaign_review", draft.pk)
        messages.success(request, _("The draft is saved."))
        return redirect("admin:outbound_campaign_edit", draft.pk)

    @transaction.atomic
    def _store(self, form: ComposeForm, *, check: bool) -> Campaign:
        draft, is_new = self._own_draft(form)
        if draft.is_draft:
            before = audit_entries.DraftSnapshot.of(None if is_new else draft)
            form.save(draft)
            if check:
                plan(draft)
            before.record(draft, self.user)
        return draft

    def _own_draft(self, form: ComposeForm) -> tuple[Campaign, bool]:
        if self.saved:
            return Campaign.objects.select_for_update().get(pk=self.saved.pk), False
        # A form that is posted twice has the same key and finds the draft of the first post.
        draft, is_new = Campaign.objects.select_for_update().get_or_create(
            draft_key=form.cleaned_data["draft_key"],
            defaults={"kind": form.cleaned_data["kind"], "created_by": self.user},
        )
        if draft.is_draft and not draft.is_open_to(self.user):
            raise PermissionDenied
        return draft, is_new

    def _refuse_unpermitted_restart(self) -> None:
        wants_restart = "restart_contact" in self.request.POST
        if wants_restart and not self.user.has_perm("outbound.restart_contact"):
            raise PermissionDenied

    def _show(self, form: ComposeForm) -> HttpResponse:
        context = {"form": form, "draft": self.saved, "notifications": CampaignKind.NOTIFICATION}
        return self.render(context | _preview_of(form))


class PreviewView(ConsolePage):
    """The phone beside the form, rendered from what is typed so far."""

    title = gettext_lazy("Preview")
    permission_required = "outbound.add_campaign"
    template_name = "outbound/preview/phone.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render(_preview_of(ComposeForm(request.POST, user=self.user)), framed=False)


class RecipientSearchView(ConsolePage):
    """The saved recipients whose name or number matches, for the picker."""

    title = gettext_lazy("Recipients")
    permission_required = ("outbound.add_campaign", "outbound.view_recipient")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        term = request.GET.get("q", "").replace("\x00", "").strip()[:100]
        people = Recipient.objects.order_by("name", "id")
        found = find_recipients(people, term) if term else people
        return JsonResponse(
            {
                "found": [
                    {
                        "id": recipient.pk,
                        "label": str(recipient),
                        "note": pgettext("recipient", "opted out") if recipient.opted_out_at else "",
                    }
                    for recipient in found[:MAX_FOUND]
                ]
            }
        )


def _initial_values(request: HttpRequest) -> dict[str, Any]:
    """Return the initial values that a link to the form gives, such as the integration to test."""
    initial: dict[str, Any] = {}
    integrations = [str(pk) for pk in Integration.objects.values_list("pk", flat=True)]
    if request.GET.get("integration") in integrations:
        initial["integration"] = request.GET["integration"]
    elif len(integrations) == 1:
        initial["integration"] = integrations[0]
    if request.GET.get("test"):
        initial["title"] = _("Test message")
    return initial


def _preview_of(form: ComposeForm) -> preview.Context:
    typed = form.typed()
    may_see = form.user.has_perm("outbound.view_recipient")
    recipient = Recipient.objects.filter(pk__in=typed.recipients).first() if may_see else None
    person = preview.of_person(recipient, recipient.phone) if recipient else {}
    if typed.kind == CampaignKind.TEMPLATE:
        known = recipient.values() if recipient else {}
        return preview.of_template(typed.template, typed.fields, known) | person
    return preview.of_content(typed.content) | person
