"""The admin site that is the console."""

from __future__ import annotations

from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class ConsoleSite(UnfoldAdminSite):
    """The skin's site, under our name."""

    index_title = _("Home")

    def search(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return super().search(request, *args, **kwargs)
        except InvalidPage:
            raise Http404 from None
