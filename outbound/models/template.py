"""A message template that WhatsApp approved, known to the gateway by its id."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbound.contents.placeholders import REFERENCE
from outbound.lifecycle import MAX_REASON_LENGTH


class TemplateCategory(models.TextChoices):
    UTILITY = "utility", _("Utility")
    MARKETING = "marketing", _("Marketing")
    AUTHENTICATION = "authentication", _("Authentication")


class Template(models.Model):
    """An approved template. The body is for the preview; the gateway gets only the id and the fields."""

    template_id = models.CharField(
        _("template id"),
        max_length=200,
        unique=True,
        # Opaque: the documented example looks like a UUID and is not a valid one.
        validators=[RegexValidator(r"^\S+$", _("An id has no spaces."), code="template_invalid")],
        help_text=_("Copy it from Zenvia exactly as it stands there."),
    )
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=10, default="pt_BR")
    category = models.CharField(
        _("category"), max_length=20, choices=TemplateCategory.choices, default=TemplateCategory.UTILITY
    )
    body = models.TextField(
        _("text"),
        max_length=1024,
        help_text=_("The approved text, with its fields in double braces: Hello {{name}}."),
    )
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True, editable=False)
    # Set when an event says that WhatsApp paused or disabled it; a person resumes it.
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True, editable=False)
    paused_reason = models.CharField(
        _("reason of the pause"), max_length=MAX_REASON_LENGTH, blank=True, editable=False
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def placeholders(self) -> list[str]:
        """Return the keys of the fields in the body, in order of first use."""
        return list(dict.fromkeys(REFERENCE.findall(self.body)))

    def filled(self, values: dict[str, str]) -> str:
        """Return the body with `values` filled in; a field without a value keeps its braces."""
        return REFERENCE.sub(lambda found: values.get(found[1]) or found[0], self.body)

    def adopt_placeholders(self) -> list[str]:
        """Add a field for each placeholder of the body that has none; return the added keys."""
        known = set(self.fields.values_list("key", flat=True))
        missing = [key for key in self.placeholders() if key not in known]
        TemplateField.objects.bulk_create(
            TemplateField(template=self, key=key, label=key, position=len(known) + index)
            for index, key in enumerate(missing)
        )
        return missing


class TemplateField(models.Model):
    """One value that a template needs."""

    template = models.ForeignKey(Template, models.CASCADE, related_name="fields", verbose_name=_("template"))
    key = models.CharField(
        _("key"),
        max_length=64,
        validators=[
            RegexValidator(
                r"^[A-Za-z_][A-Za-z0-9_]*$",
                _("Letters, digits and underscores, and no digit in front."),
                code="field_key_invalid",
            )
        ],
    )
    label = models.CharField(_("label"), max_length=80, blank=True)
    required = models.BooleanField(_("required"), default=True)
    example = models.CharField(_("example"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["template", "key"], name="template_field_key")]

    def __str__(self) -> str:
        return self.label or self.key
