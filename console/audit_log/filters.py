"""Filters of the audit log: by verb, by author, by days and by kind of record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from auditlog.models import LogEntry
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter
from unfold.widgets import INPUT_CLASSES

from outbound.audit import FORM_VERBS, Kind, Verb, in_full
from outbound.models import Campaign, Message, StatusWord
from outbound.search.terms import as_pk

MOST_PEOPLE = 500
MODELS: tuple[type[Model], ...] = (*FORM_VERBS, Campaign, Message, StatusWord)


class VerbFilter(DropdownFilter):
    title = gettext_lazy("what")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((verb.name.lower(), _(verb.value)) for verb in Verb), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        verb = Verb.__members__.get((self.value() or "").upper())
        return queryset.filter(additional_data__text=verb.value) if verb else queryset


class WhoFilter(DropdownFilter):
    """By account, or by command line, console, and authors whose account was deleted."""

    title = gettext_lazy("who")
    parameter_name = "who"
    OTHERS: dict[str, Q] = {
        "command": Q(actor=None, additional_data__by=Kind.COMMAND_LINE),
        "console": Q(actor=None, additional_data__by=Kind.CONSOLE),
        "gone": Q(actor=None, additional_data__by=Kind.PERSON),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        labels = (_("Command line"), _("the console"), _("Deleted accounts"))
        acted = Exists(LogEntry.objects.filter(actor=OuterRef("pk")).order_by())
        people = User.objects.filter(acted).order_by("username")[:MOST_PEOPLE]
        names = sorted(((str(one.pk), in_full(one)) for one in people), key=lambda choice: choice[1])
        return [*zip(self.OTHERS, labels, strict=True), *names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        wanted = self.value()
        if not wanted:
            return queryset
        return queryset.filter(self.OTHERS.get(wanted, Q(actor=as_pk(wanted))))


class KindFilter(DropdownFilter):
    title = gettext_lazy("object")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = [(model._meta.label_lower, str(model._meta.verbose_name).capitalize()) for model in MODELS]
        return sorted(names, key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        model = {one._meta.label_lower: one for one in MODELS}.get(self.value() or "")
        return queryset.filter(content_type=ContentType.objects.get_for_model(model)) if model else queryset


class DaysForm(forms.Form):
    """Two dates, in the browser's own date inputs."""

    since = forms.DateField(label=gettext_lazy("From day"), required=False)
    until = forms.DateField(label=gettext_lazy("Until day"), required=False)

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(initial=values)
        for field in self.fields.values():
            classes = " ".join(INPUT_CLASSES)
            field.widget = forms.DateInput({"type": "date", "class": classes}, format="%Y-%m-%d")


class DaysFilter(admin.ListFilter):
    """From a day until a day, both included, in the console's time zone; either may be empty."""

    title = gettext_lazy("date")
    template = "unfold/filters/filters_field.html"
    PARAMETERS = ("since", "until")

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.PARAMETERS:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.PARAMETERS)

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        since, until = self._day("since"), self._day("until")
        if since:
            queryset = queryset.filter(timestamp__gte=_midnight(since))
        if until and until < date.max:
            queryset = queryset.filter(timestamp__lt=_midnight(until + timedelta(days=1)))
        return queryset

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        days = {name: day.isoformat() for name in self.PARAMETERS if (day := self._day(name))}
        yield {"form": DaysForm(days), "selected": bool(days), "display": " – ".join(days.values())}

    def _day(self, name: str) -> date | None:
        try:
            return date.fromisoformat(str(self.used_parameters.get(name, "")))
        except ValueError:
            return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
