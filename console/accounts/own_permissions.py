"""Nobody grants or removes permissions that they do not have themselves."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from outbound.admin.base.cards import Card

ONLY_SUPERUSERS = ("is_superuser",)


def permissions_of(person: User) -> QuerySet[Permission]:
    """Return the permissions of a person and of their groups, also of an inactive account."""
    return Permission.objects.filter(Q(user=person) | Q(group__user=person))


def exceeds(record: User | Group, person: User) -> bool:
    """Whether a user or a group may do something that `person` may not."""
    if person.is_superuser:
        return False
    if isinstance(record, User) and record.is_superuser:
        return True
    theirs = permissions_of(record) if isinstance(record, User) else Permission.objects.filter(group=record)
    names = theirs.order_by().values_list("content_type__app_label", "codename")
    return not {f"{app}.{name}" for app, name in names} <= person.get_all_permissions()


class WithinOwnPermissionsMixin:
    """For the pages of users and groups: a record with more permissions than the viewer is read-only."""

    def exceeds(self, request: HttpRequest, obj: Any) -> bool:
        """Whether `obj` has more permissions than the viewer, queried once a request."""
        known: dict[Any, bool] = request.__dict__.setdefault("_exceeds", {})
        if obj not in known:
            known[obj] = exceeds(obj, request.user)  # type: ignore[arg-type]
        return known[obj]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may: bool = super().has_change_permission(request, obj)  # type: ignore[misc]
        return may and not (obj is not None and self.exceeds(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may: bool = super().has_delete_permission(request, obj)  # type: ignore[misc]
        return may and not (obj is not None and self.exceeds(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        kept = () if request.user.is_superuser or self.model is not User else ONLY_SUPERUSERS  # type: ignore[attr-defined]
        return (*fields, *kept)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
        if not request.user.is_superuser:
            field.queryset = _within(field.queryset, request.user)
        return field

    def card(self, request: HttpRequest, obj: Any) -> Card | None:
        card: Card | None = super().card(request, obj)  # type: ignore[misc]
        if not (reason := self._reason(request, obj)):
            return card
        card = card or Card(_("What you may change here"))
        card.note = " ".join(filter(None, (card.note, reason)))
        return card

    def _reason(self, request: HttpRequest, obj: Any) -> str:
        """Return which permissions of the record cannot be changed, and why; empty for a superuser."""
        is_person = isinstance(obj, User)
        if self.exceeds(request, obj):
            what = _("This person may do more than you, so you can only look.")
            return what if is_person else _("This group may do more than you, so you can only look.")
        if request.user.is_superuser or not self.has_change_permission(request, obj):
            return ""
        own = _("You can give and take the rights that you have yourself.")
        return " ".join([own, _("Only a superuser makes superusers.")]) if is_person else own


def _within(offered: QuerySet[Any], person: Any) -> QuerySet[Any]:
    """Keep the permissions that `person` has, or the groups that have no others."""
    own = permissions_of(person).order_by().values("pk")
    if offered.model is Permission:
        return offered.filter(pk__in=own)
    return offered.exclude(permissions__in=Permission.objects.exclude(pk__in=own))
