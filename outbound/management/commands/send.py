"""Compose and send from the command line: the same validation and the same launch as the page."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.db import transaction
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.translation import gettext as _

from outbound import windows
from outbound.contents.errors import Problems
from outbound.lifecycle import CampaignKind
from outbound.models import Campaign, Integration, Template
from outbound.sending.plan import Plan, plan
from outbound.tasks import launch_and_wake

INVALID = 2


class Command(BaseCommand):
    help = (
        "Send a template message or a rich notification to one or many numbers. Prints one JSON object. "
        "Invalid input: exit status 2, the errors with their paths on standard error, nothing saved."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--integration", required=True, metavar="SLUG", help="slug, or slug/id where several share one"
        )
        what = parser.add_argument_group("what to send (one of the two)")
        what.add_argument("--template", metavar="ID", help="the gateway's id of a registered template")
        what.add_argument(
            "--field", action="append", default=[], metavar="K=V", help="a value of the template"
        )
        what.add_argument(
            "--content", metavar="FILE", help="JSON of one rich notification; - reads standard input"
        )
        who = parser.add_argument_group("to whom (either or both)")
        who.add_argument("--to", nargs="+", default=[], metavar="NUMBER", help="in any usual spelling")
        who.add_argument(
            "--to-file", metavar="FILE", help="one number a line, however many; - reads standard input"
        )
        when = parser.add_argument_group("when (ISO 8601, in the console's own time zone unless said)")
        when.add_argument("--not-before", metavar="MOMENT", help="like 2026-11-30T09:00; else at once")
        when.add_argument(
            "--not-after", metavar="MOMENT", help="what is left then stays unsent; else a day after the start"
        )
        when.add_argument(
            "--no-first-wave",
            action="store_true",
            help="send to all at once, and not to five first where there are more than 100",
        )
        parser.add_argument("--context", nargs="+", action="extend", default=[], metavar="K=V")
        parser.add_argument(
            "--restart-contact", action="store_true", help="erase each person's bot variables"
        )
        parser.add_argument("--inactivity-minutes", type=int, metavar="N", help="only if quiet for N minutes")
        parser.add_argument("--external-id-prefix", default="", metavar="PREFIX")
        parser.add_argument(
            "--window-reason", default="", metavar="TEXT", help="send to people without an open window, too"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and save nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            campaign = _draft(options)
            planned = plan(campaign, timezone.now())
            if not options["dry_run"]:
                _launch(campaign, planned)
        except ValidationError as error:
            self._refuse(error)
        self.stdout.write(json.dumps(_report(campaign, planned), ensure_ascii=False))

    def _refuse(self, error: ValidationError) -> NoReturn:
        for path, messages in error.message_dict.items():
            for message in messages:
                self.stderr.write(f"{path}: {message}")
        sys.exit(INVALID)


@transaction.atomic
def _launch(campaign: Campaign, planned: Plan) -> None:
    campaign.save()
    launch_and_wake(campaign, by=None, expected=planned.digest)


def _report(campaign: Campaign, planned: Plan) -> dict[str, Any]:
    return {
        "campaign": campaign.pk,
        "planned": len(planned.going),
        "skipped": _left_out(planned),
        "duplicates": planned.duplicates,
        "warnings": [message for warning in planned.warnings for message in warning.messages],
    }


def _left_out(planned: Plan) -> list[dict[str, str]]:
    return [
        {"number": one.person.phone.e164, "reason": one.reason.value, "detail": one.detail}
        for one in planned.skipped
        if one.reason
    ]


def _draft(options: dict[str, Any]) -> Campaign:
    problems = Problems()
    campaign = Campaign(
        kind=CampaignKind.TEMPLATE if options["template"] else CampaignKind.NOTIFICATION,
        integration=problems.collect("", lambda: _integration(options["integration"])),
        template=problems.collect("", lambda: _template(options["template"])),
        content=problems.collect("", lambda: _content(options["content"])),
        fields=problems.collect("", lambda: _pairs("fields", options["field"])) or {},
        context=problems.collect("", lambda: _pairs("context", options["context"])) or {},
        numbers=problems.collect("", lambda: _numbers(options)) or "",
        starts_at=problems.collect("", lambda: _moment("starts_at", options["not_before"])),
        not_after=problems.collect("", lambda: _moment("not_after", options["not_after"])),
        first_wave=not options["no_first_wave"],
        restart_contact=options["restart_contact"],
        inactivity_minutes=options["inactivity_minutes"],
        external_id_prefix=options["external_id_prefix"],
        window_reason=problems.collect("", lambda: windows.clean_reason(options["window_reason"])) or "",
    )
    problems.raise_if_any()
    if campaign.window_reason and not windows.takes_reason(campaign):
        _drop_reason(campaign)
    return campaign


def _drop_reason(campaign: Campaign) -> None:
    """Keep no reason that changes nothing; say so where people are left out in spite of it."""
    if campaign.integration and windows.is_asked(campaign, campaign.integration):
        said = _("This integration leaves out people without an open window, whatever the reason.")
        raise _error("window_reason", said, "reason_without_effect")
    campaign.window_reason = ""


def _integration(wanted: str) -> Integration:
    slug, _slash, remote_id = _readable(wanted).partition("/")
    found = Integration.objects.filter(slug=slug, **({"remote_id": remote_id} if remote_id else {}))
    if len(found) == 1:
        return found[0]
    if not found:
        raise _error(
            "integration", _("There is no integration “%(slug)s”.") % {"slug": wanted}, "integration_unknown"
        )
    names = ", ".join(f"{one.slug}/{one.remote_id}" for one in found)
    raise _error(
        "integration", _("Several match; write one of: %(names)s.") % {"names": names}, "integration_unclear"
    )


def _template(template_id: str | None) -> Template | None:
    if template_id is None:
        return None
    template = Template.objects.filter(template_id=_readable(template_id)).first()
    if template is None:
        message = _("No template with the id “%(id)s” is registered here.") % {"id": template_id[:80]}
        raise _error("template", message, "template_invalid")
    return template


def _readable(argument: str) -> str:
    # Bytes that are no text come from the shell as lone surrogates, and no database looks those up.
    return argument.encode("utf-8", "replace").decode()


def _numbers(options: dict[str, Any]) -> str:
    typed, source = list(options["to"]), options["to_file"]
    if source == options["content"] == "-":
        message = _("Standard input can be read once: for the content or for the numbers.")
        raise _error("numbers", message, "numbers_unread")
    try:
        typed += [_read(source)] if source else []
    except (OSError, ValueError) as error:
        message = _("This file cannot be read: %(why)s") % {"why": error}
        raise _error("numbers", message, "numbers_unread") from None
    return "\n".join(typed)


def _moment(path: str, written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(written)
        # A day alone has no hour, and midnight is not what one means by it.
        if len(written) > len("2026-11-30"):
            return (moment if moment.tzinfo else from_current_timezone(moment)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    except ValidationError as error:  # clocks leave it out, or show it twice
        raise _error(path, error.messages[0], "moment_invalid") from None
    message = _("Write “%(moment)s” as a day and an hour, like 2026-11-30T09:00.") % {"moment": written[:80]}
    raise _error(path, message, "moment_invalid")


def _read(source: str) -> str:
    return sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")


def _content(source: str | None) -> Any:
    if source is None:
        return None
    try:
        content = json.loads(_read(source))
    except (OSError, ValueError, RecursionError) as error:
        raise _error(
            "content", _("This cannot be read as JSON: %(why)s") % {"why": error}, "content_invalid"
        ) from None
    # The document's own examples are whole request bodies; what they say is the one content inside.
    inside = content.get("contents") if isinstance(content, dict) else None
    if not isinstance(inside, list) or len(inside) != 1:
        return content
    if unread := sorted(content.keys() - {"contents", "destination"}):
        message = _("This is not read from the file; use the command's own option.")
        raise _error(f"content.{unread[0]}", message, "content_unread")
    return inside[0]


def _pairs(name: str, pairs: list[str]) -> dict[str, str]:
    broken = [pair for pair in pairs if "=" not in pair]
    if broken:
        raise _error(name, _("Write “%(pair)s” as name=value.") % {"pair": broken[0][:80]}, f"{name}_invalid")
    split = dict(pair.split("=", 1) for pair in pairs)
    if len(split) < len(pairs):
        raise _error(name, _("One name has two values."), f"{name}_repeated")
    return split


def _error(path: str, message: str, code: str) -> ValidationError:
    return ValidationError({path: [ValidationError(message, code=code)]})
