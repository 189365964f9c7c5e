"""Guards of how webhook events are applied."""

from __future__ import annotations

from tests.tools.mutants.guards import Mutant

OF_EVENTS = [
    Mutant(
        "rank: an event takes a message up alone",
        "outbound/lifecycle.py",
        "return reported if RANKS[reported] > RANKS.get(status, 0) else MessageStatus(status)",
        "return reported",
        "tests/tracking/test_applying.py",
    ),
    Mutant(
        "an answer takes nothing back of what an event said",
        "outbound/sending/engine/record.py",
        "status = CASE WHEN {_SAID_MORE} THEN outbound_message.status ELSE v.status END",
        "status = v.status",
        "tests/sending/engine/test_record_late.py",
    ),
    Mutant(
        "an event speaks for its own integration alone",
        "outbound/tracking/matching.py",
        "if owner != integration_id:",
        "if owner is None:",
        "tests/tracking/test_applying.py",
    ),
    Mutant(
        "an event that came before is a copy",
        "outbound/tracking/copies.py",
        "if key in known:",
        "if key is None:",
        "tests/tracking/test_copies.py",
    ),
    Mutant(
        "a copy tells the same: the id alone makes none",
        "outbound/tracking/copies.py",
        "json.dumps(told).encode()",
        "json.dumps(told[:1]).encode()",
        "tests/tracking/test_copies.py",
    ),
    Mutant(
        "a copy is of the same person",
        "outbound/tracking/copies.py",
        'reading.phone.key if reading.phone else ""',
        '""',
        "tests/tracking/test_copies.py",
    ),
    Mutant(
        "a copy says the same text",
        "outbound/tracking/copies.py",
        "        event.code,\n        event.text,\n",
        "        event.code,\n",
        "tests/tracking/test_copies.py",
    ),
    Mutant(
        "a copy is of something that took effect",
        "outbound/tracking/copies.py",
        "(EventState.WAITING, EventState.APPLIED,",
        "(EventState.FAILED, EventState.ORPHAN, EventState.WAITING, EventState.APPLIED,",
        "tests/tracking/test_copies.py",
    ),
    Mutant(
        "an unknown word changes nothing",
        "outbound/tracking/status_words.py",
        "raise UnknownWord(word)",
        "return MessageStatus.DELIVERED",
        "tests/tracking/test_processor.py",
    ),
    Mutant(
        "a window that closed is seen at the claim",
        "outbound/sending/engine/claim_sql.py",
        "WHEN needs_open_window AND NOT",
        "WHEN FALSE AND NOT",
        "tests/sending/engine/test_claim_service_window.py",
    ),
]
