"""Audit entries of accounts; an account that has acted is deactivated and never deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, ManyToOneRel, OuterRef, Q
from django.db.models.signals import post_save
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from outbound import audit
from outbound.admin.base.cards import Card
from outbound.audit import Verb

RIGHTS = frozenset({"is_staff", "is_superuser", "groups", "user_permissions"})
BY_COMMAND = ("createsuperuser", "changepassword")


def has_acted(user: User) -> bool:
    """Whether any record names the user: an audit entry, a send, a token, a decision or a secret."""
    traces = (
        Exists(model._base_manager.filter(**{relation.field.name: OuterRef("pk")}))
        for relation in User._meta.get_fields(include_hidden=True)
        if isinstance(relation, ManyToOneRel)
        if not (model := relation.related_model)._meta.auto_created
    )
    return User.objects.filter(Q(*traces, _connector=Q.OR), pk=user.pk).exists()


class DeactivateNotDeleteMixin:
    """For UserAdmin: users who have acted cannot be deleted, and each change has its own audit verb."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may: bool = super().has_delete_permission(request, obj)  # type: ignore[misc]
        return may and not (isinstance(obj, User) and self._has_acted(request, obj))

    def _has_acted(self, request: HttpRequest, user: User) -> bool:
        """Return `has_acted`, queried once a request."""
        known: dict[Any, bool] = request.__dict__.setdefault("_has_acted", {})
        if user.pk not in known:
            known[user.pk] = has_acted(user)
        return known[user.pk]

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        user = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if user and super().has_delete_permission(request, user) and has_acted(user):  # type: ignore[misc]
            messages.warning(request, _deactivate_instead())
            return redirect("admin:auth_user_change", user.pk)
        return super().delete_view(request, object_id, extra_context)  # type: ignore[misc]

    def card(self, request: HttpRequest, obj: User) -> Card | None:
        card: Card | None = super().card(request, obj)  # type: ignore[misc]
        if not self._has_acted(request, obj):
            return card
        card = card or Card(_("Current state"))
        card.note = " ".join(filter(None, (_deactivate_instead(), card.note)))
        return card

    def audit_verb(self, form: Any, changes: dict[str, list[Any]], *, add: bool) -> Verb:
        if isinstance(form, SetPasswordMixin) and not add:
            return Verb.PASSWORD_CHANGED
        if RIGHTS & changes.keys() and not add:
            return Verb.RIGHTS_CHANGED
        if "is_active" in changes and not add:
            return Verb.USER_REACTIVATED if form.instance.is_active else Verb.USER_DEACTIVATED
        return super().audit_verb(form, changes, add=add)  # type: ignore[misc]

    @transaction.atomic
    def user_change_password(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().user_change_password(*args, **kwargs)  # type: ignore[misc]


def _deactivate_instead() -> str:
    return _(
        "This person has done things here that must stay readable, so the account is not deleted. "
        "Deactivate it instead: switch off “Active”."
    )


def record_account_commands(arguments: list[str]) -> None:
    """Record what Django's own commands do to accounts, if `arguments` run one of them."""
    if arguments[1:2] and arguments[1] in BY_COMMAND:
        post_save.connect(_saved_by_command, sender=User, dispatch_uid="console.accounts.audit")


def _saved_by_command(instance: User, created: bool, **_kwargs: Any) -> None:
    with audit.command_line():
        audit.record(instance, Verb.USER_CREATED if created else Verb.PASSWORD_CHANGED, None)
