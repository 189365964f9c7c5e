"""The verbs of the audit log, stored in English and translated when shown."""

from __future__ import annotations

from enum import StrEnum

from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.utils.translation import gettext_noop as _

from outbound.models import Integration, Recipient, Template


class Verb(StrEnum):
    """What was done. An entry stores the msgid, so another wording needs a migration."""

    DRAFT_CREATED = _("Draft created")
    DRAFT_CHANGED = _("Draft changed")
    DRAFT_DISCARDED = _("Draft discarded")
    WINDOW_REASON_GIVEN = _("Sent to people without an open window, for a reason")
    WINDOW_REASON_TAKEN_BACK = _("The reason to send without an open window was taken back")
    SEND_LAUNCHED = _("Send launched")
    LAUNCH_STOPPED = _("Preparation of the send stopped")
    LAUNCH_TAKEN_BACK = _("Send taken back before anything went out")
    SEND_PAUSED = _("Send paused")
    SEND_RESUMED = _("Send resumed")
    SEND_CANCELLED = _("Send cancelled")
    WAITING_CANCELLED = _("Everything that waited was cancelled")
    SEND_RESENT = _("Draft made to send again")
    SEND_REUSED = _("Send reused as a draft")

    TAKEN_AS_SENT = _("In doubt: taken as sent")
    TAKEN_AS_NOT_SENT = _("In doubt: taken as not sent")
    HISTORY_EXPORTED = _("History exported")

    RECIPIENT_CREATED = _("Recipient created")
    RECIPIENT_CHANGED = _("Recipient changed")
    RECIPIENT_DELETED = _("Recipient deleted")
    OPTED_OUT = _("Person opted out")
    OPTED_OUT_BY_WORD = _("Opted out by a message of their own")
    OPT_OUT_UNDONE = _("Opt-out undone")
    WINDOW_DECLARED = _("24-hour window declared open")
    WINDOW_NOT_DECLARED = _("24-hour window no longer declared open")

    TEMPLATE_CREATED = _("Template created")
    TEMPLATE_CHANGED = _("Template changed")
    TEMPLATE_DELETED = _("Template deleted")
    TEMPLATE_ARCHIVED = _("Template archived")
    TEMPLATE_RESTORED = _("Template restored")
    TEMPLATE_LET_GO_ON = _("Template let go on")

    INTEGRATION_CREATED = _("Integration created")
    INTEGRATION_CHANGED = _("Integration changed")
    INTEGRATION_MOVED = _("Integration's address changed, token removed")
    INTEGRATION_DELETED = _("Integration deleted")
    INTEGRATION_PAUSED = _("Integration paused")
    INTEGRATION_RESUMED = _("Integration resumed")
    WAIT_ENDED = _("Wait ended by hand")
    TOKEN_REPLACED = _("Token replaced")
    TOKEN_REMOVED = _("Token removed")  # only in older entries; now INTEGRATION_MOVED says so
    TOKENS_REENCRYPTED = _("Tokens encrypted with the first key")
    WEBHOOK_SECRET_MADE = _("New secret of the webhook")
    WEBHOOK_OLD_ENDED = _("Old secret of the webhook ended")
    WEBHOOK_NEW_ENDED = _("New secret of the webhook ended")
    WEBHOOK_HEADER_MADE = _("New secret of the webhook's header")
    WEBHOOK_HEADER_ASKED = _("The webhook asks for its new header")
    WEBHOOK_HEADER_DROPPED = _("The webhook asks for no header any more")
    WORD_TAUGHT = _("Meaning of a status word")

    USER_CREATED = _("User created")
    USER_CHANGED = _("User changed")
    USER_DELETED = _("User deleted")
    USER_DEACTIVATED = _("User deactivated")
    USER_REACTIVATED = _("User reactivated")
    RIGHTS_CHANGED = _("Rights changed")
    PASSWORD_CHANGED = _("Password changed")
    GROUP_CREATED = _("Group created")
    GROUP_CHANGED = _("Group's rights changed")
    GROUP_DELETED = _("Group deleted")

    DEMO_PREPARED = _("Demo prepared")


# By model, the verbs for a record that a form creates, changes or deletes.
FORM_VERBS: dict[type[Model], tuple[Verb, Verb, Verb]] = {
    Recipient: (Verb.RECIPIENT_CREATED, Verb.RECIPIENT_CHANGED, Verb.RECIPIENT_DELETED),
    Template: (Verb.TEMPLATE_CREATED, Verb.TEMPLATE_CHANGED, Verb.TEMPLATE_DELETED),
    Integration: (Verb.INTEGRATION_CREATED, Verb.INTEGRATION_CHANGED, Verb.INTEGRATION_DELETED),
    User: (Verb.USER_CREATED, Verb.USER_CHANGED, Verb.USER_DELETED),
    Group: (Verb.GROUP_CREATED, Verb.GROUP_CHANGED, Verb.GROUP_DELETED),
}
