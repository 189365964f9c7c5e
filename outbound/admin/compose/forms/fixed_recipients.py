"""People whom a draft brings along and the form leaves alone.

They are those of an older send, too many for the form, or saved people whom its reader may not see.
"""

from __future__ import annotations

from dataclasses import dataclass

from outbound.contents.bounds import MAX_PASTED_LENGTH, MAX_PICKED
from outbound.models import Campaign


@dataclass(frozen=True)
class Kept:
    """How many there are, one of them for the preview, and the fields that do not ask for people then."""

    count: int
    sample: int | None
    without: tuple[str, ...]
    is_hidden: bool


def kept_people(draft: Campaign | None, *, may_see: bool) -> Kept | None:
    """Return whom the form keeps as they are; None where people are chosen as usual.

    A send that is linked to an older one is for people of that one alone, so nobody is added.
    """
    if draft is None:
        return None
    saved, count, without = draft.recipients.count(), 0, []
    if draft.again_of_id or saved > MAX_PICKED or (saved and not may_see):
        count, without = saved, ["recipients"]
    if draft.again_of_id or len(draft.numbers) > MAX_PASTED_LENGTH:
        count, without = count + len(draft.numbers.splitlines()), [*without, "numbers"]
    if not without:
        return None
    shows_one = may_see and "recipients" in without
    sample = draft.recipients.values_list("pk", flat=True).first() if shows_one else None
    return Kept(count, sample, tuple(without), is_hidden=bool(saved) and not may_see)
