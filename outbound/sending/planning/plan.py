"""The plan of a draft: what launching it would do, and the digest by which a launch is compared with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils import timezone

from outbound.lifecycle import Reason
from outbound.models import Campaign
from outbound.sending.planning import warnings
from outbound.sending.planning.messages import PlannedMessage, planned_batches
from outbound.sending.planning.validation import ValidDraft, validate


@dataclass(frozen=True)
class Plan:
    """Everybody's message, for the review. A person has to accept the `warnings` before the launch.

    `digest` is handed to the launch, which then writes no other plan.
    """

    messages: list[PlannedMessage]
    digest: str
    duplicates: list[str] = field(default_factory=list)
    warnings: list[ValidationError] = field(default_factory=list)

    @cached_property
    def going(self) -> list[PlannedMessage]:
        return [message for message in self.messages if not message.reason]

    @cached_property
    def skipped(self) -> list[PlannedMessage]:
        return [message for message in self.messages if message.reason]


class PlanDigest:
    """Covers what each person would get, when, and through which integration, for the messages added so far.

    It leaves out whose service window is open, since that changes by the minute: the launch decides it.
    """

    def __init__(self, draft: ValidDraft) -> None:
        self._hash = hashlib.sha256()
        campaign = draft.campaign
        times = [moment and moment.timestamp() for moment in (campaign.starts_at, campaign.not_after)]
        header = (draft.integration.pk, *times, campaign.first_wave, draft.needs_open_window)
        self._hash.update(repr(header).encode())

    def add(self, message: PlannedMessage) -> None:
        reason = None if message.reason == Reason.WINDOW_CLOSED else message.reason
        self._hash.update(repr((message.person.phone.e164, reason, message.text)).encode())

    def __str__(self) -> str:
        return self._hash.hexdigest()


def plan(campaign: Campaign, now: datetime | None = None) -> Plan:
    """Return what launching `campaign` would do. Raises ValidationError as `validate` does."""
    draft = validate(campaign, now or timezone.now())
    digest = PlanDigest(draft)
    messages = [message for batch in planned_batches(draft) for message in batch]
    for message in messages:
        digest.add(message)
    return Plan(messages, str(digest), draft.audience.duplicates, list(_warnings(draft, messages)))


def _warnings(draft: ValidDraft, messages: list[PlannedMessage]) -> Iterator[ValidationError]:
    going = [message for message in messages if not message.reason]
    yield from draft.warnings
    yield from warnings.of_service_windows(sum(message.is_outside_window for message in going))
    yield from warnings.of_numbers(message.person.phone for message in going)
