"""Saves and launches a send of the command line."""

from __future__ import annotations

from contextlib import nullcontext, suppress

from django.core.management.base import CommandError
from django.db import Error, transaction
from django.utils.translation import gettext as _

from outbound.lifecycle import CampaignStatus
from outbound.models import Campaign
from outbound.sending.planning.launch import LaunchLost, is_large
from outbound.tasks import launch_and_wake


def launch_or_delete(campaign: Campaign, digest: str) -> None:
    """Save and launch a planned send, or delete it: in one transaction, or in many if it is large.

    Raises as `launch` does. If this process is killed, the worker makes a large one a draft.
    """
    with nullcontext() if is_large(campaign) else transaction.atomic():
        campaign.save()
        try:
            launch_and_wake(campaign, by=None, expected=digest)
        except LaunchLost:
            stopped = _(
                "The send was stopped while it was prepared. Nobody got it, and it is among the drafts."
            )
            raise CommandError(stopped) from None
        except BaseException:
            _delete(campaign)
            raise


def _delete(campaign: Campaign) -> None:
    with suppress(Error):  # it then stays as a draft
        for draft in Campaign.objects.filter(pk=campaign.pk, status=CampaignStatus.DRAFT):
            draft.delete()
