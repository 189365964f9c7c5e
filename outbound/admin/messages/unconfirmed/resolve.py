"""The page on which a person resolves unconfirmed messages as sent or as not sent, with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from outbound import phones
from outbound.admin.base.cards import Fact
from outbound.admin.base.confirmation_forms import TypedCountField, TypedCountForm, reason_field
from outbound.admin.base.views import ConsolePage
from outbound.admin.messages.unconfirmed import selection
from outbound.models import Attempt, Campaign, Message
from outbound.sending.control.unconfirmed import resolve

# A late response or a status of the gateway comes within this time, if at all.
LATE_ANSWER = timedelta(minutes=30)
MAX_SHOWN = 5


class ResolveForm(TypedCountForm):
    reason = reason_field(gettext_lazy("How you know. Your colleagues read it on the message's page."))
    typed_count = TypedCountField(
        label=gettext_lazy("How many messages is this about? Type the number."),
        wrong=gettext_lazy("It is about %(count)s messages."),
        widget=UnfoldAdminTextInputWidget(),
    )


class ResolveView(ConsolePage):
    """The query string selects the messages and says how (`as`); a POST resolves those still unconfirmed."""

    title = gettext_lazy("Decide what is in doubt")
    permission_required = ("outbound.view_message", "outbound.settle_message")
    template_name = "outbound/messages/resolve.html"

    @property
    def as_sent(self) -> bool | None:
        return {"sent": True, "not_sent": False}.get(self.request.GET.get("as", ""))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._respond(None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._respond(request.POST)

    def _respond(self, posted: Any) -> HttpResponse:
        now = timezone.now()
        rows = selection.selected(self.request.GET, now)
        found = list(rows.values_list("pk", "phone"))
        pks = [pk for pk, _phone in found]
        if not pks or self.as_sent is None:
            return self._nothing_selected()
        form = ResolveForm(posted, count=len(pks))
        if form.is_valid():
            return self._resolve(pks, form.cleaned_data["reason"], now)
        return self._form_page(rows, [phone for _pk, phone in found], form, now)

    def _nothing_selected(self) -> HttpResponse:
        query = self.request.GET
        if query.get("all") or query.getlist("message"):
            messages.info(self.request, _("Nothing of what you chose is in doubt any more."))
        else:
            messages.warning(self.request, _("Choose at least one message first."))
        return redirect(self._back())

    def _resolve(self, pks: list[int], reason: str, now: datetime) -> HttpResponse:
        as_sent = bool(self.as_sent)
        count = resolve(pks, as_sent=as_sent, reason=reason, by=self.user, now=now)
        messages.success(self.request, _success(count, as_sent=as_sent))
        if count < len(pks):
            messages.info(
                self.request, _("The others were settled meanwhile, by an answer or by a colleague.")
            )
        if count and not as_sent and self.user.has_perm("outbound.add_campaign"):
            return redirect(f"{reverse('admin:outbound_message_resend')}?at={selection.to_param(now)}")
        return redirect(self._back())

    def _form_page(
        self, rows: QuerySet[Message], numbers: list[str], form: ResolveForm, now: datetime
    ) -> HttpResponse:
        count = len(numbers)
        recent = Attempt.objects.filter(message__in=rows.order_by(), opened_at__gt=now - LATE_ANSWER)
        return self.render(
            {
                "title": _question(count, as_sent=bool(self.as_sent)),
                "explanation": _explanation(as_sent=bool(self.as_sent)),
                "facts": _facts(rows, numbers),
                "is_recent": recent.exists(),
                "count": count,
                "form": form,
                "confirm_kind": "primary",
                "confirm_label": _("It was sent") if self.as_sent else _("It was not sent"),
                "back_url": self._back(),
            }
        )

    def _back(self) -> str:
        query = self.request.GET
        if query.get("back") == "message" and (pks := selection.selected_ids(query)) and pks[0]:
            return reverse("admin:outbound_message_change", args=[pks[0]])
        filters = selection.filters(query).urlencode()
        address = reverse("admin:outbound_message_unconfirmed")
        return f"{address}?{filters}" if filters else address


def _question(count: int, *, as_sent: bool) -> str:
    if as_sent:
        text = ngettext("Take %(count)d message as sent?", "Take %(count)d messages as sent?", count)
    else:
        text = ngettext("Take %(count)d message as not sent?", "Take %(count)d messages as not sent?", count)
    return text % {"count": count}


def _explanation(*, as_sent: bool) -> list[str]:
    meaning = (
        _("Counted as sent from then on, and never sent again.")
        if as_sent
        else _(
            "Counted as not sent from then on, and can be sent again as a new message. Whoever did get the "
            "first one then gets it twice."
        )
    )
    return [meaning, _("Should an answer of Zenvia still come, it counts more than this decision.")]


def _facts(rows: QuerySet[Message], numbers: list[str]) -> list[Fact]:
    """Return how many messages are selected, the first few phone numbers, and their sends."""
    first = [phones.display(phone) for phone in numbers[:MAX_SHOWN]]
    sends = Campaign.objects.filter(pk__in=rows.order_by().values("campaign_id"))
    names = [str(campaign) for campaign in sends.only("title")[: MAX_SHOWN + 1]]
    return [
        Fact(_("Messages"), str(len(numbers))),
        Fact(_("Numbers"), _listed(first, more=len(numbers) > MAX_SHOWN)),
        Fact(_("Sends"), _listed(names[:MAX_SHOWN], more=len(names) > MAX_SHOWN)),
    ]


def _listed(texts: list[str], *, more: bool) -> str:
    return " · ".join([*texts, "…"] if more else texts)


def _success(count: int, *, as_sent: bool) -> str:
    if as_sent:
        text = ngettext("%(count)d message is taken as sent.", "%(count)d messages are taken as sent.", count)
    else:
        text = ngettext(
            "%(count)d message is taken as not sent.", "%(count)d messages are taken as not sent.", count
        )
    return text % {"count": count}
