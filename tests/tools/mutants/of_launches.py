"""Guards of launching and cancelling in many transactions."""

from __future__ import annotations

from tests.tools.mutants.guards import Mutant

OF_LAUNCHES = [
    Mutant(
        "status: a verb changes only what its status allows",
        "outbound/models/status.py",
        "self.filter(status__in=before).update(",
        "self.update(",
        "tests/sending/control/test_campaigns.py",
    ),
    Mutant(
        "launch: each write asks whether the launch is still ours",
        "outbound/sending/planning/launch_lease.py",
        "filter(pk=lease.pk, ticket=lease.ticket)\n    if not",
        "filter(pk=lease.pk)\n    if not",
        "tests/sending/planning/test_launch_lease.py",
    ),
    Mutant(
        "launch: the lease of who is at work is not taken",
        "outbound/sending/planning/launch_lease.py",
        "free = Launch.objects.filter(pk=pk, lease_until__lte=now)",
        "free = Launch.objects.filter(pk=pk)",
        "tests/sending/planning/test_launch_lease.py",
    ),
    Mutant(
        "launch: a draft is begun once",
        "outbound/models/campaign.py",
        "self.filter(status=CampaignStatus.DRAFT).update(\n            status=CampaignStatus.LAUNCHING",
        "self.update(\n            status=CampaignStatus.LAUNCHING",
        "tests/sending/planning/test_launch.py",
    ),
    Mutant(
        "launch: its rows are nobody's before the last is written",
        "outbound/models/campaign.py",
        "status=CampaignStatus.LAUNCHING, launched_by",
        "status=CampaignStatus.RUNNING, launched_by",
        "tests/sending/planning/test_launch_lease.py",
    ),
    Mutant(
        "launch: what a lost launcher wrote is written anew",
        "outbound/sending/planning/launch.py",
        "        launch_lease.delete_messages(lease)  # of an earlier holder of the lease\n",
        "        pass\n",
        "tests/sending/planning/test_launch_lease.py",
    ),
    Mutant(
        "launch: a lost command's send does not go out by itself",
        "outbound/sending/planning/launcher.py",
        "elif lease.goes_on:",
        "else:\n        carry_out(lease, timezone.now(), stop)\n    if False:",
        "tests/sending/planning/test_launch_lease.py",
    ),
    Mutant(
        "launch: a changed plan goes to nobody",
        "outbound/sending/planning/launch.py",
        "if lease.expected and str(written.digest) != lease.expected:",
        "if False:",
        "tests/sending/planning/test_launch.py",
    ),
    Mutant(
        "launch: a template that was paused midway stops it",
        "outbound/sending/planning/launch.py",
        "        _refuse_paused_template(campaign)\n",
        "",
        "tests/sending/planning/test_launch_midway.py",
    ),
    Mutant(
        "launch: its rows do not expire before it is over",
        "outbound/sending/engine/recover.py",
        ".exclude(status=CampaignStatus.LAUNCHING)",
        "",
        "tests/sending/planning/test_launch_lease.py",
    ),
    Mutant(
        "launch: no page shows its rows",
        "outbound/models/message.py",
        "self.exclude(campaign__in=hidden) if hidden else self",
        "self",
        "tests/admin/campaigns/test_launch_hidden.py",
    ),
    Mutant(
        "cancel: what waits is settled at once",
        "outbound/sending/control/campaigns.py",
        "    recover.settle_queued(campaign, now)\n    return count",
        "    return count",
        "tests/sending/control/test_campaigns.py",
    ),
]
