"""What a person's own message changes: it opens the 24-hour window, and a stop word closes the door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError

from outbound import audit, phones
from outbound.audit import Verb
from outbound.models import Conversation, Recipient
from outbound.tracking.opt_out_keywords import is_stop_word


@dataclass(frozen=True)
class Wrote:
    """Somebody wrote to an integration's number, at `at` as far as we know, and said `text`."""

    integration_id: int
    phone: phones.Phone
    at: datetime
    text: str = ""
    name: str = ""


def sender_of(written: str) -> phones.Phone | None:
    """Read the number of an event, which may carry 55 and lack the ninth digit; None where it is none."""
    # The channel writes the country code, so that is tried first: read as it stands, a mobile of Peru
    # (51 987…) would be one of Porto Alegre, and the wrong person would be left alone.
    international = written if written.startswith("+") else f"+{written}"
    for spelling in (international, written):
        try:
            return phones.parse(spelling)
        except ValidationError:
            continue
    return None


def heard(wrote: Sequence[Wrote], now: datetime) -> None:
    """Open the windows of those who wrote, and take out who asked for it."""
    _open_windows(wrote)
    for one in wrote:
        if is_stop_word(one.text):
            opt_out(one, now)


def opt_out(one: Wrote, now: datetime) -> None:
    """Note a person's wish, for every spelling of the number; who is on no list yet is put on one for it."""
    known = list(Recipient.objects.filter(phone_key=one.phone.key))
    if not known:
        known = [Recipient(phone=one.phone.e164, name=one.name)]
        known[0].save()
    leaving = [recipient for recipient in known if recipient.opted_out_at is None]
    for recipient in leaving:
        recipient.set_opted_out(now, f"“{one.text.strip()}”")
    if leaving:
        audit.record(leaving[0], Verb.OPTED_OUT_BY_WORD, None)


def _open_windows(wrote: Iterable[Wrote]) -> None:
    newest: dict[tuple[int, str], datetime] = {}
    for one in wrote:
        key = (one.integration_id, one.phone.key)
        newest[key] = max(one.at, newest.get(key, one.at))
    known = _known(newest)
    rows = [
        Conversation(integration_id=integration_id, phone_key=phone_key, last_inbound_at=at)
        for (integration_id, phone_key), at in sorted(newest.items())
        if at > known.get((integration_id, phone_key), datetime.min.replace(tzinfo=at.tzinfo))
    ]
    Conversation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["integration", "phone_key"],
        update_fields=["last_inbound_at"],
    )


def _known(newest: dict[tuple[int, str], datetime]) -> dict[tuple[int, str], datetime]:
    rows = Conversation.objects.filter(
        phone_key__in={phone_key for _pk, phone_key in newest}, last_inbound_at__isnull=False
    )
    return {
        (integration_id, phone_key): at
        for integration_id, phone_key, at in rows.values_list(
            "integration_id", "phone_key", "last_inbound_at"
        )
        if at is not None
    }
