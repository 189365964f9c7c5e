"""The audit log: one entry for each change, with its verb, author, address and number of people."""

from __future__ import annotations

from outbound.audit.authors import Kind, acting_from, command_line, in_full
from outbound.audit.changes import Changes, as_text, changed, snapshot
from outbound.audit.entries import record, record_reading, record_rows
from outbound.audit.verbs import FORM_VERBS, Verb

__all__ = [
    "FORM_VERBS",
    "Changes",
    "Kind",
    "Verb",
    "acting_from",
    "as_text",
    "changed",
    "command_line",
    "in_full",
    "record",
    "record_reading",
    "record_rows",
    "snapshot",
]
