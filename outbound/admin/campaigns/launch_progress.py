"""The progress of a launch on the page of its send, and the confirmation to stop it."""

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

STOPPED_REASON = gettext_noop("It was not sent: its preparation was stopped.")
# Workers look for launches twice a second; after this time none is at work.
WORKER_DELAY = timedelta(seconds=5)


@dataclass(frozen=True)
class LaunchProgress:
    """How many messages of a launch are written; `planned` is the most that the draft can have."""

    written: int
    planned: int
    notes: list[Note]

    @classmethod
    def of(cls, launch: Launch, now: datetime) -> LaunchProgress:
        notes = [_note(launch)]
        if launch.lease_until < now - WORKER_DELAY:
            notes.append(_no_worker_note())
        return cls(min(launch.written, launch.planned), launch.planned, notes)

    @property
    def percent(self) -> int:
        return min(100, 100 * self.written // max(1, self.planned))


def _note(launch: Launch) -> Note:
    if launch.withdrawn:
        return Note("hourglass_top", _("It is taken back, and becomes a draft again. Nobody got anything."))
    text = _("Nothing goes out before every message is prepared; then all of them go by themselves.")
    return Note("hourglass_top", text)


def _no_worker_note() -> Note:
    text = _(
        "Nobody is preparing it at this moment. Start the worker, or look at its log: it then goes on by "
        "itself."
    )
    return Note("heart_broken", text, "warn")


class StopLaunchView(ConfirmView):
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
        if not launch_lease.stop(self.record, reason=STOPPED_REASON, by=by, now=timezone.now()):
            return _("It was prepared already, and is on its way. Pause or cancel it here.")
        audit.record(self.record, Verb.LAUNCH_STOPPED, by)
        return _("Stopped. It becomes a draft again within seconds.")
