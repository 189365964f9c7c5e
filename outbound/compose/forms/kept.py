"""People whom a draft brings along and the form leaves alone: those of an older send, or too many for it."""

from __future__ import annotations

from dataclasses import dataclass

from outbound.bounds import MAX_PASTED_LENGTH, MAX_PICKED
from outbound.models import Campaign


@dataclass(frozen=True)
class Kept:
    """How many there are, one of them for the preview, and the fields that do not ask for people then."""

    count: int
    sample: int | None
    without: tuple[str, ...]


def kept_people(draft: Campaign | None) -> Kept | None:
    """Return whom the form keeps as they are; None where people are chosen as usual.

    A send that is linked to an older one is for people of that one alone, so nobody is added.
    """
    if draft is None:
        return None
    saved, count, without = draft.recipients.count(), 0, []
    if draft.again_of_id or saved > MAX_PICKED:
        count, without = saved, ["recipients"]
    if draft.again_of_id or len(draft.numbers) > MAX_PASTED_LENGTH:
        count, without = count + len(draft.numbers.splitlines()), [*without, "numbers"]
    if not without:
        return None
    sample = draft.recipients.values_list("pk", flat=True).first() if "recipients" in without else None
    return Kept(count, sample, tuple(without))
