"""The context of the phone preview on the pages of composing, review and history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from outbound import phones
from outbound.contents import CONTENT_TYPES, placeholders
from outbound.contents.files import file_host, kind_of_file
from outbound.models import Campaign, Message, Recipient, Template

Context = dict[str, Any]
DEEPEST_CONTENT = 8  # the row of a list is at depth four
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def of_template(template: Template | None, typed: Mapping[str, Any], known: Mapping[str, str]) -> Context:
    """Return the preview of a template with the values typed so far; the others keep their braces."""
    if template is None:
        return {"bubble": ""}
    texts = {key: str(value) for key, value in typed.items() if isinstance(value, str) and value}
    filled = {
        key: placeholders.REFERENCE.sub(lambda found: known.get(found[1]) or found[0], text)
        for key, text in texts.items()
    }
    return {
        "bubble": "template",
        "text": _show_marks(template.filled(filled)),
        "template_name": template.name,
    }


def of_content(content: object) -> Context:
    """Return the preview of a rich notification, which may be incomplete."""
    kind = content.get("type") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(kind, str) or kind not in CONTENT_TYPES:
        return {"bubble": ""}
    drawn: Context = _show_marks(content)
    pictured = drawn["header"] if isinstance(drawn.get("header"), dict) else drawn
    return {
        "bubble": kind,
        "content": drawn,
        "media_kind": kind_of_file(drawn),
        "media_host": file_host(pictured),
    }


def _show_marks(value: Any, depth: int = 0) -> Any:
    """Replace the characters that change the direction of text, which can disguise a message."""
    if isinstance(value, str):
        return _DIRECTION.sub(lambda found: f"⟦U+{ord(found[0]):04X}⟧", value)
    if depth > DEEPEST_CONTENT:
        return ""
    if isinstance(value, dict):
        return {name: _show_marks(inner, depth + 1) for name, inner in value.items()}
    return [_show_marks(inner, depth + 1) for inner in value] if isinstance(value, list) else value


def of_body(body: Mapping[str, Any], template: Template | None) -> Context:
    """Return the preview of a request body; `template` has the text it had when the body was made."""
    if "templateId" in body:
        return of_template(template, body.get("fields", {}), {})
    contents = body.get("contents") or [None]
    return of_content(contents[0])


def of_person(recipient: Recipient | None, phone: str) -> Context:
    """Return the name and number of the phone's owner."""
    name = recipient.name if recipient else ""
    return {
        "recipient_name": name or phones.display(phone),
        "recipient_number": phones.display(phone) if name else "",
    }


def of_message(message: Message, body: Mapping[str, Any]) -> Context:
    """Return the preview of one message on its recipient's phone, sent or not."""
    campaign, known = message.campaign, message.recipient.values() if message.recipient else {}
    drawn = of_body(body, _as_sent(campaign)) if body else of_campaign(campaign, known)
    return drawn | of_person(message.recipient, message.phone)


def of_campaign(campaign: Campaign, known: Mapping[str, str]) -> Context:
    """Return the preview of a send, filled in with what is known of one person."""
    if campaign.template:
        return of_template(_as_sent(campaign), campaign.fields, known)
    return of_content(campaign.content)


def _as_sent(campaign: Campaign) -> Template | None:
    template = campaign.template
    if template and campaign.template_body:
        template.body = campaign.template_body  # in memory only
    return template
