"""What each error code of WhatsApp means, what a person can do, and its effect (FACTS.md, "Error codes").

Codes are compared as text, and titles never, since Meta will remove titles.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from outbound.gateways.base import Cause, Effect

_NOT_ON_WHATSAPP = Cause(
    _("The number cannot be reached on WhatsApp"),
    _(
        "It may not be on WhatsApp, use an old version, or not have taken the new terms. Check the number, "
        "the ninth digit above all, or ask the person in another way. Sending it again changes nothing."
    ),
)
_WINDOW = Cause(
    _("More than 24 hours passed since the person last wrote"),
    _("Only a template reaches people outside of the 24-hour window. Compose a template message instead."),
)
_HELD_BACK = Cause(
    _("WhatsApp held it back, so that people do not get too much marketing"),
    _("Do not send it again within 24 hours. Another day it may go through, as a new send."),
    Effect.WAIT,
)
_NO_MARKETING = Cause(
    _("The person stopped marketing messages of this business at WhatsApp"),
    _("Respect that: leave the person out of marketing sends. Other messages still arrive."),
)
_EXPERIMENT = Cause(
    _("WhatsApp keeps marketing away from this person for an experiment of its own"),
    _("Nothing can be done. A template that is no marketing arrives."),
)
_KIND = Cause(
    _("WhatsApp does not take this kind of message"),
    _("Compose it as another kind, or as a template."),
)
_FILE = Cause(
    _("The file could not be fetched, or is not what it was said to be"),
    _("Open the file's address in a private window: it has to be public, and of the type that is stated."),
)
_PARAMETER = Cause(
    _("A value of the message is missing or not valid"),
    _("Look at the text below and at the exact request, correct it, then send it as a new message."),
)
_SAME_NUMBER = Cause(
    _("The recipient is the sending number itself"),
    _("Take this number off the list."),
)
_SANDBOX_LIST = Cause(
    _("The number is not on the list of allowed test numbers"),
    _("The sending number is in test mode. Ask Zenvia to make it live."),
    Effect.STOP_INTEGRATION,
)
_FIELDS = Cause(
    _("The number of values does not fit the template"),
    _("Compare the template's fields here with those approved at WhatsApp, then send it as a new message."),
)
_NO_TEMPLATE = Cause(
    _("There is no such approved template in this language"),
    _("Check the template's id and language at Zenvia, and whether it is approved."),
)
_TEXT = Cause(
    _("The text with its values breaks a rule of WhatsApp's"),
    _(
        "It is too long, or a value has line breaks, tabs or many spaces. Shorten or clean the values, then "
        "send it as a new message."
    ),
)
_TEMPLATE_PAUSED = Cause(
    _("WhatsApp paused or disabled the template, because people did not like it"),
    _(
        "The console paused the template and the sends that use it. Change the template at Zenvia, or wait "
        "until WhatsApp lets it go on."
    ),
    Effect.PAUSE_TEMPLATE,
)
_TOO_FAST = Cause(
    _("Too much was sent at once for this number"),
    _(
        "The integration waited a minute by itself. Set a slower pace there. These people can get it later, "
        "as a new send."
    ),
    Effect.SLOW_DOWN,
)
_TOO_MANY_TO_ONE = Cause(
    _("This person got too many messages in a short time"),
    _("Wait some minutes before you write to this person again."),
    Effect.WAIT,
)
_SPAM = Cause(
    _("WhatsApp limits this number, because people reported or blocked it"),
    _("The console stopped the integration. Look at its quality at Zenvia before you resume."),
    Effect.STOP_INTEGRATION,
)
_TROUBLE = Cause(
    _("WhatsApp had trouble of its own"),
    _("These people can get it later, as a new send."),
    Effect.WAIT,
)
_ACCOUNT = Cause(
    _("The WhatsApp account is locked, unpaid or not allowed to send this"),
    _("The console stopped the integration. Ask Zenvia what the account lacks, then resume."),
    Effect.STOP_INTEGRATION,
)
_ACCESS = Cause(
    _("Zenvia has no access to the WhatsApp account any more"),
    _("The console stopped the integration. Ask Zenvia to renew the access, then resume."),
    Effect.STOP_INTEGRATION,
)
UNKNOWN = Cause(
    _("WhatsApp or Zenvia could not deliver it"),
    _(
        "The reason below is in their own words. If it names the number or the text, correct that and send "
        "anew."
    ),
)

_TABLE: list[tuple[Cause, str]] = [
    (_NOT_ON_WHATSAPP, "131026"),
    (_WINDOW, "131047 470"),
    (_HELD_BACK, "131049"),
    (_NO_MARKETING, "131050"),
    (_EXPERIMENT, "130472"),
    (_KIND, "131051"),
    (_FILE, "131052 131053"),
    (_PARAMETER, "100 131008 131009"),
    (_SAME_NUMBER, "131021"),
    (_SANDBOX_LIST, "131030"),
    (_FIELDS, "132000"),
    (_NO_TEMPLATE, "132001"),
    (_TEXT, "132005 132007 132008 132012"),
    (_TEMPLATE_PAUSED, "132015 132016"),
    (_TOO_FAST, "4 80007 130429 429 471 1015"),
    (_TOO_MANY_TO_ONE, "131056"),
    (_SPAM, "131048 131064"),
    (_TROUBLE, "1 2 131000 131016 131057 133004 135000"),
    (_ACCOUNT, "368 130497 131031 131037 131042 131045 131063"),
    (_ACCESS, "0 3 10 190 131005"),
]


def _by_code() -> Iterator[tuple[str, Cause]]:
    for cause, codes in _TABLE:
        yield from ((code, cause) for code in codes.split())
    yield from ((str(code), _ACCESS) for code in range(200, 300))


CAUSES: dict[str, Cause] = dict(_by_code())


def cause_of(code: str) -> Cause:
    """Return what a code means, or UNKNOWN."""
    return CAUSES.get(code, UNKNOWN)
