"""What the phone shows: one drawing for compose, review and history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outbound import phones, values
from outbound.contents import CONTENT_TYPES
from outbound.contents.files import file_host, kind_of_file
from outbound.models import Campaign, Message, Recipient, Template

Context = dict[str, Any]


def of_template(template: Template | None, typed: Mapping[str, Any], known: Mapping[str, str]) -> Context:
    """Draw a template's text with what was typed so far; what is missing keeps its braces."""
    if template is None:
        return {"bubble": ""}
    texts = {key: str(value) for key, value in typed.items() if isinstance(value, str) and value}
    filled = {
        key: values.REFERENCE.sub(lambda found: known.get(found[1]) or found[0], text)
        for key, text in texts.items()
    }
    return {"bubble": "template", "text": template.filled(filled), "template_name": template.name}


def of_content(content: object) -> Context:
    """Draw a rich notification, finished or not."""
    kind = content.get("type") if isinstance(content, dict) else None
    if not isinstance(content, dict) or kind not in CONTENT_TYPES:
        return {"bubble": ""}
    pictured = content.get("header") if isinstance(content.get("header"), dict) else content
    return {
        "bubble": kind,
        "content": content,
        "media_kind": kind_of_file(content),
        "media_host": file_host(pictured or {}),
    }


def of_body(body: Mapping[str, Any], template: Template | None) -> Context:
    """Draw a frozen request body as it goes, or went, out."""
    if "templateId" in body:
        return of_template(template, body.get("fields", {}), {})
    contents = body.get("contents") or [None]
    return of_content(contents[0])


def of_person(recipient: Recipient | None, phone: str) -> Context:
    """Say whose phone it is."""
    name = recipient.name if recipient else ""
    return {
        "recipient_name": name or phones.display(phone),
        "recipient_number": phones.display(phone) if name else "",
    }


def of_message(message: Message, body: Mapping[str, Any]) -> Context:
    """Draw what one message says, or would have said, on the phone of the person it was for."""
    campaign, known = message.campaign, message.recipient.values() if message.recipient else {}
    drawn = of_body(body, campaign.template) if body else of_campaign(campaign, known)
    return drawn | of_person(message.recipient, message.phone)


def of_campaign(campaign: Campaign, known: Mapping[str, str]) -> Context:
    """Draw what a send says, filled in with what is known of one person."""
    if campaign.template:
        return of_template(campaign.template, campaign.fields, known)
    return of_content(campaign.content)
