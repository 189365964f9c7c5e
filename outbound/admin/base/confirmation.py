"""A confirmation page: GET says what will happen, POST does it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise, cached_property
from django.views.generic import FormView
from unfold.views import UnfoldModelAdminViewMixin

from outbound.admin.base.cards import Fact
from outbound.admin.base.model_admin import ConsoleAdmin


class ConfirmView(UnfoldModelAdminViewMixin, FormView):
    """Confirms one action on one record; the action itself is `act` of the subclass."""

    template_name = "outbound/base/confirm.html"
    form_class: type[Form] = Form
    question: str | Promise = ""  # with %(name)s
    confirm_label: str | Promise = ""
    confirm_kind = "primary"  # or "danger"
    is_atomic = True  # false if `act` opens its own transactions

    @cached_property
    def record(self) -> Any:
        return get_object_or_404(self.model_admin.get_queryset(self.request), pk=self.kwargs["pk"])

    @property
    def title(self) -> str:
        return str(self.question) % {"name": self.record}

    def has_permission(self) -> bool:
        return super().has_permission() and self.model_admin.has_view_permission(self.request)

    def explanation(self) -> list[str]:
        return []

    def facts(self) -> list[Fact]:
        return []

    def refusal(self) -> str:
        """Return why the action is not possible now, or ""."""
        return ""

    def act(self, form: Form) -> str:
        """Do it, and return the message for the person."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._refused() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._refused() or super().post(request, *args, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        with transaction.atomic() if self.is_atomic else nullcontext():
            text = self.act(form)
        messages.success(self.request, text)
        return redirect(self.back_url)

    @property
    def back_url(self) -> str:
        opts = self.model_admin.opts
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[self.record.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs,
            opts=self.model_admin.opts,
            original=self.record,
            explanation=self.explanation(),
            facts=self.facts(),
            confirm_label=self.confirm_label,
            confirm_kind=self.confirm_kind,
            back_url=self.back_url,
        )

    def _refused(self) -> HttpResponse | None:
        if not (reason := self.refusal()):
            return None
        messages.info(self.request, reason)
        return redirect(self.back_url)


def confirm_path(model_admin: ConsoleAdmin, view: type[ConfirmView], action: str) -> URLPattern:
    """Return the URL pattern `<id>/<action>/` of a confirmation, named after the model and the action."""
    opts = model_admin.opts
    return path(
        f"<int:pk>/{action}/",
        model_admin.admin_site.admin_view(view.as_view(model_admin=model_admin)),
        name=f"{opts.app_label}_{opts.model_name}_{action.replace('-', '_')}",
    )
