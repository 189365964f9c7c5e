"""From draft to queue: one message row per person, all of them or none."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from outbound import audit
from outbound.audit import Verb
from outbound.gateways.zenvia import payload
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Message
from outbound.sending import draft, rows
from outbound.sending.plan import Planned, Walk

# With the longest prefix, two hyphens and the five digits of the highest attempt number there can be,
# it fills the 40 characters of the column.
RANDOM_LENGTH = 17
_ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"  # no letters that are read wrongly over the phone
_LETTERS = _ALPHABET * (256 // len(_ALPHABET))


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
    Raises AlreadyLaunched for every call but that one, PlanChanged where the digest is another or
    somebody was sent the same again meanwhile, and ValidationError as `plan` does.
    """
    try:
        with transaction.atomic():
            _hold(campaign, by, now)
            launched = _write(campaign, now, expected)
            audit.record(campaign, Verb.SEND_LAUNCHED, by, _choices(campaign), people=launched.queued)
            return launched
    except IntegrityError as error:
        # The old message of a person has its one follower already: another draft was faster.
        raise PlanChanged from error


def new_external_id(prefix: str) -> str:
    """Return an id that no other message has: the operator's prefix and 85 random bits."""
    # 32 letters divide 256, so each is as likely as any other.
    unique = secrets.token_bytes(RANDOM_LENGTH).translate(_LETTERS).decode()
    return f"{prefix}-{unique}" if prefix else unique


def _choices(campaign: Campaign) -> dict[str, list[str]]:
    """Return what the audit log tells of a launch beside how many people it goes to."""
    told = {"integration": str(campaign.integration), "template": str(campaign.template or "")}
    if campaign.restart_contact:
        told["restart_contact"] = "True"
    return {name: ["", value] for name, value in told.items() if value}


def _hold(campaign: Campaign, by: User | None, now: datetime) -> None:
    # The guarded UPDATE goes first: it holds the row, so two clicks cannot both get past it.
    moved = Campaign.objects.filter(pk=campaign.pk, status=CampaignStatus.DRAFT).update(
        status=CampaignStatus.RUNNING, launched_by=by, launched_at=now
    )
    if not moved:
        raise AlreadyLaunched
    campaign.refresh_from_db()


def _write(campaign: Campaign, now: datetime, expected: str | None) -> Launched:
    walk = Walk(campaign, now)
    starts_at, campaign.not_after = draft.window(campaign, now)
    campaign.template_body = campaign.template.body if campaign.template else ""
    campaign.save(update_fields=["template_body", "not_after"])
    written: Counter[str] = Counter()
    for chunk in walk.chunks():
        rows.insert(_rows(campaign, chunk, now, starts_at, written))
    if expected is not None and walk.digest != expected:
        raise PlanChanged
    queued = written.pop("", 0)
    if not queued:
        raise ValidationError({"recipients": [_nobody_goes()]})
    return Launched(campaign, queued, written)


def _rows(
    campaign: Campaign, people: Iterator[Planned], now: datetime, starts_at: datetime, written: Counter[str]
) -> Iterator[rows.Row]:
    """Write each person's row, and count in `written` the reasons; that of who goes is empty."""
    common = {
        "campaign": campaign,
        "integration": campaign.integration,
        "created_at": now,
        "status_changed_at": now,
    }
    queued = rows.alike(Message(status=MessageStatus.QUEUED, due_at=starts_at, **common))
    skipped = rows.alike(Message(status=MessageStatus.SKIPPED, **common))
    for one in people:
        who = (one.person.recipient_id, one.person.phone.e164, one.person.phone.key)
        if one.reason:
            written[one.reason.value] += 1
            yield (*who, one.reason.value, one.detail, "", None, None, *skipped)
        else:
            written[""] += 1
            external_id = new_external_id(campaign.external_id_prefix)
            body = payload.with_id(one.text, external_id)
            yield (*who, "", "", body, external_id, one.resend_of, *queued)


def _nobody_goes() -> ValidationError:
    return ValidationError(
        _("Nobody on the list can get this message; the review says why for each person."), code="nobody_goes"
    )
