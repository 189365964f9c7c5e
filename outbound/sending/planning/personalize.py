"""What one person gets: the body for their number, from what the draft says and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Protocol

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from outbound.contents import clean_content, placeholders
from outbound.contents.errors import Problems
from outbound.contents.placeholders import REFERENCE
from outbound.gateways import gateway
from outbound.gateways.base import Options
from outbound.lifecycle import CampaignKind
from outbound.models import Campaign, Template

# WhatsApp counts the text after filling (zenvia-facts 3.6).
MAX_TEXT_LENGTH = 1024

Known = Callable[[], Mapping[str, str]]


class TextTooLong(Exception):
    """With this person's values the template's text is longer than WhatsApp takes."""


class Writer(Protocol):
    """Writes the body for a destination, as text without its external id.

    `known` is asked only where the body says something of the person. Raises ValueMissing or
    TextTooLong for a person it cannot suit.
    """

    def __call__(self, destination: str, known: Known) -> str: ...


def writer_for(campaign: Campaign, problems: Problems) -> tuple[Writer | None, list[ValidationError]]:
    """Return what writes each person's body, and warnings; None where `problems` say why not."""
    if campaign.kind == CampaignKind.TEMPLATE:
        return _template_writer(campaign, problems), []
    return _notification_writer(campaign, problems)


def _template_writer(campaign: Campaign, problems: Problems) -> Writer | None:
    if campaign.content:
        _say_both(("content",), problems)
    template = campaign.template
    if template is None:
        problems.add(("template",), _("Choose a template."), "template_required")
        return None
    if template.archived_at:
        problems.add(("template",), _("This template is archived. Choose another."), "template_archived")
    if template.paused_at:
        problems.add(
            ("template",), _("WhatsApp paused this template. Choose another, or wait."), "template_paused"
        )
    texts = problems.collect("fields", lambda: _values(campaign, template))
    if texts is None:
        return None
    body, fill = _template_body(template, _options(campaign)), placeholders.filler(texts)
    if placeholders.references(texts):
        return lambda destination, known: gateway.add_destination(body(fill(known())), destination)
    alike = cache(lambda: body(texts))
    return lambda destination, known: gateway.add_destination(alike(), destination)


def _template_body(template: Template, options: Options) -> Callable[[dict[str, str]], str]:
    text, places = len(template.body), len(REFERENCE.findall(template.body))

    def write(filled: dict[str, str]) -> str:
        # The bound is quickly made and nearly always small enough; only then is the text itself made.
        bound = text + places * max(map(len, filled.values()), default=0)
        if bound > MAX_TEXT_LENGTH and len(template.filled(filled)) > MAX_TEXT_LENGTH:
            raise TextTooLong
        return gateway.template_body(template.template_id, filled, options)

    return write


def _notification_writer(
    campaign: Campaign, problems: Problems
) -> tuple[Writer | None, list[ValidationError]]:
    if campaign.template_id:
        _say_both(("template",), problems)
    if campaign.fields:
        problems.add(("fields",), _("Only a template has fields."), "field_unknown")
    content = problems.collect("content", lambda: clean_content(campaign.content or {}))
    if content is None:
        return None, []
    alike = gateway.notification_body(content.for_wire(), _options(campaign))
    return lambda destination, known: gateway.add_destination(alike, destination), list(content.warnings())


def _values(campaign: Campaign, template: Template) -> dict[str, str]:
    fields = template.fields.all()
    required = [field.key for field in fields if field.required]
    return placeholders.clean_values(campaign.fields, [field.key for field in fields], required)


def _options(campaign: Campaign) -> Options:
    return Options(
        context=campaign.context,
        restart_contact=campaign.restart_contact,
        inactivity_minutes=campaign.inactivity_minutes,
    )


def _say_both(path: tuple[str], problems: Problems) -> None:
    problems.add(path, _("Choose a template or a rich notification, not both."), "template_and_contents")
