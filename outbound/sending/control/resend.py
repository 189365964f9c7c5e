"""Drafts made from an earlier send: for all its people (reuse) or for those it did not reach (resend)."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from outbound import audit
from outbound.audit import Verb
from outbound.lifecycle import RESENDABLE, MessageStatus
from outbound.models import Campaign, Message
from outbound.sending.planning import recipient_list

# What a person composed. A reused send loses its times, since they are over; a reused draft keeps them.
COMPOSED = (
    "title", "kind", "integration_id", "template_id", "fields", "content", "context",
    "inactivity_minutes", "external_id_prefix", "first_wave",
)  # fmt: skip
DRAFT_ONLY = ("starts_at", "not_after", "again_of_id")


class NothingToResend(Exception):
    """No message can be resent: none was refused, or each of them was resent already."""


def reuse(campaign: Campaign, *, by: User | None) -> Campaign:
    """Return a new draft with the same composition and the same people.

    A copy of a draft also keeps its times and the send it resends. Two drafts that resend the same send
    do not send a person the message twice.
    """
    kept = {name: getattr(campaign, name) for name in DRAFT_ONLY} if campaign.is_draft else {}
    draft = _draft(campaign, by, numbers=campaign.numbers, **kept)
    pks = list(campaign.recipients.order_by("pk").values_list("pk", flat=True))
    _save(campaign, Verb.SEND_REUSED, draft, pks, by)
    return draft


def resend(campaign: Campaign, *, by: User | None, messages: QuerySet[Message] | None = None) -> Campaign:
    """Return a draft, linked to the old send, for the people whose message certainly did not go out.

    It takes the resendable ones of `messages`, or all refused ones. The plan checks again at the launch,
    and the unique `Message.resend_of` keeps a message from being resent twice. Raises NothingToResend.
    """
    rows = resendable(campaign, messages)
    found = list(rows.values_list("recipient_id", "phone"))
    if not found:
        raise NothingToResend
    unsaved = (phone for pk, phone in found if pk is None)
    draft = _draft(campaign, by, numbers="\n".join(unsaved), again_of=campaign)
    pks = [pk for pk, _phone in found if pk is not None]
    _save(campaign, Verb.SEND_RESENT, draft, pks, by)
    return draft


def _save(campaign: Campaign, verb: Verb, draft: Campaign, pks: list[int], by: User | None) -> None:
    recipient_list.save_hidden(draft, pks)
    people = len(pks) + len(draft.numbers.splitlines())
    with transaction.atomic():
        recipient_list.show(draft)
        audit.record(campaign, verb, by, {"draft": ["", str(draft.pk)]}, people=people)


def resendable(campaign: Campaign, messages: QuerySet[Message] | None = None) -> QuerySet[Message]:
    """Return the messages of a send that can be resent: those of `messages`, or all refused ones."""
    if messages is None:
        messages = Message.objects.filter(status=MessageStatus.REFUSED)
    return messages.filter(campaign=campaign, status__in=RESENDABLE, resent_as=None).order_by("pk")


def _draft(campaign: Campaign, by: User | None, **values: object) -> Campaign:
    composed = {name: getattr(campaign, name) for name in COMPOSED}
    # Erasing the bot's variables needs a permission of its own, also in a copy.
    may_restart = by is not None and by.has_perm("outbound.restart_contact")
    return Campaign(
        **composed,
        **values,
        restart_contact=campaign.restart_contact and may_restart,
        created_by=by,
    )
