"""The guards of what is done in many transactions: a launch, its way back, a cancel."""

from __future__ import annotations

from tests.mutants.guards import SENDING, Mutant

OF_LAUNCHES = [
    Mutant(
        "launch: each write asks whether the launch is still ours",
        f"{SENDING}/launch_lease.py",
        "filter(pk=launch.pk, ticket=launch.ticket)\n    if not",
        "filter(pk=launch.pk)\n    if not",
        "tests/sending/test_launch_lease.py",
    ),
    Mutant(
        "launch: the lease of who is at work is not taken",
        f"{SENDING}/launch_lease.py",
        "free = Launch.objects.filter(pk=pk, lease_until__lte=now)",
        "free = Launch.objects.filter(pk=pk)",
        "tests/sending/test_launch_lease.py",
    ),
    Mutant(
        "launch: a draft is begun once",
        f"{SENDING}/launch_lease.py",
        "        if not moved:\n            raise AlreadyLaunched\n",
        "",
        "tests/sending/test_launch.py",
    ),
    Mutant(
        "launch: its rows are nobody's before the last is written",
        f"{SENDING}/launch_lease.py",
        "status=CampaignStatus.LAUNCHING, launched_by",
        "status=CampaignStatus.RUNNING, launched_by",
        "tests/sending/test_launch_lease.py",
    ),
    Mutant(
        "launch: what a lost launcher wrote is written anew",
        f"{SENDING}/launch.py",
        "        launch_lease.clear(held)  # of whoever had it before us\n",
        "        pass\n",
        "tests/sending/test_launch_lease.py",
    ),
    Mutant(
        "launch: a lost command's send does not go out by itself",
        f"{SENDING}/launcher.py",
        "elif held.goes_on:",
        "else:\n        write(held, timezone.now(), then, may_go_on)\n    if False:",
        "tests/sending/test_launch_lease.py",
    ),
    Mutant(
        "launch: a changed plan goes to nobody",
        f"{SENDING}/launch.py",
        "if held.expected and walk.digest != held.expected:",
        "if False:",
        "tests/sending/test_launch.py",
    ),
    Mutant(
        "launch: a template that was paused midway stops it",
        f"{SENDING}/launch.py",
        "        _refuse_paused(campaign)\n",
        "",
        "tests/sending/test_launch_midway.py",
    ),
    Mutant(
        "launch: its rows do not expire before it is over",
        f"{SENDING}/recover.py",
        ".exclude(status=CampaignStatus.LAUNCHING)",
        "",
        "tests/sending/test_launch_lease.py",
    ),
    Mutant(
        "launch: no page shows its rows",
        "outbound/models/message.py",
        "self.exclude(campaign__in=hidden) if hidden else self",
        "self",
        "tests/admin/test_preparing_unseen.py",
    ),
    Mutant(
        "cancel: what waits is settled at once",
        f"{SENDING}/steering.py",
        "        recover.settle_queued(campaign, now)\n    return count",
        "        pass\n    return count",
        "tests/sending/test_steering.py",
    ),
]
