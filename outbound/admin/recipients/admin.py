"""The admin of recipients: list, search, form and card."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from outbound import phones
from outbound.admin.base.cards import Card, Fact, Link
from outbound.admin.base.confirmation import confirm_path
from outbound.admin.base.formatting import moment
from outbound.admin.base.model_admin import ConsoleAdmin
from outbound.admin.recipients import service_window
from outbound.admin.recipients.attributes_field import AttributesField
from outbound.admin.recipients.opt_out import OptOutView, UndoOptOutView
from outbound.models import Recipient
from outbound.search.terms import find_recipients

BADGES = {"in": "success", "out": "warning"}


class RecipientForm(forms.ModelForm):
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        help_text=gettext_lazy("In any spelling, like 35 98800-1234 or +55 35 98800-1234."),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "tel"}),
    )
    attributes = AttributesField(
        label=gettext_lazy("Attributes"),
        required=False,
        help_text=gettext_lazy(
            "What a message may say of this person, one a line, like “city: Lavras”. "
            "In a message it is written {{city}}."
        ),
    )

    may_view_others = False  # whether an error may name another recipient

    class Meta:
        model = Recipient
        fields = ("phone", "name", "attributes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "phone" in self.initial:
            self.initial["phone"] = phones.display(self.initial["phone"])
        if self.instance.opted_out_at:
            # The opt-out belongs to the number, and would be lost with it.
            self.fields["phone"].disabled = True
            self.fields["phone"].help_text = _("This person opted out, so the number stays as it is.")

    def clean_phone(self) -> str:
        phone = phones.parse(self.cleaned_data["phone"])
        existing = Recipient.objects.filter(phone_key=phone.key).exclude(pk=self.instance.pk).first()
        if existing:
            named, unnamed = (
                _("This number is already saved for %(person)s."),
                _("This number is already saved."),
            )
            raise ValidationError(
                named if self.may_view_others else unnamed,
                code="duplicate_recipient",
                params={"person": existing},
            )
        return phone.e164


class OptedOutFilter(admin.SimpleListFilter):
    title = gettext_lazy("opted out")
    parameter_name = "opted_out"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Recipient]) -> QuerySet[Recipient]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(opted_out_at__isnull=self.value() == "no")


@admin.register(Recipient)
class RecipientAdmin(ConsoleAdmin):
    form = RecipientForm
    fields = RecipientForm.Meta.fields
    list_display = ("shown_name", "shown_phone", "state", "shown_created")
    list_display_links = ("shown_name", "shown_phone")
    list_filter = (OptedOutFilter,)
    filter_lookups = (OptedOutFilter.parameter_name,)
    sortable_by: ClassVar[tuple[str, ...]] = ("shown_name",)
    search_fields = ("name",)
    search_help_text = gettext_lazy("Number, or the beginning of a name")
    find = find_recipients

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.may_view_others = self.has_view_permission(request)
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        has_opted_out = isinstance(obj, Recipient) and obj.opted_out_at is not None
        return not has_opted_out and super().has_delete_permission(request, obj)

    @display(description=gettext_lazy("name"), ordering="name", empty_value="–")
    def shown_name(self, obj: Recipient) -> str | None:
        return obj.name or None

    @display(description=gettext_lazy("phone"))
    def shown_phone(self, obj: Recipient) -> str:
        return phones.display(obj.phone)

    @display(description=gettext_lazy("state"), label=BADGES)
    def state(self, obj: Recipient) -> tuple[str, str]:
        return ("out", _("Opted out")) if obj.opted_out_at else ("in", _("Gets messages"))

    @display(description=gettext_lazy("created"))
    def shown_created(self, obj: Recipient) -> str:
        return moment(obj.created_at)

    def get_urls(self) -> list[URLPattern]:
        return [
            confirm_path(self, OptOutView, "opt-out"),
            confirm_path(self, UndoOptOutView, "undo-opt-out"),
            confirm_path(self, service_window.DeclareWindowView, "declare-window"),
            *super().get_urls(),
        ]

    def card(self, request: HttpRequest, obj: Recipient) -> Card:
        state, text = self.state(obj)
        card = Card(_("Current state"), [Fact(_("State"), text, BADGES[state])])
        if obj.opted_out_at:
            card.facts.append(Fact(_("Since"), moment(obj.opted_out_at)))
        if obj.opt_out_reason:
            card.facts.append(Fact(_("Reason"), obj.opt_out_reason))
        card.facts += service_window.facts(obj, timezone.now())
        if request.user.has_perm("outbound.opt_out_recipient"):
            card.links.append(self._opt_out_link(obj))
        if request.user.has_perm("outbound.declare_window"):
            url = reverse("admin:outbound_recipient_declare_window", args=[obj.pk])
            card.links.append(Link(_("Declare the window open"), url))
        if request.user.has_perm("outbound.view_message"):
            card.links.append(Link(_("Everything sent to this person"), self._messages_url(obj)))
        return card

    def _opt_out_link(self, obj: Recipient) -> Link:
        action = "undo_opt_out" if obj.opted_out_at else "opt_out"
        label = _("Undo the opt-out") if obj.opted_out_at else _("Opt out")
        return Link(label, reverse(f"admin:outbound_recipient_{action}", args=[obj.pk]))

    def _messages_url(self, obj: Recipient) -> str:
        return f"{reverse('admin:outbound_message_changelist')}?{urlencode({'q': obj.phone})}"
