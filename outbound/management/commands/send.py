"""Compose and send from the command line, with the same validation and launch as the pages."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import Error, close_old_connections, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from outbound import audit
from outbound.contents.errors import Problems
from outbound.lifecycle import CampaignKind, CampaignStatus
from outbound.management import arguments
from outbound.management.base import FAILED, INVALID, ConsoleCommand
from outbound.management.launch import launch_or_delete
from outbound.models import Campaign, Integration, Template
from outbound.sending import service_window
from outbound.sending.planning.launch import PlanChanged
from outbound.sending.planning.plan import Plan, plan


class Command(ConsoleCommand):
    help = (
        "Send a template message or a rich notification to one or many numbers. Prints one JSON object. "
        "Invalid input: exit status 2, the errors with their paths on standard error, nothing saved. Options "
        "that name people or values may be repeated and add up; any other is refused when it is."
    )
    # The launch and the database session of it, for `state_after`.
    _launching: Campaign | None = None
    _session: Any = None

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
        who.add_argument(
            "--to", nargs="+", action="extend", default=[], metavar="NUMBER", help="in any usual spelling"
        )
        who.add_argument(
            "--to-file",
            action="append",
            default=[],
            metavar="FILE",
            help="one number a line, however many; - reads standard input",
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
                self._launching, self._session = campaign, connection.connection
                with audit.command_line():
                    launch_or_delete(campaign, planned.digest)
        except ValidationError as error:
            self._refuse(error)
        except PlanChanged:
            message = _("Somebody changed a person or the message just now. Nothing was saved: run it again.")
            raise CommandError(message, returncode=FAILED) from None
        self.stdout.write(json.dumps(_report(campaign, planned), ensure_ascii=False))

    def state_after(self, error: BaseException) -> str:
        if self._launching is None:
            return _("Nothing was sent or saved.")
        return _state_of(self._launching, self._session)

    def _refuse(self, error: ValidationError) -> NoReturn:
        for path, messages in error.message_dict.items():
            for message in messages:
                self.stderr.write(f"{path}: {message}")
        sys.exit(INVALID)


def _state_of(campaign: Campaign, session: Any) -> str:
    """Return a sentence on what became of a send; if `session` was lost, only a running one is certain."""
    is_certain = connection.vendor == "sqlite" or connection.connection is session
    try:
        close_old_connections()
        saved = Campaign.objects.filter(draft_key=campaign.draft_key).first()
    except Error:
        saved, is_certain = None, False
    if saved and saved.status not in (CampaignStatus.DRAFT, CampaignStatus.LAUNCHING):
        goes_on = _("The send is saved, as number %(number)s, and goes on by itself. Do not run this again.")
        return goes_on % {"number": saved.pk}
    if not is_certain:
        return _(
            "It is not known whether the send was saved: look at the list of sends before you run this again."
        )
    if saved:  # the worker reverts its launch
        return _("Nobody got anything. What was composed is kept as draft %(number)s.") % {"number": saved.pk}
    return _("Nothing was sent or saved.")


def _report(campaign: Campaign, planned: Plan) -> dict[str, Any]:
    return {
        "campaign": campaign.pk,
        "planned": len(planned.going),
        "skipped": _skipped(planned),
        "duplicates": planned.duplicates,
        "warnings": [message for warning in planned.warnings for message in warning.messages],
    }


def _skipped(planned: Plan) -> list[dict[str, str]]:
    return [
        {"number": one.person.phone.e164, "reason": one.reason.value, "detail": one.detail}
        for one in planned.skipped
        if one.reason
    ]


def _draft(options: dict[str, Any]) -> Campaign:
    problems = Problems()
    named = (options["to"], options["to_file"], options["content"])
    campaign = Campaign(
        kind=CampaignKind.TEMPLATE if options["template"] else CampaignKind.NOTIFICATION,
        integration=problems.collect("", lambda: _integration(options["integration"])),
        template=problems.collect("", lambda: _template(options["template"])),
        content=problems.collect("", lambda: arguments.content(options["content"])),
        fields=problems.collect("", lambda: arguments.pairs("fields", options["field"])) or {},
        context=problems.collect("", lambda: arguments.pairs("context", options["context"])) or {},
        numbers=problems.collect("", lambda: arguments.numbers(*named)) or "",
        starts_at=problems.collect("", lambda: arguments.moment("starts_at", options["not_before"])),
        not_after=problems.collect("", lambda: arguments.moment("not_after", options["not_after"])),
        first_wave=not options["no_first_wave"],
        restart_contact=options["restart_contact"],
        inactivity_minutes=options["inactivity_minutes"],
        external_id_prefix=options["external_id_prefix"],
        window_reason=problems.collect("", lambda: service_window.clean_reason(options["window_reason"]))
        or "",
    )
    problems.raise_if_any()
    if campaign.window_reason and not service_window.takes_reason(campaign):
        _drop_reason(campaign)
    return campaign


def _drop_reason(campaign: Campaign) -> None:
    """Remove a reason without effect, or raise where the policy leaves people out in spite of it."""
    if campaign.integration and service_window.is_required(campaign, campaign.integration):
        said = _("This integration leaves out people without an open window, whatever the reason.")
        raise arguments.error("window_reason", said, "reason_without_effect")
    campaign.window_reason = ""


def _integration(wanted: str) -> Integration:
    slug, _slash, remote_id = arguments.without_surrogates(wanted).partition("/")
    found = Integration.objects.filter(slug=slug, **({"remote_id": remote_id} if remote_id else {}))
    if len(found) == 1:
        return found[0]
    if not found:
        raise arguments.error(
            "integration", _("There is no integration “%(slug)s”.") % {"slug": wanted}, "integration_unknown"
        )
    names = ", ".join(f"{one.slug}/{one.remote_id}" for one in found)
    raise arguments.error(
        "integration", _("Several match; write one of: %(names)s.") % {"names": names}, "integration_unclear"
    )


def _template(template_id: str | None) -> Template | None:
    if template_id is None:
        return None
    template = Template.objects.filter(template_id=arguments.without_surrogates(template_id)).first()
    if template is None:
        message = _("No template with the id “%(id)s” is registered here.") % {"id": template_id[:80]}
        raise arguments.error("template", message, "template_invalid")
    return template
