"""A paginator that does not count millions of rows.

The skin's InfinitePaginator does not count at all, but then the list cannot show its number of rows.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from django.core.paginator import Paginator
from django.db import connections
from django.db.models import QuerySet
from django.utils.functional import cached_property

CAP = 10_001  # 400 pages of 25, and one row that tells that there are more

_COUNT_OR_ESTIMATE = """
SELECT (SELECT COUNT(*) FROM (SELECT FROM {table} LIMIT %s) AS counted), reltuples
FROM pg_class WHERE oid = %s::regclass
"""


class CappedPaginator(Paginator):
    """Counts at most CAP rows, and estimates the length of an unfiltered PostgreSQL table above that.

    Pages beyond CAP do not exist.
    """

    template_name = "outbound/base/pagination.html"

    @property
    def last_row(self) -> int:
        return CAP - 1

    @property
    def is_capped(self) -> bool:
        return self.count >= CAP

    @property
    def is_estimated(self) -> bool:
        return self.count > CAP

    @cached_property
    def num_pages(self) -> int:
        return max(1, min(ceil(self.count / self.per_page), self.last_row // self.per_page or 1))

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        rows = count_query(rows)[:CAP]
        return _estimated_count(rows) if _has_estimate(rows) else rows.count()


def with_count_query(rows: QuerySet[Any], count_query: QuerySet[Any]) -> QuerySet[Any]:
    """Let a paginator count `count_query` instead of `rows`: the same rows, by a faster query."""
    rows.count_query = count_query  # type: ignore[attr-defined]  # clones of `rows` do not keep it
    return rows


def count_query(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the query to count `rows` by, without an order."""
    return getattr(rows, "count_query", rows).order_by()


def count_of(rows: QuerySet[Any]) -> int:
    """Count all of `rows`, however many they are."""
    return count_query(rows).count()


def _has_estimate(rows: QuerySet[Any]) -> bool:
    """Whether `rows` is an unfiltered table in PostgreSQL, whose planner knows its estimated length."""
    query = rows.query
    return connections[rows.db].vendor == "postgresql" and not query.where and not query.distinct


def _estimated_count(rows: QuerySet[Any]) -> int:
    """Count up to CAP rows of a table, and return the planner's estimate if there are more."""
    connection = connections[rows.db]
    table = connection.ops.quote_name(rows.query.get_meta().db_table)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_OR_ESTIMATE.format(table=table), [CAP, table])
        counted, estimated = cursor.fetchone()
    return max(counted, int(estimated)) if counted == CAP else int(counted)
