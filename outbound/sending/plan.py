"""The plan of a draft: everything that must hold before it goes, and what each person would get.

The review page shows this plan and the launch writes it, so nobody gets what was not on the screen.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from outbound import audience, phones, values
from outbound.contents.errors import Problems
from outbound.contents.texts import clean_text, is_blank
from outbound.gateways.zenvia.payload import Json
from outbound.lifecycle import Reason
from outbound.models import Campaign, Integration, Recipient
from outbound.models.campaign import MAX_INACTIVITY_MINUTES
from outbound.sending.personalize import TextTooLong, Writer, writer_for

MAX_CONTEXT_BYTES = 8 * 1024


@dataclass(frozen=True)
class Planned:
    """One person and either the body they would get, or the reason why they get none."""

    person: audience.Person
    body: Json | None = None
    reason: Reason | None = None
    detail: str = ""


@dataclass(frozen=True)
class Plan:
    """All that the review shows. `warnings` need a person's nod before the draft may be launched."""

    planned: list[Planned]
    integration_id: int | None = None
    duplicates: list[str] = field(default_factory=list)
    warnings: list[ValidationError] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """A fingerprint of what each person would get, and through which integration, so that what was
        looked at is what is sent."""
        seen = [(one.person.phone.e164, one.body, one.reason) for one in self.planned]
        return hashlib.sha256(json.dumps([self.integration_id, seen], sort_keys=True).encode()).hexdigest()

    @property
    def going(self) -> list[Planned]:
        return [one for one in self.planned if one.body is not None]

    @property
    def skipped(self) -> list[Planned]:
        return [one for one in self.planned if one.body is None]


def plan(campaign: Campaign) -> Plan:
    """Return what launching `campaign` would do.

    Raises ValidationError, everything wrong at once, with paths `integration`, `template`,
    `fields.<key>`, `content.<path>`, `recipients`, `numbers.<position>`, `context.<name>`,
    `inactivity_minutes` and `external_id_prefix`.
    """
    problems = Problems()
    _check_integration(campaign.integration, problems)
    _check_inactivity(campaign.inactivity_minutes, problems)
    problems.collect("", lambda: _check_prefix(campaign))
    _check_context(campaign.context, problems)
    write, warnings = writer_for(campaign, problems)
    people = problems.collect("", lambda: _people(campaign))
    problems.raise_if_any()
    assert campaign.integration is not None
    assert people is not None
    assert write is not None
    opted_out = set(Recipient.objects.opted_out().values_list("phone_key", flat=True))
    planned = [_plan_one(person, campaign.integration, opted_out, write) for person in people.people]
    return Plan(planned, campaign.integration.pk, people.duplicates, [*warnings, *_people_warnings(planned)])


def _people(campaign: Campaign) -> audience.Audience:
    picked = campaign.recipients.order_by("id") if campaign.pk else []
    people = audience.gather(picked, campaign.numbers)
    if not people.people:
        missing = ValidationError(_("Choose at least one recipient."), code="destination_required")
        raise ValidationError({"recipients": [missing]})
    return people


def _plan_one(
    person: audience.Person, integration: Integration, opted_out: set[str], write: Writer
) -> Planned:
    if person.phone.key in opted_out:
        return Planned(person, reason=Reason.OPTED_OUT)
    destination = phones.on_the_wire(person.phone, integration.number_format)
    if destination is None:
        return Planned(person, reason=Reason.NUMBER_FORMAT)
    try:
        return Planned(person, write(destination, person.values()))
    except values.ValueMissing as missing:
        return Planned(person, reason=Reason.VALUE_MISSING, detail=missing.key)
    except TextTooLong:
        return Planned(person, reason=Reason.TEXT_TOO_LONG)


def _check_integration(integration: Integration | None, problems: Problems) -> None:
    if integration is None:
        problems.add(("integration",), _("Choose an integration."), "integration_required")
    elif not integration.token:
        problems.add(
            ("integration",), _("This integration has no token yet. Enter it, then send."), "token_required"
        )


def _check_prefix(campaign: Campaign) -> None:
    others = {field.name for field in campaign._meta.get_fields()} - {"external_id_prefix"}
    campaign.clean_fields(exclude=others)


def _check_inactivity(minutes: int | None, problems: Problems) -> None:
    if minutes is not None and not 0 <= minutes <= MAX_INACTIVITY_MINUTES:
        problems.add(
            ("inactivity_minutes",),
            _("Write whole minutes, from 0 to %(max)s."),
            "inactivity_invalid",
            max=MAX_INACTIVITY_MINUTES,
        )


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


def _people_warnings(planned: list[Planned]) -> list[ValidationError]:
    going = [one.person.phone for one in planned if one.body is not None]
    landlines = sum(not phone.is_mobile for phone in going)
    old_spellings = sum(phone.lacks_ninth_digit for phone in going)
    found = []
    if landlines:
        message = ngettext_lazy(
            "%(count)d number does not look like a mobile. Landlines can have WhatsApp, but few do.",
            "%(count)d numbers do not look like mobiles. Landlines can have WhatsApp, but few do.",
            "count",
        )
        found.append(ValidationError(message, "destination_not_mobile", {"count": landlines}))
    if old_spellings:
        message = ngettext_lazy(
            "%(count)d number lacks the ninth digit. It is sent as it is.",
            "%(count)d numbers lack the ninth digit. They are sent as they are.",
            "count",
        )
        found.append(ValidationError(message, "destination_lacks_ninth_digit", {"count": old_spellings}))
    return found
