"""Long lists of drafts are saved and deleted page by page, hidden meanwhile."""

from __future__ import annotations

import pytest
from django.utils import timezone

from outbound import failpoints
from outbound.lifecycle import UNFINISHED
from outbound.models import Campaign, Recipient
from outbound.sending.control.resend import reuse
from outbound.sending.planning import recipient_list
from tests.builders import a_campaign, a_recipient
from tests.sending.planning.launches import killed_at
from tests.sending.steps import later

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pages_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipient_list, "PAGE_SIZE", 2)


def a_long_draft() -> Campaign:
    draft = a_campaign()
    draft.recipients.set([a_recipient() for _number in range(5)])
    return draft


def test_long_list_is_copied_completely() -> None:
    old = a_long_draft()

    draft = reuse(old, by=None)

    draft.refresh_from_db()
    assert draft.is_draft
    assert draft.status_changed_at is None
    assert set(draft.recipients.all()) == set(old.recipients.all())


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_killed_copy_is_hidden_and_cleaned_up(pages: int) -> None:
    old = a_long_draft()
    with killed_at(failpoints.LIST_PAGE, pages):
        reuse(old, by=None)
    left = Campaign.objects.exclude(pk=old.pk).get()

    assert left.status == UNFINISHED
    assert recipient_list.clean_up(timezone.now()) == 0
    assert recipient_list.clean_up(later(minutes=11)) == 1

    assert list(Campaign.objects.all()) == [old]
    assert old.recipients.count() == 5


@pytest.mark.parametrize("pages", [1, 2])
def test_killed_discard_hides_the_draft_and_is_cleaned_up(pages: int) -> None:
    draft = a_long_draft()
    with killed_at(failpoints.LIST_PAGE, pages):
        recipient_list.discard(draft, by=None)

    assert not Campaign.objects.get().is_draft
    recipient_list.clean_up(later(minutes=11))

    assert not Campaign.objects.exists()
    assert Recipient.objects.count() == 5


def test_long_draft_is_discarded() -> None:
    assert recipient_list.discard(a_long_draft(), by=None)

    assert not Campaign.objects.exists()
    assert not Campaign.recipients.through.objects.exists()


def test_sent_draft_is_not_discarded() -> None:
    draft = a_long_draft()
    Campaign.objects.update(status="running")

    assert not recipient_list.discard(draft, by=None)

    assert Campaign.objects.get().recipients.count() == 5
