"""The plan of a draft: everything that must hold before it goes, and what each person would get.

The review page shows this plan and the launch writes it, so nobody gets what was not on the screen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbound import phones
from outbound.contents import placeholders
from outbound.contents.errors import Problems
from outbound.gateways.base import Json
from outbound.lifecycle import MAY_GO_AGAIN, CampaignKind, Reason
from outbound.models import Campaign, Integration, Message, Recipient
from outbound.sending import service_window
from outbound.sending.planning import validation, warnings
from outbound.sending.planning.audience import CHUNK, Audience, Person
from outbound.sending.planning.personalize import TextTooLong, Writer, writer_for


class Planned(NamedTuple):
    """One person and either the body they would get, or the reason why they get none.

    `text` is the body as it is posted, but for its external id; `resend_of` the message of an earlier
    send that this one would follow.
    """

    person: Person
    text: str = ""
    reason: Reason | None = None
    detail: str = ""
    resend_of: int | None = None

    @property
    def body(self) -> Json | None:
        return json.loads(self.text) if self.text else None


@dataclass(frozen=True)
class Plan:
    """All that the review shows. `warnings` need a person's nod before the draft may be launched.

    `digest` is a fingerprint of what each person would get, when, and through which integration, so
    that what was looked at is what is sent.
    """

    planned: list[Planned]
    digest: str
    duplicates: list[str] = field(default_factory=list)
    warnings: list[ValidationError] = field(default_factory=list)

    @cached_property
    def going(self) -> list[Planned]:
        return [one for one in self.planned if one.text]

    @cached_property
    def skipped(self) -> list[Planned]:
        return [one for one in self.planned if not one.text]


def plan(campaign: Campaign, now: datetime | None = None) -> Plan:
    """Return what launching `campaign` would do.

    Raises ValidationError, everything wrong at once, with paths `integration`, `template`,
    `fields.<key>`, `content.<path>`, `recipients`, `numbers.<position>`, `context.<name>`,
    `inactivity_minutes`, `starts_at`, `not_after` and `external_id_prefix`.
    """
    walk = Walk(campaign, now or timezone.now())
    planned = [one for chunk in walk.chunks() for one in chunk]
    going = (one.person.phone for one in planned if one.text)
    found = [*walk.warnings, *warnings.of_windows(walk.without_sign), *warnings.of_numbers(going)]
    return Plan(planned, walk.digest, walk.audience.duplicates, found)


class Walk:
    """The plan person by person, for a launch of any size: walking it decides, and takes the fingerprint.

    Making one raises ValidationError as `plan` does. `digest` speaks for the people walked by so far. It
    leaves the 24-hour window out, which closes by the minute: whoever it closes on between the review and
    the launch is left out, and whoever has just written goes. `without_sign` counts those who go although
    there is no sign of them within the window.
    """

    def __init__(self, campaign: Campaign, now: datetime) -> None:
        problems = Problems()
        validation.check(campaign, now, problems)
        write, self.warnings = writer_for(campaign, problems)
        audience = problems.collect("", lambda: _audience(campaign))
        problems.raise_if_any()
        assert campaign.integration is not None
        assert audience is not None
        assert write is not None
        self.audience = audience
        self._integration: Integration = campaign.integration
        self._write: Writer = write
        self._again_of = campaign.again_of_id
        self._now = now
        self._minds_window = campaign.kind == CampaignKind.NOTIFICATION
        self._asks_window = service_window.is_asked(campaign, campaign.integration)
        self.without_sign = 0
        self._seen = hashlib.sha256()
        when = [moment and moment.timestamp() for moment in (campaign.starts_at, campaign.not_after)]
        self._note(self._integration.pk, *when, campaign.first_wave, self._asks_window)

    @property
    def digest(self) -> str:
        return self._seen.hexdigest()

    def chunks(self) -> Iterator[Iterator[Planned]]:
        """Yield the people in parts, each to be walked before the next, which asks the database nothing."""
        people = iter(self.audience)
        while chunk := list(islice(people, CHUNK)):
            yield self._decided(chunk, self._may_go_again(chunk), self._open_windows(chunk))

    def _decided(
        self, people: list[Person], old: dict[str, int] | None, open_windows: set[str] | None
    ) -> Iterator[Planned]:
        for person in people:
            one = self._decide(person, old)
            self._note(person.phone.e164, one.reason, one.text)
            if one.text and open_windows is not None and person.phone.key not in open_windows:
                self.without_sign += not self._asks_window
                one = Planned(person, reason=Reason.WINDOW_CLOSED) if self._asks_window else one
            yield one

    def _open_windows(self, people: list[Person]) -> set[str] | None:
        """Return the keys of those who may get a rich notification; None where it is a template."""
        if not self._minds_window:
            return None
        return service_window.open_among(
            self._integration, [person.phone.key for person in people], self._now
        )

    def _decide(self, person: Person, old: dict[str, int] | None) -> Planned:
        if person.opted_out:
            return Planned(person, reason=Reason.OPTED_OUT)
        if old is not None and person.phone.key not in old:
            return Planned(person, reason=Reason.SENT_BEFORE)
        destination = phones.on_the_wire(person.phone, self._integration.number_format)
        if destination is None:
            return Planned(person, reason=Reason.NUMBER_FORMAT)
        try:
            text = self._write(destination, person.values)
        except placeholders.ValueMissing as missing:
            return Planned(person, reason=Reason.VALUE_MISSING, detail=missing.key)
        except TextTooLong:
            return Planned(person, reason=Reason.TEXT_TOO_LONG)
        return Planned(person, text, resend_of=old[person.phone.key] if old else None)

    def _may_go_again(self, people: list[Person]) -> dict[str, int] | None:
        """Return the old messages that these people's new ones may follow; None for a send of its own."""
        if self._again_of is None:
            return None
        old = Message.objects.filter(
            campaign=self._again_of,
            phone_key__in=[person.phone.key for person in people],
            status__in=MAY_GO_AGAIN,
            resent_as=None,
        )
        return dict(old.values_list("phone_key", "pk"))

    def _note(self, *parts: object) -> None:
        self._seen.update(repr(parts).encode())


def _audience(campaign: Campaign) -> Audience:
    picked = campaign.recipients.all() if campaign.pk else Recipient.objects.none()
    audience = Audience(picked, campaign.numbers)
    if not audience:
        missing = ValidationError(_("Choose at least one recipient."), code="destination_required")
        raise ValidationError({"recipients": [missing]})
    return audience
