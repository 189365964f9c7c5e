"""URLs: the admin is the console, and the root redirects to it."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from outbound.admin.dashboard.reports import ReportsView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/language/", set_language, name="set_language"),
    path(
        "admin/reports/", admin.site.admin_view(ReportsView.as_view(site=admin.site)), name="outbound_reports"
    ),
    path("admin/", admin.site.urls),
]
