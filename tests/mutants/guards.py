"""The guards of the sender, each with what stands there without it and the tests that must notice."""

from __future__ import annotations

from dataclasses import dataclass

SENDING = "outbound/sending"


_REAPED = """\
        over.filter(pk__in=pks, status__in=sources(MessageStatus.UNCONFIRMED)).update(
            status=MessageStatus.{}, """
_RUNNING = "campaigns.filter(status=CampaignStatus.RUNNING, integration__status=IntegrationStatus.ACTIVE)"


@dataclass(frozen=True)
class Mutant:
    """One guard: where it stands, what stands there without it, and the tests that must notice."""

    name: str
    file: str
    guard: str
    without: str
    tests: str
    needs_many_senders: bool = False


MUTANTS = [
    Mutant(
        "unique index: one attempt that may have left",
        "outbound/migrations/0001_initial.py",
        "Q(('outcome__in', ['accepted', 'ambiguous', 'open'])), fields=('message',)",
        "Q(('outcome__in', ['nothing'])), fields=('message',)",
        "tests/sending/test_claim.py",
    ),
    Mutant(
        "status in the guarded UPDATE",
        f"{SENDING}/mark.py",
        "  AND CASE outbound_message.status WHEN 'queued' THEN TRUE ELSE FALSE END\n",
        "",
        "tests/sending/test_guards.py",
    ),
    Mutant(
        "rows locked by another sender are skipped",
        f"{SENDING}/mark.py",
        '"FOR UPDATE SKIP LOCKED" if',
        '"" if',
        "tests/sending/test_races.py",
        needs_many_senders=True,
    ),
    Mutant(
        "ticket: an answer counts for its own hold alone",
        f"{SENDING}/record.py",
        "  AND outbound_message.ticket = v.ticket\n",
        "",
        "tests/sending/test_record.py",
    ),
    Mutant(
        "attempt number: an answer counts for its own attempt alone",
        f"{SENDING}/record.py",
        "  AND outbound_message.attempt_count = v.attempt_number\n",
        "",
        "tests/sending/test_record.py",
    ),
    Mutant(
        "moves: an answer changes only what may still change",
        f"{SENDING}/record.py",
        "  AND {{moves}}",
        "",
        "tests/sending/test_record.py",
    ),
    Mutant(
        "lease check: recovery leaves alone who is at work",
        f"{SENDING}/recover.py",
        "status=MessageStatus.SENDING, lease_until__lt=now",
        "status=MessageStatus.SENDING",
        "tests/sending/test_recover.py",
    ),
    Mutant(
        "reaper: what a lost sender held is in doubt, never queued",
        f"{SENDING}/recover.py",
        _REAPED.format("UNCONFIRMED"),
        _REAPED.format("QUEUED"),
        "tests/sending/test_recover.py",
    ),
    Mutant(
        "marker: the first byte",
        "outbound/gateways/calls.py",
        "        self.has_left = True\n",
        "",
        "tests/gateways",
    ),
    Mutant(
        "a mark that is too old sends nothing",
        "outbound/gateways/calls.py",
        "if self._send_before is not None and now > self._send_before:",
        "if False:",
        "tests/gateways",
    ),
    Mutant(
        "pause of a send in the claim",
        f"{SENDING}/lanes.py",
        _RUNNING,
        "campaigns.filter(integration__status=IntegrationStatus.ACTIVE)",
        "tests/sending/test_lanes.py",
    ),
    Mutant(
        "pause of an integration in the claim",
        f"{SENDING}/lanes.py",
        _RUNNING,
        "campaigns.filter(status=CampaignStatus.RUNNING)",
        "tests/sending/test_lanes.py",
    ),
    Mutant(
        "a pause waits for the claims that saw the send running",
        f"{SENDING}/lanes.py",
        "FOR SHARE OF campaign, integration SKIP LOCKED\n)",
        ")",
        "tests/sending/test_races.py",
        needs_many_senders=True,
    ),
    Mutant(
        "senders take turns during a first wave",
        f"{SENDING}/lanes.py",
        "FOR NO KEY UPDATE OF campaign SKIP LOCKED FOR SHARE OF integration SKIP LOCKED",
        "FOR SHARE OF campaign, integration SKIP LOCKED",
        "tests/sending/test_waves.py",
        needs_many_senders=True,
    ),
    Mutant(
        "daily cap",
        f"{SENDING}/throttle.py",
        "counts.append(limits.per_day - used_today(throttle, now))",
        "counts.append(limits.per_day)",
        "tests/sending/test_lanes.py",
    ),
    Mutant(
        "daily cap: senders take turns",
        f"{SENDING}/throttle.py",
        "rows = rows.select_for_update()",
        "pass",
        "tests/sending/test_races.py",
        needs_many_senders=True,
    ),
    Mutant(
        "slots: no more rows than are free",
        f"{SENDING}/claim.py",
        "count = allowed.within(free(lane.integration.pk))",
        "count = allowed.within(1000)",
        "tests/sending/test_claim.py",
    ),
    Mutant(
        "opt-out in the claim",
        f"{SENDING}/mark.py",
        "AND person.opted_out_at IS NOT NULL",
        "AND person.opted_out_at IS NULL AND FALSE",
        "tests/sending/test_claim.py",
    ),
    Mutant(
        "not after",
        f"{SENDING}/lanes.py",
        "if one.not_after is None or one.not_after > now",
        "",
        "tests/sending/test_lanes.py",
    ),
    Mutant(
        "pace",
        f"{SENDING}/throttle.py",
        "counts.append(_paced(limits.per_second, throttle, now))",
        "pass",
        "tests/sending/test_throttle.py",
    ),
    Mutant(
        "breaker: one row tries",
        f"{SENDING}/throttle.py",
        "return Allowance(min([1, *counts])",
        "return Allowance(min([99, *counts])",
        "tests/sending/test_breaker.py",
    ),
    Mutant(
        "breaker: what fails during the pause does not lengthen it",
        f"{SENDING}/breaker.py",
        "if lesson.probe_failed or (lesson.bad and not is_waiting):",
        "if lesson.probe_failed or lesson.bad:",
        "tests/sending/test_breaker.py",
    ),
    Mutant(
        "daily cap: what came back is given back to its own day",
        f"{SENDING}/throttle.py",
        "if throttle.day == day:",
        "if True:",
        "tests/sending/test_breaker.py",
    ),
    Mutant(
        "a paused send takes back what stands ready",
        f"{SENDING}/run.py",
        "self._withdraw(None, held_back)",
        "pass",
        "tests/sending/test_run_ends.py",
    ),
    Mutant(
        "an old token's refusal does not stop the new one",
        f"{SENDING}/stops.py",
        "        unchanged, same_token, pk",
        "        pk",
        "tests/sending/test_record.py",
    ),
    Mutant(
        "a claim that fails costs no answer",
        f"{SENDING}/run.py",
        "return self._patiently(lambda: self._write(self._finished, wants=False))",
        "return set(), None",
        "tests/sending/test_run_database.py",
    ),
]
