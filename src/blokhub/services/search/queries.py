"""What can be asked of the index."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra.rows import plain
from blokhub.infra.search_index import Entry, Question, SearchIndex
from blokhub.services.content.contract import SketchStep
from blokhub.services.search.storage import entries, run_days, star_counts

_WEEK, _MONTH = 7, 30
_AFTER_MOMENTS = 1 << 41  # more than any moment in milliseconds, until the year 2039


class RunCounts(NamedTuple):
    """How often a package was run in the last 7 and in the last 30 days, today included."""

    week: int = 0
    month: int = 0


class SearchHit(msgspec.Struct, frozen=True):
    """A package that was found. `highlights` holds HTML, with the found words in <mark>.

    `runs` counts the last 30 days; `sketch` is the shape of the latest version, its trigger first.
    """

    owner: str
    name: str
    kind: str
    title: str
    summary: str
    category: str
    tags: list[str]
    license: str
    version: str
    nodes: list[str]
    step_count: int
    deprecated: str
    updated_at: datetime
    sketch: list[SketchStep] = []
    forks: int = 0
    runs: int = 0
    stars: int = 0
    highlights: dict[str, str] = {}
    score: float = 0.0


class SearchAnswer(msgspec.Struct, frozen=True):
    """The hits of a page. A facet counts the hits that a click on each value would show.

    `relaxed` tells that nothing had the words as they were typed, and near ones were taken.
    """

    hits: list[SearchHit]
    facets: dict[str, dict[str, int]]
    total: int
    page: int
    per_page: int
    relaxed: bool


def search(index: SearchIndex, question: Question) -> SearchAnswer:
    """Ask the index of this process."""
    found = index.search(question)
    hits = [
        msgspec.structs.replace(
            msgspec.json.decode(hit.card, type=SearchHit), highlights=hit.highlights, score=hit.score
        )
        for hit in found.hits
    ]
    return SearchAnswer(hits, found.facets, found.total, question.page, question.per_page, found.relaxed)


async def read_changes(
    connection: AsyncConnection, after: int, limit: int, counts: Mapping[str, RunCounts]
) -> tuple[list[Entry], list[str], int]:
    """What changed after the change number `after`: entries to put in, ids to take out, the last number."""
    query = _entries().where(entries.c.change > after).order_by(entries.c.change).limit(limit)
    rows = (await connection.execute(query)).mappings().all()
    listed = [row for row in rows if _is_listed(row)]
    gone = [row["package_id"] for row in rows if not _is_listed(row)]
    return [_entry(row, counts) for row in listed], gone, rows[-1]["change"] if rows else after


async def read_entries(
    connection: AsyncConnection, package_ids: Sequence[str], counts: Mapping[str, RunCounts]
) -> list[Entry]:
    """The entries of those packages that can be found."""
    query = _entries().where(entries.c.package_id.in_(package_ids))
    rows = (await connection.execute(query)).mappings().all()
    return [_entry(row, counts) for row in rows if _is_listed(row)]


async def count_runs(connection: AsyncConnection, today: date) -> dict[str, RunCounts]:
    """How often each package was run lately; packages that were not are left out."""
    lately = run_days.c.day > today - timedelta(days=_WEEK)
    week = sa.func.coalesce(sa.func.sum(run_days.c.runs).filter(lately), 0)
    query = (
        sa.select(run_days.c.package_id, week, sa.func.sum(run_days.c.runs))
        .where(run_days.c.day > today - timedelta(days=_MONTH))
        .group_by(run_days.c.package_id)
    )
    return {row[0]: RunCounts(row[1], row[2]) for row in (await connection.execute(query)).all()}


async def last_change(connection: AsyncConnection) -> int:
    """The highest change number."""
    number: int = (
        await connection.execute(sa.select(sa.func.coalesce(sa.func.max(entries.c.change), 0)))
    ).scalar_one()
    return number


def _entries() -> sa.Select[Any]:
    stars = sa.func.coalesce(star_counts.c.stars, 0).label("stars")
    counted = entries.outerjoin(star_counts, star_counts.c.package_id == entries.c.package_id)
    return sa.select(entries, stars).select_from(counted)


def _is_listed(row: sa.RowMapping) -> bool:
    return row["visibility"] == "public" and row["version"] is not None and not row["deleted"]


def _entry(row: sa.RowMapping, counts: Mapping[str, RunCounts]) -> Entry:
    found = counts.get(row["package_id"], RunCounts())
    values: dict[str, Any] = plain(row) | {"runs": found.month}
    updated = int(row["updated_at"].timestamp() * 1000)
    card = msgspec.json.encode(msgspec.convert(values, SearchHit)).decode()
    return Entry(
        id=row["package_id"],
        owner=row["owner"],
        name=row["name"],
        kind=row["kind"],
        title=row["title"],
        summary=row["summary"],
        readme=row["readme"],
        category=row["category"],
        tags=row["tags"],
        nodes=row["nodes"],
        updated=updated,
        card=card,
        trend=found.week * _AFTER_MOMENTS + updated,
    )
