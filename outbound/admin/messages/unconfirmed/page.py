"""The page of unconfirmed messages, shown as “In doubt”, with the evidence for each message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outbound.admin.base.formatting import moment
from outbound.admin.base.views import ConsolePage
from outbound.admin.messages.timeline.nearby_attempts import Nearby, nearby
from outbound.admin.messages.timeline.timeline import facts
from outbound.admin.messages.unconfirmed import selection
from outbound.lifecycle import UNCONFIRMED
from outbound.models import Attempt, Campaign, Message
from outbound.search.terms import as_pk

ROWS_PER_PAGE = 25


@dataclass(frozen=True)
class Row:
    """One message, when it was tried and what happened, and the external id to look it up at Zenvia.

    `nearby` says whether webhook events came for other messages of that time, `last_event` when the last
    event of the integration came.
    """

    message: Message
    tried: str = ""
    happened: str = ""
    external_id: str = ""
    nearby: str = ""
    last_event: str = ""


@dataclass(frozen=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class CampaignCount:
    """How many messages of one send are unconfirmed."""

    integration_id: int
    integration: str
    campaign_id: int
    campaign: str
    count: int


class UnconfirmedView(ConsolePage):
    """Lists the unconfirmed messages; a person resolves them on ResolveView."""

    title = gettext_lazy("In doubt")
    permission_required = "outbound.view_message"
    template_name = "outbound/messages/unconfirmed.html"
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        filters = selection.filters(request.GET)
        counts = _campaign_counts()
        pages = Paginator(_with_evidence(selection.unconfirmed(filters)), ROWS_PER_PAGE)
        if "q" not in filters:  # known from the counts of each send
            pages.count = sum(one.count for one in counts if _matches(one, filters))
        page = pages.get_page(request.GET.get("p"))
        return self.render(
            {
                "page": page,
                "rows": _rows(list(page)),
                "filters": filters,
                "integrations": _choices(
                    {one.integration_id: one.integration for one in counts}, filters.get("integration")
                ),
                "campaigns": _choices(
                    {one.campaign_id: one.campaign for one in counts}, filters.get("campaign")
                ),
                "seen": selection.to_param(timezone.now()),
                "may_resolve": self.user.has_perm("outbound.settle_message"),
                "may_resend": self.user.has_perm("outbound.add_campaign"),
            }
        )


def _with_evidence(rows: QuerySet[Message]) -> QuerySet[Message]:
    newest = Attempt.objects.filter(message=OuterRef("pk")).order_by("-number").values("pk")[:1]
    related = rows.select_related("campaign", "integration", "recipient")
    return related.annotate(newest=Subquery(newest)).defer("payload", "detail")


def _rows(messages: list[Any]) -> list[Row]:
    known = nearby(message.newest for message in messages if message.newest)
    return [_row(message, known.get(message.newest)) for message in messages]


def _row(message: Message, found: Nearby | None) -> Row:
    if found is None:  # a message from before attempts were stored
        return Row(message)
    attempt = found.attempt
    *happened, _id = facts(attempt)
    last = message.integration.last_event_at
    return Row(
        message=message,
        tried=moment(attempt.opened_at),
        happened=" · ".join(filter(None, happened)),
        external_id=attempt.external_id,
        nearby=_nearby_text(found),
        last_event=_("Last event of this integration: %(when)s") % {"when": moment(last)}
        if last
        else _("No event of this integration came so far"),
    )


def _nearby_text(found: Nearby) -> str:
    if not found.accepted:
        return _("Zenvia took no other message within 5 minutes of it")
    return ngettext(
        "Of %(count)s other that Zenvia took within 5 minutes of it, events came for %(heard)s",
        "Of %(count)s others that Zenvia took within 5 minutes of it, events came for %(heard)s",
        found.accepted,
    ) % {"count": found.accepted, "heard": found.with_events}


def _campaign_counts() -> list[CampaignCount]:
    """Return the sends that have unconfirmed messages, newest first, in one query."""
    parts = ("integration_id", "integration__name", "campaign_id", "campaign__title")
    counted = Message.objects.filter(status__in=UNCONFIRMED).order_by("-campaign_id").values_list(*parts)
    return [
        CampaignCount(integration_id, name, campaign_id, str(Campaign(pk=campaign_id, title=title)), count)
        for integration_id, name, campaign_id, title, count in counted.annotate(Count("pk"))
    ]


def _matches(one: CampaignCount, filters: QueryDict) -> bool:
    wanted = {"integration": one.integration_id, "campaign": one.campaign_id}
    return all(as_pk(filters[name]) == pk for name, pk in wanted.items() if name in filters)


def _choices(known: dict[int, str], wanted: str | None) -> list[Choice]:
    return [
        Choice("", _("Any"), not wanted),
        *(Choice(str(pk), label, str(pk) == wanted) for pk, label in known.items()),
    ]
