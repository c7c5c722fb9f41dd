"""What can be asked of the index."""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra.rows import plain
from blokhub.infra.search_index import Entry, Question, SearchIndex
from blokhub.services.search.storage import entries


class SearchHit(msgspec.Struct, frozen=True):
    """A package that was found. `highlights` holds HTML, with the found words in <mark>."""

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
    connection: AsyncConnection, after: int, limit: int
) -> tuple[list[Entry], list[str], int]:
    """What changed after the change number `after`: entries to put in, ids to take out, the last number."""
    query = sa.select(entries).where(entries.c.change > after).order_by(entries.c.change).limit(limit)
    rows = (await connection.execute(query)).mappings().all()
    listed = [row for row in rows if _is_listed(row)]
    gone = [row["package_id"] for row in rows if not _is_listed(row)]
    return [_entry(row) for row in listed], gone, rows[-1]["change"] if rows else after


async def last_change(connection: AsyncConnection) -> int:
    """The highest change number."""
    number: int = (
        await connection.execute(sa.select(sa.func.coalesce(sa.func.max(entries.c.change), 0)))
    ).scalar_one()
    return number


def _is_listed(row: sa.RowMapping) -> bool:
    return row["visibility"] == "public" and row["version"] is not None and not row["deleted"]


def _entry(row: sa.RowMapping) -> Entry:
    values: dict[str, Any] = plain(row)
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
        updated=int(row["updated_at"].timestamp() * 1000),
        card=card,
    )
