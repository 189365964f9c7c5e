"""A send that is being prepared: how far that came, and the way back while nobody got anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from outbound import audit
from outbound.admin.base.confirmation import ConfirmView
from outbound.admin.campaigns.state import Note
from outbound.audit import Verb
from outbound.models import Launch
from outbound.sending.planning import launch_lease

STOPPED = gettext_noop("It was not sent: its preparation was stopped.")
# A worker looks twice a second; what nobody took for so long, nobody takes.
PATIENCE = timedelta(seconds=5)


@dataclass(frozen=True)
class Preparing:
    """What a page says of it. `percent` is of the people that the draft has at most."""

    written: int
    planned: int
    notes: list[Note]

    @property
    def percent(self) -> int:
        return min(100, 100 * self.written // max(1, self.planned))


def preparing(launch: Launch, now: datetime) -> Preparing:
    """Say how far a launch came, and what it waits for."""
    notes = [Note("hourglass_top", _taken_back() if launch.withdrawn else _going())]
    if launch.lease_until < now - PATIENCE:
        notes.append(Note("heart_broken", _nobody(), "warn"))
    return Preparing(min(launch.written, launch.planned), launch.planned, notes)


def _going() -> str:
    return _("Nothing goes out before every message is prepared; then all of them go by themselves.")


def _taken_back() -> str:
    return _("It is taken back, and becomes a draft again. Nobody got anything.")


def _nobody() -> str:
    return _(
        "Nobody is preparing it at this moment. Start the worker, or look at its log: it then goes on by "
        "itself."
    )


class StopView(ConfirmView):
    permission_required = "outbound.steer_campaign"
    question = gettext_lazy("Stop preparing %(name)s")
    confirm_label = gettext_lazy("Stop preparing")

    def explanation(self) -> list[str]:
        return [_("Nobody got anything so far. It becomes a draft again, with all that was composed.")]

    def refusal(self) -> str:
        launch = Launch.objects.filter(pk=self.record.pk).first()
        return "" if launch and not launch.withdrawn else _("This send is not being prepared.")

    def act(self, form: forms.Form) -> str:
        by: Any = self.request.user
        if not launch_lease.stop(self.record, reason=STOPPED, by=by, now=timezone.now()):
            return _("It was prepared already, and is on its way. Pause or cancel it here.")
        audit.record(self.record, Verb.LAUNCH_STOPPED, by)
        return _("Stopped. It becomes a draft again within seconds.")
