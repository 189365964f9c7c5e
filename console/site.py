"""The admin site of the console."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.paginator import InvalidPage
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from outbound import audit
from outbound.audit import Verb

FOUND = HTTPStatus.FOUND


class ConsoleSite(UnfoldAdminSite):
    """The skin's site, with audit entries and 404 for bad pages."""

    index_title = _("Home")

    def search(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return super().search(request, *args, **kwargs)
        except InvalidPage:
            raise Http404 from None

    def password_change(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().password_change(request, *args, **kwargs)
            if request.method == "POST" and response.status_code == FOUND:  # else the form is shown again
                user = cast(User, request.user)
                audit.record(user, Verb.PASSWORD_CHANGED, user)
        return response
