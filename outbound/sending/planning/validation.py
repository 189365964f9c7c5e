"""Checks a draft as a whole and returns what a send is made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from outbound.contents.errors import Problems
from outbound.contents.texts import clean_text, is_blank
from outbound.models import Campaign, Integration
from outbound.models.campaign import MAX_INACTIVITY_MINUTES
from outbound.sending import service_window
from outbound.sending.planning import audience
from outbound.sending.planning.audience import Audience
from outbound.sending.planning.personalize import Body, body_of

MAX_CONTEXT_BYTES = 8 * 1024
MAX_AHEAD = timedelta(days=90)
# The end of a send that names none: anything older would come as a surprise.
DEFAULT_DURATION = timedelta(days=1)


@dataclass(frozen=True)
class ValidDraft:
    """All that a send is made of. `warnings` are those about the content."""

    campaign: Campaign
    integration: Integration
    audience: Audience
    body: Body
    warnings: list[ValidationError]
    now: datetime
    starts_at: datetime
    not_after: datetime
    # Leaves out people without an open service window.
    needs_open_window: bool


def validate(campaign: Campaign, now: datetime) -> ValidDraft:
    """Return what `campaign` is made of when it is launched `now`.

    Raises ValidationError with everything that is wrong, at paths `integration`, `template`,
    `fields.<key>`, `content.<path>`, `recipients`, `numbers.<position>`, `context.<name>`,
    `inactivity_minutes`, `starts_at`, `not_after` and `external_id_prefix`.
    """
    problems = Problems()
    _check_options(campaign, now, problems)
    body, warnings = body_of(campaign, problems)
    people = problems.collect("", lambda: _audience(campaign))
    problems.raise_if_any()
    integration = campaign.integration
    assert integration is not None
    assert body is not None
    assert people is not None
    starts_at, not_after = sending_period(campaign, now)
    return ValidDraft(
        campaign=campaign,
        integration=integration,
        audience=people,
        body=body,
        warnings=warnings,
        now=now,
        starts_at=starts_at,
        not_after=not_after,
        needs_open_window=service_window.is_required(campaign, integration),
    )


def sending_period(campaign: Campaign, now: datetime) -> tuple[datetime, datetime]:
    """Return when a draft that is launched `now` starts and ends.

    It starts at once where its start has passed; without an end it ends a day after its start.
    """
    starts_at = max(now, campaign.starts_at or now)
    return starts_at, campaign.not_after or starts_at + DEFAULT_DURATION


def _audience(campaign: Campaign) -> Audience:
    people = Audience(audience.picked(campaign), campaign.numbers)
    if not people:
        missing = ValidationError(_("Choose at least one recipient."), code="destination_required")
        raise ValidationError({"recipients": [missing]})
    return people


def _check_options(campaign: Campaign, now: datetime, problems: Problems) -> None:
    _check_integration(campaign.integration, problems)
    _check_inactivity(campaign.inactivity_minutes, problems)
    _check_period(campaign, now, problems)
    problems.collect("", lambda: _check_prefix(campaign))
    _check_context(campaign.context, problems)


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


def _check_period(campaign: Campaign, now: datetime, problems: Problems) -> None:
    if campaign.starts_at and campaign.starts_at > now + MAX_AHEAD:
        message = _("At most %(days)s days ahead.")
        problems.add(("starts_at",), message, "schedule_too_far", days=MAX_AHEAD.days)
        return
    starts_at, not_after = sending_period(campaign, now)
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
