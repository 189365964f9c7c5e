"""Guards of the sender, each with a mutation and the tests that must fail for it."""

from __future__ import annotations

from dataclasses import dataclass

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
        "tests/sending/engine/test_claim.py",
    ),
    Mutant(
        "status in the guarded UPDATE",
        "outbound/sending/engine/claim_sql.py",
        "  AND CASE outbound_message.status WHEN 'queued' THEN TRUE ELSE FALSE END\n",
        "",
        "tests/sending/engine/test_claim_guards.py",
    ),
    Mutant(
        "rows locked by another sender are skipped",
        "outbound/sending/engine/claim_sql.py",
        '"FOR UPDATE SKIP LOCKED" if',
        '"" if',
        "tests/sending/test_races.py",
        needs_many_senders=True,
    ),
    Mutant(
        "ticket: an answer counts for its own hold alone",
        "outbound/sending/engine/record.py",
        "  AND outbound_message.ticket = v.ticket\n",
        "",
        "tests/sending/engine/test_record.py",
    ),
    Mutant(
        "attempt number: an answer counts for its own attempt alone",
        "outbound/sending/engine/record.py",
        "  AND outbound_message.attempt_count = v.attempt_number\n",
        "",
        "tests/sending/engine/test_record.py",
    ),
    Mutant(
        "moves: an answer changes only what may still change",
        "outbound/sending/engine/record.py",
        "  AND {{moves}}",
        "",
        "tests/sending/engine/test_record.py",
    ),
    Mutant(
        "lease check: recovery leaves alone who is at work",
        "outbound/sending/engine/recover.py",
        "status=MessageStatus.SENDING, lease_until__lt=now",
        "status=MessageStatus.SENDING",
        "tests/sending/engine/test_recover.py",
    ),
    Mutant(
        "reaper: what a lost sender held is in doubt, never queued",
        "outbound/sending/engine/recover.py",
        _REAPED.format("UNCONFIRMED"),
        _REAPED.format("QUEUED"),
        "tests/sending/engine/test_recover.py",
    ),
    Mutant(
        "marker: the first byte",
        "outbound/gateways/base/deadline.py",
        "        self.has_left = True\n",
        "",
        "tests/gateways",
    ),
    Mutant(
        "a mark that is too old sends nothing",
        "outbound/gateways/base/deadline.py",
        "if self._send_before is not None and now > self._send_before:",
        "if False:",
        "tests/gateways",
    ),
    Mutant(
        "pause of a send in the claim",
        "outbound/sending/limits/eligible.py",
        _RUNNING,
        "campaigns.filter(integration__status=IntegrationStatus.ACTIVE)",
        "tests/sending/limits/test_eligible.py",
    ),
    Mutant(
        "pause of an integration in the claim",
        "outbound/sending/limits/eligible.py",
        _RUNNING,
        "campaigns.filter(status=CampaignStatus.RUNNING)",
        "tests/sending/limits/test_eligible.py",
    ),
    Mutant(
        "a pause waits for the claims that saw the send running",
        "outbound/sending/limits/eligible.py",
        "FOR SHARE OF campaign, integration SKIP LOCKED\n)",
        ")",
        "tests/sending/test_races.py",
        needs_many_senders=True,
    ),
    Mutant(
        "senders take turns during a first wave",
        "outbound/sending/limits/eligible.py",
        "FOR NO KEY UPDATE OF campaign SKIP LOCKED FOR SHARE OF integration SKIP LOCKED",
        "FOR SHARE OF campaign, integration SKIP LOCKED",
        "tests/sending/limits/test_canary.py",
        needs_many_senders=True,
    ),
    Mutant(
        "daily cap",
        "outbound/sending/limits/rate_limit.py",
        "counts.append(limits.per_day - used_today(throttle, now))",
        "counts.append(limits.per_day)",
        "tests/sending/limits/test_eligible.py",
    ),
    Mutant(
        "daily cap: senders take turns",
        "outbound/sending/limits/rate_limit.py",
        "rows = rows.select_for_update()",
        "pass",
        "tests/sending/test_races.py",
        needs_many_senders=True,
    ),
    Mutant(
        "slots: no more rows than are free",
        "outbound/sending/engine/claim.py",
        "quota.within(free_slots(pk))",
        "quota.within(1000)",
        "tests/sending/engine/test_claim.py",
    ),
    Mutant(
        "opt-out in the claim",
        "outbound/sending/engine/claim_sql.py",
        "AND person.opted_out_at IS NOT NULL",
        "AND person.opted_out_at IS NULL AND FALSE",
        "tests/sending/engine/test_claim.py",
    ),
    Mutant(
        "not after",
        "outbound/sending/limits/eligible.py",
        "if one.not_after is None or one.not_after > now",
        "",
        "tests/sending/limits/test_eligible.py",
    ),
    Mutant(
        "pace",
        "outbound/sending/limits/rate_limit.py",
        "counts.append(_paced(limits.per_second, throttle, now))",
        "pass",
        "tests/sending/limits/test_rate_limit.py",
    ),
    Mutant(
        "breaker: one row tries",
        "outbound/sending/limits/rate_limit.py",
        "return IntegrationQuota(min([1, *counts])",
        "return IntegrationQuota(min([99, *counts])",
        "tests/sending/limits/test_circuit_breaker.py",
    ),
    Mutant(
        "breaker: what fails during the pause does not lengthen it",
        "outbound/sending/limits/circuit_breaker.py",
        "if summary.probe_failed or (summary.bad and not is_waiting):",
        "if summary.probe_failed or summary.bad:",
        "tests/sending/limits/test_circuit_breaker.py",
    ),
    Mutant(
        "daily cap: what came back is given back to its own day",
        "outbound/sending/limits/rate_limit.py",
        "if throttle.day == day:",
        "if True:",
        "tests/sending/limits/test_circuit_breaker.py",
    ),
    Mutant(
        "a paused send takes back what stands ready",
        "outbound/sending/engine/sender.py",
        "self._withdraw(None, held_back)",
        "pass",
        "tests/sending/sender/test_sender_ends.py",
    ),
    Mutant(
        "an old token's refusal does not stop the new one",
        "outbound/sending/limits/stop_integration.py",
        "unchanged, same_token, pk",
        "pk",
        "tests/sending/engine/test_record.py",
    ),
    Mutant(
        "a claim that fails costs no answer",
        "outbound/sending/engine/transactions.py",
        "return self._retry(lambda: self._write(results, None))\n\n    def _write",
        "return set(), None\n\n    def _write",
        "tests/sending/sender/test_sender_database.py",
    ),
]
