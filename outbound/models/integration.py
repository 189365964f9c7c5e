"""One endpoint of the gateway with its token, and the throttle that all senders share for it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbound.lifecycle import AddressPolicy, Hold, IntegrationStatus, WindowPolicy
from outbound.models.fields import Secret, SecretField, SecretUnreadable
from outbound.models.status import StatusQuerySet, StatusRecord
from outbound.models.validators import path_segment, validate_base_url, validate_ranges
from outbound.phones import NumberFormat

DEFAULT_BASE_URL = "https://outbound.ms.altubots.com/zenvia"
# Where events are posted from (outbound/gateways/zenvia/FACTS.md, "Webhook: statuses").
DEFAULT_WEBHOOK_RANGES = "45.233.20.0/24\n45.233.22.0/24\n45.233.23.0/24\n3.233.231.228/32"


class IntegrationQuerySet(StatusQuerySet["Integration"]):
    """The changes of an integration's status."""

    def pause(self, *, reason: str, by: User | None, now: datetime) -> int:
        """Pause the active ones."""
        return self._move({IntegrationStatus.ACTIVE}, IntegrationStatus.PAUSED, reason=reason, by=by, now=now)

    def stop(self, *, reason: str, by: User | None, now: datetime) -> int:
        """Stop the active ones; a person's pause keeps its reason."""
        return self._move(
            {IntegrationStatus.ACTIVE}, IntegrationStatus.STOPPED, reason=reason, by=by, now=now
        )

    def force_stop(self, *, reason: str, by: User | None, now: datetime) -> int:
        """Stop them all, whatever their status."""
        return self._move(IntegrationStatus, IntegrationStatus.STOPPED, reason=reason, by=by, now=now)

    def resume(self, *, reason: str, by: User | None, now: datetime) -> int:
        """Activate the paused and the stopped ones."""
        stopped = {IntegrationStatus.PAUSED, IntegrationStatus.STOPPED}
        return self._move(stopped, IntegrationStatus.ACTIVE, reason=reason, by=by, now=now)


class Integration(StatusRecord):
    """An endpoint: `<base_url>/<slug>/<remote_id>`, opened by a bare token in `Authorization`."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.CharField(
        _("slug"),
        max_length=100,
        validators=[path_segment],
        help_text=_("The part of the endpoint after /zenvia/."),
    )
    remote_id = models.CharField(
        _("integration id"),
        max_length=100,
        validators=[path_segment],
        help_text=_("The last part of the endpoint."),
    )
    base_url = models.CharField(
        _("gateway address"), max_length=300, default=DEFAULT_BASE_URL, validators=[validate_base_url]
    )
    token = SecretField(_("token"), blank=True, default="")
    token_replaced_at = models.DateTimeField(_("token replaced at"), null=True, editable=False)
    token_replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("token replaced by"),
    )
    number_format = models.CharField(
        _("number format"),
        max_length=20,
        choices=NumberFormat.choices,
        default=NumberFormat.NATIONAL,
        help_text=_("Zenvia's examples carry no country code."),
    )
    per_second = models.PositiveSmallIntegerField(
        _("messages per second"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("At most so many, from all senders together. Empty: as fast as the senders can."),
    )
    per_day = models.PositiveIntegerField(
        _("messages per day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("What is left waits for the next midnight. Empty: no limit."),
    )
    opens_at = models.TimeField(
        _("send from"),
        null=True,
        blank=True,
        help_text=_("Empty: at any hour. Later than the end: overnight."),
    )
    closes_at = models.TimeField(_("send until"), null=True, blank=True)
    server_errors_mean_not_sent = models.BooleanField(
        _("a server error (5xx) means not sent"),
        default=False,
        help_text=_(
            "Only with Zenvia's written word: such messages are then tried again. "
            "Otherwise they stay in doubt, for they may have gone out."
        ),
    )
    window_policy = models.CharField(
        _("rich notification without a sign of the person"),
        max_length=10,
        choices=WindowPolicy.choices,
        default=WindowPolicy.ASK,
        help_text=_("WhatsApp delivers it only within 24 hours of the person's last message."),
    )
    # Digests. Both secrets are accepted until a person requires the next one, once an event brought it.
    webhook_header = models.CharField(max_length=64, blank=True, editable=False)
    webhook_header_next = models.CharField(max_length=64, blank=True, editable=False)
    webhook_addresses = models.CharField(
        _("events from other addresses"),
        max_length=10,
        choices=AddressPolicy.choices,
        default=AddressPolicy.LOG,
    )
    webhook_ranges = models.TextField(
        _("addresses of the webhook"),
        blank=True,
        default=DEFAULT_WEBHOOK_RANGES,
        validators=[validate_ranges],
        help_text=_("Networks that events may come from, one a line. Those of Zenvia are filled in."),
    )
    last_event_at = models.DateTimeField(_("last event at"), null=True, editable=False)
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=IntegrationStatus.choices,
        default=IntegrationStatus.ACTIVE,
        editable=False,
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = IntegrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["base_url", "slug", "remote_id"], name="integration_endpoint"),
        ]
        permissions = [
            ("replace_token", _("Can replace an integration's token")),
            ("pause_integration", _("Can pause and resume an integration")),
            ("rotate_webhook", _("Can replace the secrets of an integration's webhook")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        return f"{self.base_url.rstrip('/')}/{self.slug}/{self.remote_id}"

    @property
    def is_active(self) -> bool:
        return self.status == IntegrationStatus.ACTIVE

    @property
    def token_hint(self) -> str:
        """The token's last four characters; `?` if no key of TOKEN_KEYS decrypts it."""
        try:
            token = self.token.reveal() if isinstance(self.token, Secret) else self.token
        except SecretUnreadable:
            return "?"
        return token[-4:] if len(token) >= 12 else "…" if token else ""

    def replace_token(self, token: str, *, by: User | None, now: datetime) -> None:
        """Store a new token, or none with "", with its author and moment."""
        self.token, self.token_replaced_at, self.token_replaced_by = token, now, by
        self.save(update_fields=["token", "token_replaced_at", "token_replaced_by"])


class Throttle(models.Model):
    """Rate limit and circuit breaker of an integration. All senders share the row.

    `paced_until` is the moment up to which the rate limit is used up. `held_until` ends a hold: the
    gateway asked to wait, or did not answer well several times. `outages` counts bad answers in a row,
    `trips` the holds they caused, `used` the messages claimed on `day`, a local date.
    """

    integration = models.OneToOneField(Integration, models.CASCADE, primary_key=True, related_name="throttle")
    paced_until = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    hold = models.CharField(max_length=10, choices=Hold.choices, blank=True)
    outages = models.PositiveIntegerField(default=0)
    trips = models.PositiveSmallIntegerField(default=0)
    day = models.DateField(null=True)
    used = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.integration_id)
