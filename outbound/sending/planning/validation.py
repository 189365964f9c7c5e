"""What must hold of a draft itself, whoever it goes to."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from outbound.contents.errors import Problems
from outbound.contents.texts import clean_text, is_blank
from outbound.models import Campaign, Integration
from outbound.models.campaign import MAX_INACTIVITY_MINUTES

MAX_CONTEXT_BYTES = 8 * 1024
MAX_AHEAD = timedelta(days=90)
# Where a send has no end of its own. What is older than a day would come as a surprise.
LONGEST_WAIT = timedelta(days=1)


def check(campaign: Campaign, now: datetime, problems: Problems) -> None:
    """Note what is wrong with a draft, at paths `integration`, `inactivity_minutes`, `starts_at`,
    `not_after`, `external_id_prefix` and `context.<name>`."""
    _check_integration(campaign.integration, problems)
    _check_inactivity(campaign.inactivity_minutes, problems)
    _check_window(campaign, now, problems)
    problems.collect("", lambda: _check_prefix(campaign))
    _check_context(campaign.context, problems)


def window(campaign: Campaign, now: datetime) -> tuple[datetime, datetime]:
    """Return from when and until when a draft that is launched `now` is sent.

    A start that has passed means at once; without an end of its own a send ends a day after its start.
    """
    starts_at = max(now, campaign.starts_at or now)
    return starts_at, campaign.not_after or starts_at + LONGEST_WAIT


def _check_integration(integration: Integration | None, problems: Problems) -> None:
    if integration is None:
        problems.add(("integration",), _("Choose an integration."), "integration_required")
    elif not integration.token:
        problems.add(
            ("integration",), _("This integration has no token yet. Enter it, then send."), "token_required"
        )


def _check_inactivity(minutes: int | None, problems: Problems) -> None:
    if minutes is not None and not 0 <= minutes <= MAX_INACTIVITY_MINUTES:
        problems.add(
            ("inactivity_minutes",),
            _("Write whole minutes, from 0 to %(max)s."),
            "inactivity_invalid",
            max=MAX_INACTIVITY_MINUTES,
        )


def _check_window(campaign: Campaign, now: datetime, problems: Problems) -> None:
    if campaign.starts_at and campaign.starts_at > now + MAX_AHEAD:
        message = _("At most %(days)s days ahead.")
        problems.add(("starts_at",), message, "schedule_too_far", days=MAX_AHEAD.days)
        return
    starts_at, not_after = window(campaign, now)
    if not_after <= starts_at:
        problems.add(("not_after",), _("It must end after it starts, and after now."), "window_invalid")


def _check_prefix(campaign: Campaign) -> None:
    others = {field.name for field in campaign._meta.get_fields()} - {"external_id_prefix"}
    campaign.clean_fields(exclude=others)


def _check_context(context: object, problems: Problems) -> None:
    if not isinstance(context, dict):
        problems.add(("context",), _("The context is a set of names and values."), "context_invalid")
        return
    found = len(problems.found)
    for name, value in context.items():
        texts = [clean_text(text, ("context", name), problems) for text in (name, value)]
        if None not in texts and is_blank(name):
            problems.add(("context", name), _("Each value needs a name."), "context_invalid")
    if found == len(problems.found) and len(json.dumps(context).encode()) > MAX_CONTEXT_BYTES:
        problems.add(("context",), _("The context may have 8 KB at most."), "context_too_large")
