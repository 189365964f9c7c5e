"""The review: who gets the message, who does not and why, the exact request, and the button that sends."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outbound.admin.base.confirmation_forms import TypedCountField, TypedCountForm
from outbound.admin.compose import preview
from outbound.admin.compose.draft_access import DraftPage
from outbound.admin.compose.schedule_summary import summarize_schedule
from outbound.lifecycle import MAX_REASON_LENGTH, Reason
from outbound.sending import service_window
from outbound.sending.planning.launch import AlreadyLaunched, PlanChanged, is_large, launch_in_background
from outbound.sending.planning.messages import PlannedMessage
from outbound.sending.planning.plan import Plan, plan
from outbound.tasks import launch_and_wake

PEOPLE_PER_PAGE = 50


class ReviewForm(TypedCountForm):
    """The confirmation: the warnings were read, and the number of people was typed."""

    digest = forms.CharField(widget=forms.HiddenInput)
    seen = forms.BooleanField(
        label=gettext_lazy("I have read this and want to send anyway"),
        error_messages={"required": gettext_lazy("Tick this, or go back and change the message.")},
    )
    typed_count = TypedCountField(
        label=gettext_lazy("How many people get it? Type the number."),
        wrong=gettext_lazy("It goes to %(count)s people."),
    )

    def __init__(self, posted: Any, *, planned: Plan) -> None:
        super().__init__(posted, count=len(planned.going), initial={"digest": planned.digest})
        if not planned.warnings:
            del self.fields["seen"]


class ReviewView(DraftPage):
    """GET shows the plan; POST launches exactly that plan."""

    title = gettext_lazy("Review")
    permission_required = ("outbound.add_campaign", "outbound.launch_campaign")
    template_name = "outbound/compose/review.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._plan_page(None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.draft.is_draft:
            return self.already_sent(self.draft)
        if self.draft.restart_contact and not self.user.has_perm("outbound.restart_contact"):
            raise PermissionDenied
        return self._plan_page(request.POST)

    def _plan_page(self, posted: Any) -> HttpResponse:
        if not self.draft.is_draft:
            return redirect("admin:outbound_campaign_change", self.draft.pk)
        try:
            planned = plan(self.draft)
        except ValidationError:
            messages.warning(
                self.request, _("This draft is not ready to be sent. Look at the marked fields.")
            )
            return redirect("admin:outbound_campaign_edit", self.draft.pk)
        form = ReviewForm(posted, planned=planned)
        if form.is_valid() and planned.going:
            return self._launch(form.cleaned_data["digest"], planned)
        return self._show(planned, form)

    def _launch(self, digest: str, planned: Plan) -> HttpResponse:
        try:
            if is_large(self.draft):
                return self._launch_in_background(digest, planned)
            with transaction.atomic():
                launched = launch_and_wake(self.draft, by=self.user, expected=digest)
        except AlreadyLaunched:
            return self.already_sent(self.draft)
        except (PlanChanged, ValidationError):
            messages.warning(
                self.request, _("Something changed since you looked. Please review it once more.")
            )
            return redirect("admin:outbound_campaign_review", self.draft.pk)
        messages.success(
            self.request,
            ngettext(
                "%(count)d message is on its way.", "%(count)d messages are on their way.", launched.queued
            )
            % {"count": launched.queued},
        )
        return redirect("admin:outbound_campaign_change", self.draft.pk)

    def _launch_in_background(self, digest: str, planned: Plan) -> HttpResponse:
        """Leave the launch to the worker; the page of the send shows its progress."""
        if digest != planned.digest:
            raise PlanChanged
        people = len(planned.going)
        launch_in_background(self.draft, by=self.user, now=timezone.now(), expected=digest, people=people)
        messages.success(self.request, _("The messages are being prepared. You need not wait for it."))
        return redirect("admin:outbound_campaign_change", self.draft.pk)

    def _show(self, planned: Plan, form: ReviewForm) -> HttpResponse:
        only = self.request.GET.get("show", "")
        chosen = {"going": planned.going, "skipped": planned.skipped}.get(only, planned.messages)
        page = Paginator(chosen, PEOPLE_PER_PAGE).get_page(self.request.GET.get("p"))
        outside = [one for one in planned.skipped if one.reason == Reason.WINDOW_CLOSED]
        context = {
            "draft": self.draft,
            "outside_window": len(outside),
            "max_reason_length": MAX_REASON_LENGTH,
            "may_give_reason": service_window.takes_reason(self.draft),
            "plan": planned,
            "may_see": self._may_see,
            "form": form,
            "only": only,
            "page": page,
            "schedule": summarize_schedule(self.draft, len(planned.going), timezone.now()),
        }
        return self.render(context | self._sample(planned))

    @property
    def _may_see(self) -> bool:
        return self.user.has_perm("outbound.view_recipient")

    def _sample(self, planned: Plan) -> dict[str, Any]:
        """Return the preview of one person's message, chosen by `?person=`, if the user may see people."""
        if not self._may_see:
            return {"sample": None, **preview.of_campaign(self.draft, {})}
        page = Paginator(planned.going, 1).get_page(self.request.GET.get("person"))
        if not page.object_list:
            return {"sample": None, "bubble": ""}
        one: PlannedMessage = page.object_list[0]
        body = one.body or {}
        return {
            "sample": page,
            "request_body": json.dumps(body | {"externalId": "…"}, ensure_ascii=False, indent=2),
            "request_address": self.draft.integration.address if self.draft.integration else "",
            **preview.of_body(body, self.draft.template),
            **preview.of_person(one.person.recipient, one.person.phone.e164),
        }
