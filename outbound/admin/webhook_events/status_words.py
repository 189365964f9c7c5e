"""Pages on which people teach the meaning of status words that no document explains."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget

from outbound.admin.base.views import ConsolePage
from outbound.gateways import gateway
from outbound.models import StatusWord, WebhookEvent
from outbound.tracking import status_words

MAX_WORDS = 50
NOTHING = "nothing"
# The length of a status word, which also bounds what an address may carry.
MAX_WORD_LENGTH = 40


class MeaningForm(forms.Form):
    meaning = forms.ChoiceField(
        label=gettext_lazy("What does it say of the message?"), widget=UnfoldAdminSelectWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meaning"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose…")),
            *StatusWord.MEANINGS,
            (NOTHING, _("Nothing: the message stays as it is")),
        ]


class WordsView(ConsolePage):
    """Lists unknown words and taught words."""

    title = gettext_lazy("Status words")
    permission_required = "outbound.view_webhookevent"
    template_name = "outbound/webhook_events/status_words.html"
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render(
            {
                "unknown": list(status_words.unknown_words()[:MAX_WORDS]),
                "taught": list(StatusWord.objects.select_related("taught_by")[:MAX_WORDS]),
                "may_teach": self.user.has_perm("outbound.teach_statusword"),
            }
            | _FRAME
        )


class TeachView(ConsolePage):
    """Asks what one word (`?word=`) means; the POST stores it and processes earlier events again."""

    title = gettext_lazy("What does this word mean?")
    permission_required = ("outbound.view_webhookevent", "outbound.teach_statusword")
    template_name = "outbound/webhook_events/classify_word.html"

    @property
    def word(self) -> str:
        return self.request.GET.get("word", "").replace("\x00", "")[:MAX_WORD_LENGTH]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        known = StatusWord.objects.filter(word=self.word).first()
        initial = {"meaning": known.meaning or NOTHING} if known else {}
        return self._ask(MeaningForm(initial=initial))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = MeaningForm(request.POST)
        if not form.is_valid() or self._refusal():
            return self._ask(form)
        meaning = form.cleaned_data["meaning"].removeprefix(NOTHING)
        count = status_words.teach(self.word, meaning, by=self.user, now=timezone.now())
        said = ngettext(
            "Noted. %(count)d event that came with it is looked at again.",
            "Noted. %(count)d events that came with it are looked at again.",
            count,
        )
        messages.success(request, said % {"count": count})
        return redirect("admin:outbound_webhookevent_words")

    def _ask(self, form: MeaningForm) -> HttpResponse:
        if said := self._refusal():
            messages.info(self.request, said)
            return redirect("admin:outbound_webhookevent_words")
        return self.render({"word": self.word, "form": form} | _FRAME)

    def _refusal(self) -> str:
        if self.word in gateway.STATUS_WORDS:
            return _("The documents say already what this word means.")
        ever_came = bool(self.word) and WebhookEvent.objects.filter(word=self.word).exists()
        return "" if ever_came else _("No event came with this word.")


_FRAME = {"opts": WebhookEvent._meta}
