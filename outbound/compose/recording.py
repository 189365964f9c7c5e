"""A draft in the audit log: created, or changed in this and that, and for how many people it is now."""

from __future__ import annotations

from dataclasses import dataclass, field

from auditlog.models import LogEntry
from django.contrib.auth.models import User

from outbound import audit
from outbound.audit import Verb
from outbound.models import Campaign


@dataclass(frozen=True)
class Composed:
    """What a draft held before it was saved; nothing of a new one."""

    is_new: bool = True
    values: dict[str, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()

    @classmethod
    def of(cls, draft: Campaign | None) -> Composed:
        return cls(False, audit.snapshot(draft), _people(draft)) if draft else cls()

    def record(self, draft: Campaign, by: User) -> None:
        """Write down what is different now; a draft that was saved as it stood leaves nothing."""
        changes, people = audit.changed(self.values, draft), _people(draft)
        if people != self.people:
            changes["people"] = [str(len(self.people)), str(len(people))]
        if self.is_new:
            action = LogEntry.Action.CREATE
            audit.record(draft, Verb.DRAFT_CREATED, by, changes, people=len(people), action=action)
        elif changes:
            audit.record(draft, Verb.DRAFT_CHANGED, by, changes, people=len(people))


def _people(draft: Campaign) -> tuple[str, ...]:
    """Return what tells a draft's people apart: the ids of the saved ones, and what was pasted."""
    saved = draft.recipients.order_by("pk").values_list("pk", flat=True)
    return (*map(str, saved), *filter(None, draft.numbers.split("\n")))
