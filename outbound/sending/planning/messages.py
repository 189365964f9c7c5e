"""The messages of a send, planned person by person: a body, or the reason why there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from outbound import phones
from outbound.contents.placeholders import ValueMissing
from outbound.gateways.base import Json
from outbound.lifecycle import RESENDABLE, CampaignKind, Reason
from outbound.models import Message
from outbound.sending import service_window
from outbound.sending.planning import audience
from outbound.sending.planning.audience import Person
from outbound.sending.planning.personalize import TextTooLong
from outbound.sending.planning.validation import ValidDraft


class PlannedMessage(NamedTuple):
    """The body that one person gets, or the reason why they get none.

    `text` is the body as it is posted, but for its external id. It is also there where only the service
    window, which may open before the launch, keeps it from being sent. `resend_of` is the id of the
    message of an earlier send that this one repeats.
    """

    person: Person
    text: str = ""
    reason: Reason | None = None
    detail: str = ""
    resend_of: int | None = None
    is_outside_window: bool = False

    @property
    def body(self) -> Json | None:
        return json.loads(self.text) if self.text and not self.reason else None


def planned_batches(draft: ValidDraft) -> Iterator[Iterator[PlannedMessage]]:
    """Yield each person's message in batches, each to be consumed before the next.

    A batch makes its messages one by one and without queries, so that they can be made while others are
    written.
    """
    people = iter(draft.audience)
    while batch := list(islice(people, audience.BATCH_SIZE)):
        yield _planned(draft, batch)


def _planned(draft: ValidDraft, people: list[Person]) -> Iterator[PlannedMessage]:
    keys = [person.phone.key for person in people]
    earlier, open_keys = _resendable(draft, keys), _with_open_window(draft, keys)
    return (_message(draft, person, earlier, open_keys) for person in people)


def _message(
    draft: ValidDraft, person: Person, earlier: dict[str, int] | None, open_keys: set[str] | None
) -> PlannedMessage:
    key = person.phone.key
    if person.opted_out:
        return PlannedMessage(person, reason=Reason.OPTED_OUT)
    if earlier is not None and key not in earlier:
        return PlannedMessage(person, reason=Reason.SENT_BEFORE)
    destination = phones.on_the_wire(person.phone, draft.integration.number_format)
    if destination is None:
        return PlannedMessage(person, reason=Reason.NUMBER_FORMAT)
    try:
        text = draft.body.text(destination, person.values() if draft.body.is_personal else {})
    except ValueMissing as missing:
        return PlannedMessage(person, reason=Reason.VALUE_MISSING, detail=missing.key)
    except TextTooLong:
        return PlannedMessage(person, reason=Reason.TEXT_TOO_LONG)
    is_outside = open_keys is not None and key not in open_keys
    reason = Reason.WINDOW_CLOSED if is_outside and draft.needs_open_window else None
    return PlannedMessage(person, text, reason, "", earlier[key] if earlier else None, is_outside)


def _resendable(draft: ValidDraft, phone_keys: list[str]) -> dict[str, int] | None:
    """Return the messages of the earlier send that may be sent again, by phone key.

    None where the draft is no resend.
    """
    if draft.campaign.again_of_id is None:
        return None
    earlier = Message.objects.filter(
        campaign=draft.campaign.again_of_id,
        phone_key__in=phone_keys,
        status__in=RESENDABLE,
        resent_as=None,
    )
    return dict(earlier.values_list("phone_key", "pk"))


def _with_open_window(draft: ValidDraft, phone_keys: list[str]) -> set[str] | None:
    """Return the phone keys with an open service window; None for a template, which needs none."""
    if draft.campaign.kind != CampaignKind.NOTIFICATION:
        return None
    return service_window.open_among(draft.integration, phone_keys, draft.now)
