"""The request body of a draft, and its text for one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from outbound.contents import clean_content, placeholders
from outbound.contents.errors import Problems
from outbound.gateways import gateway
from outbound.gateways.base import Options
from outbound.lifecycle import CampaignKind
from outbound.models import Campaign, Template

# WhatsApp counts the text after filling (FACTS.md, "Templates").
MAX_TEXT_LENGTH = 1024


class TextTooLong(Exception):
    """With this person's values the template's text is longer than WhatsApp accepts."""


@dataclass(frozen=True)
class CommonBody:
    """A body that differs only in its destination."""

    is_personal: ClassVar[bool] = False
    unaddressed: str

    def text(self, destination: str, values: Mapping[str, str]) -> str:
        """Return the body for `destination` as JSON text, without its external id."""
        return gateway.add_destination(self.unaddressed, destination)


@dataclass(frozen=True)
class PersonalBody:
    """The body of a template whose fields refer to what is known of the person."""

    is_personal: ClassVar[bool] = True
    template: Template
    fields: placeholders.SplitValues
    options: Options

    def text(self, destination: str, values: Mapping[str, str]) -> str:
        """Return the body for `destination` as JSON text, without its external id.

        Raises ValueMissing or TextTooLong.
        """
        return gateway.add_destination(self.unaddressed(values), destination)

    def unaddressed(self, values: Mapping[str, str]) -> str:
        filled = placeholders.fill(self.fields, values)
        self._check_length(filled)
        return gateway.template_body(self.template.template_id, filled, self.options)

    def _check_length(self, filled: dict[str, str]) -> None:
        # The upper bound is cheap, and almost always small enough.
        longest = max(map(len, filled.values()), default=0)
        if longest > self.always_fits and len(self.template.filled(filled)) > MAX_TEXT_LENGTH:
            raise TextTooLong

    @cached_property
    def always_fits(self) -> float:
        """Return a length that each value may have without the text becoming too long."""
        body = self.template.body
        return (MAX_TEXT_LENGTH - len(body)) / max(1, body.count("{{"))


Body = CommonBody | PersonalBody


def body_of(campaign: Campaign, problems: Problems) -> tuple[Body | None, list[ValidationError]]:
    """Return the body of a draft and the warnings about its content; None where `problems` say why not."""
    if campaign.kind == CampaignKind.TEMPLATE:
        return _template_body(campaign, problems), []
    return _notification_body(campaign, problems)


def _template_body(campaign: Campaign, problems: Problems) -> Body | None:
    if campaign.content:
        _refuse_both(("content",), problems)
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
    values = problems.collect("fields", lambda: _clean_values(campaign, template))
    return None if values is None else _filled_once(campaign, template, values)


def _filled_once(campaign: Campaign, template: Template, values: dict[str, str]) -> Body:
    """Return a common body where no value refers to the person and the text is short enough."""
    body = PersonalBody(template, placeholders.split(values), _options(campaign))
    if placeholders.references(values):
        return body
    try:
        return CommonBody(body.unaddressed({}))
    except TextTooLong:
        return body


def _notification_body(campaign: Campaign, problems: Problems) -> tuple[Body | None, list[ValidationError]]:
    if campaign.template_id:
        _refuse_both(("template",), problems)
    if campaign.fields:
        problems.add(("fields",), _("Only a template has fields."), "field_unknown")
    content = problems.collect("content", lambda: clean_content(campaign.content or {}))
    if content is None:
        return None, []
    body = gateway.notification_body(content.for_wire(), _options(campaign))
    return CommonBody(body), list(content.warnings())


def _clean_values(campaign: Campaign, template: Template) -> dict[str, str]:
    fields = template.fields.all()
    required = [field.key for field in fields if field.required]
    return placeholders.clean_values(campaign.fields, [field.key for field in fields], required)


def _options(campaign: Campaign) -> Options:
    return Options(
        context=campaign.context,
        restart_contact=campaign.restart_contact,
        inactivity_minutes=campaign.inactivity_minutes,
    )


def _refuse_both(path: tuple[str], problems: Problems) -> None:
    problems.add(path, _("Choose a template or a rich notification, not both."), "template_and_contents")
