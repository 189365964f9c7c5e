"""The people of a draft that its form cannot change.

They are those of a resend, too many for the form, or saved people that the user may not see.
"""

from __future__ import annotations

from dataclasses import dataclass

from outbound.contents.bounds import MAX_PASTED_LENGTH, MAX_PICKED
from outbound.models import Campaign


@dataclass(frozen=True)
class FixedRecipients:
    """How many there are, the id of one for the preview, and the form fields that they replace."""

    count: int
    sample: int | None
    replaced_fields: tuple[str, ...]
    is_hidden: bool


def fixed_recipients(draft: Campaign | None, *, may_see: bool) -> FixedRecipients | None:
    """Return the people that the form cannot change; None where it can change all.

    A resend is only for people of the earlier send.
    """
    if draft is None:
        return None
    saved, count, replaced = draft.recipients.count(), 0, []
    if draft.again_of_id or saved > MAX_PICKED or (saved and not may_see):
        count, replaced = saved, ["recipients"]
    if draft.again_of_id or len(draft.numbers) > MAX_PASTED_LENGTH:
        count, replaced = count + len(draft.numbers.splitlines()), [*replaced, "numbers"]
    if not replaced:
        return None
    shows_one = may_see and "recipients" in replaced
    sample = draft.recipients.values_list("pk", flat=True).first() if shows_one else None
    return FixedRecipients(count, sample, tuple(replaced), is_hidden=bool(saved) and not may_see)
