"""The audit entries of a draft that is created or changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from auditlog.models import LogEntry
from django.contrib.auth.models import User

from outbound import audit
from outbound.audit import Verb
from outbound.contents.bounds import MAX_PICKED
from outbound.models import Campaign


@dataclass(frozen=True)
class People:
    """How many people a draft is for, and who: ids (as many as a form can change) and pasted numbers."""

    count: int = 0
    saved: tuple[int, ...] = ()
    numbers: str = ""

    @classmethod
    def of(cls, draft: Campaign) -> People:
        saved = draft.recipients.order_by("pk").values_list("pk", flat=True)
        count = saved.count() + len(draft.numbers.splitlines())
        return cls(count, tuple(saved[: MAX_PICKED + 1]), draft.numbers)


@dataclass(frozen=True)
class DraftSnapshot:
    """The values of a draft before it is saved; empty for a new draft."""

    is_new: bool = True
    values: dict[str, str] = field(default_factory=dict)
    people: People = field(default_factory=People)

    @classmethod
    def of(cls, draft: Campaign | None) -> DraftSnapshot:
        return cls(False, audit.snapshot(draft), People.of(draft)) if draft else cls()

    def record(self, draft: Campaign, by: User) -> None:
        """Record what differs now, if anything."""
        changes, people = audit.changed(self.values, draft), People.of(draft)
        if people != self.people:
            changes["people"] = [str(self.people.count), str(people.count)]
        if self.is_new:
            action = LogEntry.Action.CREATE
            audit.record(draft, Verb.DRAFT_CREATED, by, changes, people=people.count, action=action)
        elif changes:
            audit.record(draft, Verb.DRAFT_CHANGED, by, changes, people=people.count)
