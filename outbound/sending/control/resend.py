"""A send once more, as a draft: for all its people, or for those whom it certainly did not reach."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from outbound import audit
from outbound.audit import Verb
from outbound.lifecycle import MAY_GO_AGAIN, MessageStatus
from outbound.models import Campaign, Message
from outbound.sending.planning import recipient_list

# What a person composed; the rest of a campaign is its own story. The times of an old send are over.
COMPOSED = (
    "title", "kind", "integration_id", "template_id", "fields", "content", "context",
    "inactivity_minutes", "external_id_prefix", "first_wave",
)  # fmt: skip
OF_A_DRAFT = ("starts_at", "not_after", "again_of_id")


class NothingToSend(Exception):
    """No message of the send may go again: none was refused, or each one was sent again already."""


def copy_as_draft(campaign: Campaign, *, by: User | None) -> Campaign:
    """Return a new draft with all that was composed, the same people included.

    The copy of a draft also keeps its times, and the send whose refused messages it sends again: of two
    such drafts only one reaches a person.
    """
    kept = {name: getattr(campaign, name) for name in OF_A_DRAFT} if campaign.is_draft else {}
    draft = _draft(campaign, by, numbers=campaign.numbers, **kept)
    pks = list(campaign.recipients.order_by("pk").values_list("pk", flat=True))
    _save(campaign, Verb.SEND_REUSED, draft, pks, by)
    return draft


def draft_again(
    campaign: Campaign, *, by: User | None, messages: QuerySet[Message] | None = None
) -> Campaign:
    """Return a draft that sends again what certainly did not go out, linked to the old send.

    It is for the people of `messages`, or of all refused ones. Whoever may have got theirs, or was sent
    it again meanwhile, is left out here, by the plan, and at last by the database (`Message.resend_of`).
    Raises NothingToSend.
    """
    rows = may_go_again(campaign, messages)
    found = list(rows.values_list("recipient_id", "phone"))
    if not found:
        raise NothingToSend
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


def may_go_again(campaign: Campaign, messages: QuerySet[Message] | None = None) -> QuerySet[Message]:
    """Keep the messages of a send that may go again: of `messages`, or of all refused ones."""
    if messages is None:
        messages = Message.objects.filter(status=MessageStatus.REFUSED)
    return messages.filter(campaign=campaign, status__in=MAY_GO_AGAIN, resent_as=None).order_by("pk")


def _draft(campaign: Campaign, by: User | None, **values: object) -> Campaign:
    composed = {name: getattr(campaign, name) for name in COMPOSED}
    # Erasing what the bot knows is a right of its own, and a copy does not lend it.
    may_restart = by is not None and by.has_perm("outbound.restart_contact")
    return Campaign(
        **composed,
        **values,
        restart_contact=campaign.restart_contact and may_restart,
        created_by=by,
    )
