"""The page “In doubt”: what may have gone out without an answer, with the evidence beside it."""

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
from outbound.admin.messages.timeline.nearby_attempts import Neighbours, neighbours
from outbound.admin.messages.timeline.timeline import facts
from outbound.admin.messages.unconfirmed import selection
from outbound.lifecycle import IN_DOUBT
from outbound.models import Attempt, Campaign, Message
from outbound.search.terms import as_pk

ROWS_PER_PAGE = 25


@dataclass(frozen=True)
class Doubt:
    """One row: the message, when it was tried, what happened then, and what to look it up by at Zenvia.

    `around` says whether the webhook told of others of that time, `last_event` when it told of anything.
    """

    message: Message
    tried: str = ""
    happened: str = ""
    external_id: str = ""
    around: str = ""
    last_event: str = ""


@dataclass(frozen=True)
class Choice:
    """One entry of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Group:
    """How many messages of one send are in doubt."""

    integration_id: int
    integration: str
    campaign_id: int
    campaign: str
    count: int


class DoubtsView(ConsolePage):
    """Lists what waits for evidence or a person; deciding has a page of its own."""

    title = gettext_lazy("In doubt")
    permission_required = "outbound.view_message"
    template_name = "outbound/messages/unconfirmed.html"
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        filters = selection.kept(request.GET)
        groups = _groups()
        pages = Paginator(_with_evidence(selection.in_doubt(filters)), ROWS_PER_PAGE)
        if "q" not in filters:  # the groups have been counted already
            pages.count = sum(group.count for group in groups if _is_within(group, filters))
        page = pages.get_page(request.GET.get("p"))
        return self.render(
            {
                "page": page,
                "doubts": _doubts(list(page)),
                "filters": filters,
                "integrations": _choices(
                    {one.integration_id: one.integration for one in groups}, filters.get("integration")
                ),
                "campaigns": _choices(
                    {one.campaign_id: one.campaign for one in groups}, filters.get("campaign")
                ),
                "seen": selection.stamped(timezone.now()),
                "may_decide": self.user.has_perm("outbound.settle_message"),
                "may_send_again": self.user.has_perm("outbound.add_campaign"),
            }
        )


def _with_evidence(rows: QuerySet[Message]) -> QuerySet[Message]:
    newest = Attempt.objects.filter(message=OuterRef("pk")).order_by("-number").values("pk")[:1]
    related = rows.select_related("campaign", "integration", "recipient")
    return related.annotate(newest=Subquery(newest)).defer("payload", "detail")


def _doubts(messages: list[Any]) -> list[Doubt]:
    known = neighbours(message.newest for message in messages if message.newest)
    return [_doubt(message, known.get(message.newest)) for message in messages]


def _doubt(message: Message, found: Neighbours | None) -> Doubt:
    if found is None:  # a row of before the attempts; there is nothing to tell
        return Doubt(message)
    attempt = found.attempt
    *happened, _id = facts(attempt)
    last = message.integration.last_event_at
    return Doubt(
        message=message,
        tried=moment(attempt.opened_at),
        happened=" · ".join(filter(None, happened)),
        external_id=attempt.external_id,
        around=_around(found),
        last_event=_("Last event of this integration: %(when)s") % {"when": moment(last)}
        if last
        else _("No event of this integration came so far"),
    )


def _around(found: Neighbours) -> str:
    if not found.taken:
        return _("Zenvia took no other message within 5 minutes of it")
    return ngettext(
        "Of %(count)s other that Zenvia took within 5 minutes of it, events came for %(heard)s",
        "Of %(count)s others that Zenvia took within 5 minutes of it, events came for %(heard)s",
        found.taken,
    ) % {"count": found.taken, "heard": found.heard_of}


def _groups() -> list[Group]:
    """Return the sends with messages in doubt, the newest first, in one question."""
    parts = ("integration_id", "integration__name", "campaign_id", "campaign__title")
    counted = Message.objects.filter(status__in=IN_DOUBT).order_by("-campaign_id").values_list(*parts)
    return [
        Group(integration_id, name, campaign_id, str(Campaign(pk=campaign_id, title=title)), count)
        for integration_id, name, campaign_id, title, count in counted.annotate(Count("pk"))
    ]


def _is_within(group: Group, filters: QueryDict) -> bool:
    wanted = {"integration": group.integration_id, "campaign": group.campaign_id}
    return all(as_pk(filters[name]) == pk for name, pk in wanted.items() if name in filters)


def _choices(known: dict[int, str], wanted: str | None) -> list[Choice]:
    everything = Choice("", _("Any"), not wanted)
    return [everything, *(Choice(str(pk), label, str(pk) == wanted) for pk, label in known.items())]
