"""One composition for one or many people; as a draft it holds what the compose page shows."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbound.lifecycle import CANCELLABLE, MAX_REASON_LENGTH, UNFINISHED, CampaignKind, CampaignStatus
from outbound.models.integration import Integration
from outbound.models.recipient import Recipient
from outbound.models.status import StatusQuerySet, StatusRecord
from outbound.models.template import Template

MAX_PREFIX_LENGTH = 16
MAX_INACTIVITY_MINUTES = 43_200  # thirty days
validate_prefix = RegexValidator(
    r"^[A-Za-z0-9_-]*$", _("Only letters, digits, hyphen and underscore."), code="prefix_invalid"
)


class CampaignQuerySet(StatusQuerySet["Campaign"]):
    """The changes of a send's status."""

    def pause(self, *, reason: str, by: User | None, now: datetime) -> int:
        """Pause the running ones."""
        return self._move({CampaignStatus.RUNNING}, CampaignStatus.PAUSED, reason=reason, by=by, now=now)

    def resume(self, *, reason: str, by: User | None, now: datetime) -> int:
        """Let the paused ones go on."""
        return self._move({CampaignStatus.PAUSED}, CampaignStatus.RUNNING, reason=reason, by=by, now=now)

    def cancel(self, *, reason: str, by: User | None, now: datetime) -> int:
        """Cancel the running and the paused ones."""
        return self._move(CANCELLABLE, CampaignStatus.CANCELLED, reason=reason, by=by, now=now)

    def begin_launch(self, *, by: User | None, now: datetime) -> int:
        """Start to launch the drafts: their messages are written next."""
        return self.filter(status=CampaignStatus.DRAFT).update(
            status=CampaignStatus.LAUNCHING, launched_by=by, launched_at=now, status_reason=""
        )

    def finish_launch(self, **columns: Any) -> int:
        """Run the launching ones, whose messages are all written; `columns` are set along with it."""
        return self.filter(status=CampaignStatus.LAUNCHING).update(status=CampaignStatus.RUNNING, **columns)

    def undo_launch(self, *, reason: str, by: User | None, now: datetime) -> int:
        """Turn the launching ones back into drafts."""
        return self._move(
            {CampaignStatus.LAUNCHING},
            CampaignStatus.DRAFT,
            reason=reason,
            by=by,
            now=now,
            launched_by=None,
            launched_at=None,
        )

    def hide_drafts(self, *, now: datetime) -> int:
        """Hide drafts from every page while their list of people is filled or emptied."""
        return self.filter(status=CampaignStatus.DRAFT).update(status=UNFINISHED, status_changed_at=now)

    def show_drafts(self) -> int:
        """Show hidden drafts again."""
        return self.filter(status=UNFINISHED).update(status=CampaignStatus.DRAFT, status_changed_at=None)


class Campaign(StatusRecord):
    """What is sent, to whom, and through which integration.

    A draft may be incomplete: nothing is checked before the review. `content` is the composer's JSON as
    typed, `fields` the values of the template's fields, `numbers` the pasted phone numbers.
    """

    # Generated with the empty form, so posting the same form twice finds the same draft.
    draft_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=CampaignKind.choices)
    status = models.CharField(
        _("status"), max_length=20, choices=CampaignStatus.choices, default=CampaignStatus.DRAFT
    )
    integration = models.ForeignKey(
        Integration, models.PROTECT, null=True, related_name="campaigns", verbose_name=_("integration")
    )
    template = models.ForeignKey(
        Template, models.PROTECT, null=True, blank=True, related_name="campaigns", verbose_name=_("template")
    )
    # The template's text at the launch, so that a later edit of the template does not change the history.
    template_body = models.TextField(blank=True, editable=False)
    fields = models.JSONField(_("fields"), default=dict, blank=True)
    content = models.JSONField(_("content"), null=True, blank=True)
    recipients = models.ManyToManyField(Recipient, blank=True, verbose_name=_("recipients"))
    numbers = models.TextField(_("numbers"), blank=True)
    context = models.JSONField(_("context"), default=dict, blank=True)
    restart_contact = models.BooleanField(_("restart the conversation"), default=False)
    inactivity_minutes = models.PositiveIntegerField(_("inactivity in minutes"), null=True, blank=True)
    external_id_prefix = models.CharField(
        _("prefix of the external id"),
        max_length=MAX_PREFIX_LENGTH,
        blank=True,
        validators=[validate_prefix],
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("sent by")
    )
    launched_at = models.DateTimeField(_("sent at"), null=True)
    # If empty, sending starts at once and ends a day after the launch.
    starts_at = models.DateTimeField(_("not before"), null=True, blank=True)
    not_after = models.DateTimeField(_("not after"), null=True, blank=True)
    # Why it goes to people without an open service window, if the integration asks for a reason.
    window_reason = models.CharField(_("reason"), max_length=MAX_REASON_LENGTH, blank=True, editable=False)
    first_wave = models.BooleanField(_("start with a few"), default=True)
    first_wave_passed_at = models.DateTimeField(null=True, editable=False)
    # The send whose refused messages this one resends (`Message.resend_of`).
    again_of = models.ForeignKey("self", models.SET_NULL, null=True, editable=False, related_name="again")

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("send")
        verbose_name_plural = _("sends")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "-id"], name="campaign_status"),
            models.Index(fields=["integration", "-id"], name="campaign_integration"),
        ]
        permissions = [
            ("launch_campaign", _("Can send messages")),
            ("steer_campaign", _("Can pause, resume and cancel a send")),
            ("restart_contact", _("Can erase a person's bot variables when sending")),
            ("change_others_drafts", _("Can change, send and discard the drafts of others")),
        ]

    def __str__(self) -> str:
        return self.title or _("Send %(number)s") % {"number": self.pk}

    @property
    def is_draft(self) -> bool:
        return self.status == CampaignStatus.DRAFT

    def is_open_to(self, user: User) -> bool:
        """Whether `user` may change, send or discard this draft."""
        return self.created_by_id == user.pk or user.has_perm("outbound.change_others_drafts")
