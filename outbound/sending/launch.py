"""From draft to queue: one message row per person, all of them or none."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from outbound.gateways.zenvia import payload
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Message
from outbound.sending.plan import Plan, Planned, plan

BATCH_SIZE = 500
# With the longest prefix, two hyphens and the five digits of the highest attempt number there can be,
# it fills the 40 characters of the column.
RANDOM_LENGTH = 17
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no letters that are read wrongly over the phone


class AlreadyLaunched(Exception):
    """The draft was launched before: by the other tab, the second click, or somebody else."""


class PlanChanged(Exception):
    """The draft, or somebody on its list, is no longer what was looked at."""


@dataclass(frozen=True)
class Launched:
    """What was written: how many were queued, and how many were left out for which reason."""

    campaign: Campaign
    queued: int
    skipped: Counter[str]


def launch(campaign: Campaign, *, by: User | None, now: datetime, expected: str | None = None) -> Launched:
    """Queue a draft. Call it once or a hundred times: exactly one call writes the messages.

    `expected` is the digest of the plan that was looked at; None launches whatever the plan is now.
    Raises AlreadyLaunched for every call but that one, PlanChanged where the digest is another, and
    ValidationError as `plan` does.
    """
    with transaction.atomic():
        # The guarded UPDATE goes first: it holds the row, so two clicks cannot both get past it.
        moved = Campaign.objects.filter(pk=campaign.pk, status=CampaignStatus.DRAFT).update(
            status=CampaignStatus.RUNNING, launched_by=by, launched_at=now
        )
        if not moved:
            raise AlreadyLaunched
        campaign.refresh_from_db()
        if campaign.template:
            campaign.template_body = campaign.template.body
            campaign.save(update_fields=["template_body"])
        planned = plan(campaign)
        if expected is not None and planned.digest != expected:
            raise PlanChanged
        if not planned.going:
            raise ValidationError({"recipients": [_nobody_goes(planned)]})
        Message.objects.bulk_create(_messages(campaign, planned, now), batch_size=BATCH_SIZE)
    return Launched(
        campaign, len(planned.going), Counter(one.reason.value for one in planned.skipped if one.reason)
    )


def new_external_id(prefix: str) -> str:
    """Return an id that no other message has: the operator's prefix and 84 random bits."""
    unique = "".join(secrets.choice(_ALPHABET) for _ in range(RANDOM_LENGTH))
    return f"{prefix}-{unique}" if prefix else unique


def _messages(campaign: Campaign, planned: Plan, now: datetime) -> Iterator[Message]:
    for one in planned.planned:
        yield _queued(campaign, one, now) if one.body is not None else _skipped(campaign, one, now)


def _queued(campaign: Campaign, one: Planned, now: datetime) -> Message:
    external_id = new_external_id(campaign.external_id_prefix)
    message = _message(campaign, one, MessageStatus.QUEUED, now)
    message.external_id = external_id
    message.payload = payload.encoded(one.body or {}, external_id)
    message.due_at = now
    return message


def _skipped(campaign: Campaign, one: Planned, now: datetime) -> Message:
    message = _message(campaign, one, MessageStatus.SKIPPED, now)
    message.reason, message.detail = one.reason or "", one.detail
    return message


def _message(campaign: Campaign, one: Planned, status: MessageStatus, now: datetime) -> Message:
    assert campaign.integration is not None
    return Message(
        campaign=campaign,
        integration=campaign.integration,
        recipient=one.person.recipient,
        phone=one.person.phone.e164,
        phone_key=one.person.phone.key,
        status=status,
        created_at=now,
        status_changed_at=now,
    )


def _nobody_goes(planned: Plan) -> ValidationError:
    return ValidationError(
        _("Nobody on the list can get this message; the review says why for each person."), code="nobody_goes"
    )
