"""The limit of the web server: a Django view that reads the body and answers."""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    LOGGING_CONFIG=None,
)


@csrf_exempt
def take(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=200 if request.body else 400, headers={"Content-Length": "0"})


urlpatterns = [re_path(r"^hooks/", take)]
application = get_wsgi_application()
