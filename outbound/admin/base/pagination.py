"""Paging that stays quick on a history of millions: nobody counts what nobody will leaf through."""

from __future__ import annotations

from math import ceil
from typing import Any

from django.core.paginator import Paginator
from django.db import connections
from django.db.models import QuerySet
from django.utils.functional import cached_property

CAP = 10_001  # four hundred pages of 25, and one row more to tell that there are more

_WHOLE = """
SELECT (SELECT COUNT(*) FROM (SELECT FROM {table} LIMIT %s) AS counted), reltuples
FROM pg_class WHERE oid = %s::regclass
"""


class CappedPaginator(Paginator):
    """Counts at most CAP rows; a whole PostgreSQL table above that is as long as the planner believes.

    Nobody leafs further than CAP: whoever looks for something filters or searches.
    """

    template_name = "outbound/base/pagination.html"

    @property
    def furthest(self) -> int:
        return CAP - 1

    @property
    def is_capped(self) -> bool:
        return self.count >= CAP

    @property
    def is_estimated(self) -> bool:
        return self.count > CAP

    @cached_property
    def num_pages(self) -> int:
        return max(1, min(ceil(self.count / self.per_page), self.furthest // self.per_page or 1))

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        rows = counted(rows)[:CAP]
        return _count_whole(rows) if _is_whole_in_postgresql(rows) else rows.count()


def counted_by(rows: QuerySet[Any], same: QuerySet[Any]) -> QuerySet[Any]:
    """Return `rows` such that a paginator which is given them counts `same`: the same rows, found sooner."""
    rows.counted = same  # type: ignore[attr-defined]  # a copy of `rows` has it no more, and counts itself
    return rows


def counted(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return what is counted of `rows`: the same rows, in no order."""
    return getattr(rows, "counted", rows).order_by()


def count_of(rows: QuerySet[Any]) -> int:
    """Count all of `rows`, however many they are."""
    return counted(rows).count()


def _is_whole_in_postgresql(rows: QuerySet[Any]) -> bool:
    """Whether `rows` is a whole table of which the planner has a notion."""
    query = rows.query
    return connections[rows.db].vendor == "postgresql" and not query.where and not query.distinct


def _count_whole(rows: QuerySet[Any]) -> int:
    """Return how many rows of a table the CAP lets us count, or how long the planner believes it is."""
    connection = connections[rows.db]
    table = connection.ops.quote_name(rows.query.get_meta().db_table)
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE.format(table=table), [CAP, table])
        counted, believed = cursor.fetchone()
    return max(counted, int(believed)) if counted == CAP else int(counted)
