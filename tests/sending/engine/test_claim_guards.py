"""The last guard of the claim, tried where the first one is out of the way."""

from __future__ import annotations

import pytest

from outbound.lifecycle import MessageStatus
from outbound.models import Message
from outbound.sending.engine import claim_sql
from tests.sending.steps import a_launched, claimed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", sorted(set(MessageStatus) - {MessageStatus.QUEUED, MessageStatus.SENDING}))
def test_a_row_that_changed_after_it_was_picked_is_not_marked(
    monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    a_launched(people=2)
    changed, queued = Message.objects.order_by("id")
    Message.objects.filter(pk=changed.pk).update(status=status)
    # As if it had changed since: what picks no longer looks at the status, and what marks still does.
    blind = claim_sql.OF_CAMPAIGN.replace("status = 'queued' AND ", "")
    assert blind != claim_sql.OF_CAMPAIGN
    monkeypatch.setattr(claim_sql, "OF_CAMPAIGN", blind)

    taken = claimed()

    assert [one.message_id for one in taken] == [queued.pk]
    assert Message.objects.get(pk=changed.pk).status == status
