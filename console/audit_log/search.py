"""Search in the audit log: the number of a send or another record, a phone, or the beginning of a name."""

from __future__ import annotations

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from outbound.models import Recipient
from outbound.search.terms import as_pk, by_phone, looks_like_a_number

MOST_PEOPLE = 100
LONGEST_NUMBER = 7  # digits; a longer number is a phone


def find_people(queryset: QuerySet[User], text: str) -> QuerySet[User]:
    names = ("username", "first_name", "last_name", "email")
    return queryset.filter(Q(*((f"{name}__istartswith", text) for name in names), _connector=Q.OR))


def find_entries(queryset: QuerySet[LogEntry], text: str) -> QuerySet[LogEntry]:
    if as_pk(text) and len(text) <= LONGEST_NUMBER:
        return queryset.filter(object_id=as_pk(text))
    if looks_like_a_number(text):
        people = Recipient.objects.filter(by_phone(text)).order_by("pk").values("pk")[:MOST_PEOPLE]
        kind = ContentType.objects.get_for_model(Recipient)
        return queryset.filter(content_type=kind, object_id__in=list(people.values_list("pk", flat=True)))
    authors = list(find_people(User.objects.order_by(), text).values_list("pk", flat=True)[:MOST_PEOPLE])
    # The names at that time: of the record, and of an author whose account may be deleted.
    named = Q(object_repr__istartswith=text) | Q(additional_data__author__istartswith=text)
    return queryset.filter(named | Q(actor__in=authors))
