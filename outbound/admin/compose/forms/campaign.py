"""The compose form. It stores incomplete drafts; the plan checks whether they can be sent."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from outbound.admin.compose.forms import descriptions
from outbound.admin.compose.forms.composer import ComposerField, ComposerWidget
from outbound.admin.compose.forms.fixed_recipients import fixed_recipients
from outbound.admin.compose.forms.picker import RecipientPicker, RecipientsField
from outbound.admin.compose.forms.schedule import ScheduleFields, schedule_of
from outbound.contents.bounds import MAX_PASTED_LENGTH, MAX_PICKED
from outbound.lifecycle import CampaignKind
from outbound.models import Campaign, Integration, Recipient, Template, TemplateField
from outbound.models.campaign import MAX_INACTIVITY_MINUTES, MAX_PREFIX_LENGTH, validate_prefix
from outbound.search.terms import as_pk

_NO_PAIRS: dict[str, Any] = {"type": "context", "pairs": []}
# The field that shows the plan's errors whose path begins with no field of this form.
_FIELD_OF_PATH = {"template": "template_message", "fields": "template_message"}


@dataclass(frozen=True)
class TypedValues:
    """The current values of the form, valid or not, for the preview."""

    kind: str
    template: Template | None
    fields: dict[str, Any]
    content: dict[str, Any] | None
    recipients: list[int]


class ComposeForm(ScheduleFields):
    """All values of one send. `save()` writes the draft, `show()` adds the plan's errors to the fields."""

    # Errors are listed in the order of the page.
    field_order = ("integration", "kind", "template_message", "content", "recipients", "numbers")

    draft_key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=120,
        help_text=_("Only for you, to find this send again."),
    )
    integration = forms.ModelChoiceField(
        Integration.objects.all(),
        label=_("Integration"),
        required=False,
        empty_label=_("Choose an integration"),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=CampaignKind.choices, widget=forms.RadioSelect)
    template_message = ComposerField(label=_("Template"), required=False)
    content = ComposerField(label=_("Content"), required=False)
    recipients = RecipientsField(
        Recipient.objects.all(), label=_("Saved recipients"), required=False, widget=RecipientPicker
    )
    numbers = forms.CharField(
        label=_("Other numbers"),
        required=False,
        max_length=MAX_PASTED_LENGTH,
        help_text=_("One per line, or separated by commas. Any usual spelling: (35) 98800-1234."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    context = ComposerField(
        label=_("Variables for the bot"),
        required=False,
        help_text=_("Saved with the person, so that the bot can use them later in the conversation."),
    )
    restart_contact = forms.BooleanField(
        label=_("Restart the conversation"),
        required=False,
        help_text=_("Erases all variables the bot has saved for each person. This cannot be undone."),
    )
    inactivity_minutes = forms.IntegerField(
        label=_("Only if quiet for (minutes)"),
        required=False,
        min_value=0,
        max_value=MAX_INACTIVITY_MINUTES,
        help_text=_(
            "The gateway drops the message for whoever talked to the bot less than this long ago. "
            "It may still answer, and the message then shows as accepted."
        ),
    )
    external_id_prefix = forms.CharField(
        label=_("Prefix of the external id"),
        required=False,
        max_length=MAX_PREFIX_LENGTH,
        validators=[validate_prefix],
        help_text=_(
            "To recognise these messages in other systems. The rest is ours, so that each stays unique."
        ),
    )

    def __init__(
        self,
        posted: Any = None,
        *,
        user: User,
        draft: Campaign | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        blank = {"draft_key": uuid.uuid4(), "kind": CampaignKind.TEMPLATE, "first_wave": True}
        super().__init__(posted, initial=blank | (initial or {}) | (_initial(draft) if draft else {}))
        self.user = user
        may_see = user.has_perm("outbound.view_recipient")
        self.fixed = fixed_recipients(draft, may_see=may_see)
        replaced = self.fixed.replaced_fields if self.fixed else ()
        for name in {*replaced, *(() if may_see else ("recipients",))}:
            del self.fields[name]
        self._describe("template_message", descriptions.of_templates(_templates(draft)))
        self._describe("content", descriptions.of_contents())
        self._describe("context", descriptions.of_context())
        if not user.has_perm("outbound.restart_contact"):
            del self.fields["restart_contact"]

    @property
    def has_more(self) -> bool:
        """Say whether the folded part of the form has a value or an error."""
        folded = ("title", "inactivity_minutes", "restart_contact", "external_id_prefix", "context")
        there = [self[name] for name in folded if name in self.fields]
        return any(one.errors or one.value() not in (None, "", False, _NO_PAIRS) for one in there)

    def clean_context(self) -> dict[str, str]:
        pairs = (self.cleaned_data["context"] or {}).get("pairs") or []
        if not isinstance(pairs, list) or not all(map(_is_pair, pairs)):
            raise ValidationError(_("The context is a set of names and values."), code="context_invalid")
        named = [pair for pair in pairs if pair.get("name") or pair.get("value")]
        names = [pair.get("name", "").strip() for pair in named]
        if len(set(names)) < len(names):
            raise ValidationError(_("Two variables have the same name."), code="context_name_repeated")
        return {name: pair.get("value", "").strip() for name, pair in zip(names, named, strict=True)}

    def save(self, draft: Campaign) -> Campaign:
        """Save the cleaned values in a new or existing draft and return it."""
        data = self.cleaned_data
        is_template = data["kind"] == CampaignKind.TEMPLATE
        draft.kind, draft.integration = data["kind"], data["integration"]
        draft.title, draft.context = data["title"], data["context"]
        draft.numbers = data.get("numbers", draft.numbers)
        draft.template = _chosen_template(data["template_message"]) if is_template else None
        draft.fields = (data["template_message"] or {}).get("fields") or {} if is_template else {}
        draft.content = None if is_template else data["content"]
        draft.restart_contact = data.get("restart_contact", draft.restart_contact)
        draft.inactivity_minutes = data["inactivity_minutes"]
        draft.external_id_prefix = data["external_id_prefix"]
        draft.status_reason = ""  # of an earlier launch, shown above the form
        self.save_schedule(draft)
        draft.save()
        if "recipients" in data:
            draft.recipients.set(data["recipients"])
        return draft

    def typed(self) -> TypedValues:
        """Return the current values; those that cannot be parsed count as empty."""
        message = self._json("template_message")
        fields = message.get("fields")
        return TypedValues(
            kind=str(self["kind"].value()),
            template=_chosen_template(message),
            fields=fields if isinstance(fields, dict) else {},
            content=self._json("content"),
            recipients=[as_pk(pk) for pk in self._first_recipients()],
        )

    def _first_recipients(self) -> list[Any]:
        if "recipients" in self.fields:
            return (self["recipients"].value() or [])[:1]
        return [self.fixed.sample] if self.fixed else []

    def _json(self, name: str) -> dict[str, Any]:
        value, field = self[name].value(), self.fields[name]
        if isinstance(value, dict):
            return value
        try:
            return field.clean(value) or {}
        except ValidationError:
            return {}

    def show(self, error: ValidationError) -> None:
        """Add each of the plan's errors to its field."""
        for path, errors in error.error_dict.items():
            first, _dot, rest = path.partition(".")
            name = _FIELD_OF_PATH.get(first, first)
            if name not in self.fields:
                self.add_error(None, errors)
                continue
            widget, place = self.fields[name].widget, ""
            if isinstance(widget, ComposerWidget):
                inner = {"template": "type", "fields": path}.get(first, rest or "type")
                widget.path_errors.setdefault(inner, []).extend(_texts(errors))
                place = widget.place(str(self._json(name).get("type", "")), inner)
            for one in errors:
                (text,) = _texts([one])
                self.add_error(name, ValidationError(f"{place}: {text}" if place else text, code=one.code))

    def _describe(self, name: str, description: descriptions.Description) -> None:
        widget = self.fields[name].widget
        assert isinstance(widget, ComposerWidget)
        widget.description = description


def _templates(draft: Campaign | None) -> QuerySet[Template]:
    chosen = Q(pk=draft.template_id) if draft else Q()
    fields = Prefetch("fields", TemplateField.objects.order_by("position", "id"))
    return Template.objects.filter(Q(archived_at=None) | chosen).prefetch_related(fields)


def _chosen_template(typed: dict[str, Any] | None) -> Template | None:
    pk = as_pk((typed or {}).get("type"))
    return Template.objects.filter(pk=pk).first() if pk else None


def _texts(errors: list[ValidationError]) -> list[str]:
    return [message for error in errors for message in error.messages]


def _is_pair(pair: object) -> bool:
    return isinstance(pair, dict) and all(isinstance(value, str) for value in pair.values())


def _initial(draft: Campaign) -> dict[str, Any]:
    return schedule_of(draft) | {
        "draft_key": draft.draft_key,
        "title": draft.title,
        "integration": draft.integration_id,
        "kind": draft.kind,
        "template_message": draft.template_id and {"type": str(draft.template_id), "fields": draft.fields},
        "content": draft.content,
        "recipients": list(draft.recipients.values_list("pk", flat=True)[: MAX_PICKED + 1]),
        "numbers": draft.numbers,
        "context": _pairs(draft.context),
        "restart_contact": draft.restart_contact,
        "inactivity_minutes": draft.inactivity_minutes,
        "external_id_prefix": draft.external_id_prefix,
    }


def _pairs(context: dict[str, str]) -> dict[str, Any]:
    return {"type": "context", "pairs": [{"name": name, "value": value} for name, value in context.items()]}
