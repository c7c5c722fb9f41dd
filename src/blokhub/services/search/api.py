"""The HTTP routes of search."""

from typing import Annotated, Any, Literal

from litestar import Request, get
from litestar.params import FromQuery, QueryParameter

from blokhub.infra.dependencies import TheHost
from blokhub.infra.search_index import Question
from blokhub.kernel.position import HEADER
from blokhub.services.search import queries
from blokhub.services.search.queries import SearchAnswer

_REACH_SECONDS = 2.0
Words = Annotated[str, QueryParameter(max_length=300, description="What to look for.")]
Values = Annotated[list[str] | None, QueryParameter(description="Only packages with all of these.")]


@get("/api/search", summary="Search packages")
async def search(
    host: TheHost,
    request: Request[Any, Any, Any],
    q: Words = "",
    kind: FromQuery[Literal["workflow", "node", ""]] = "",
    category: FromQuery[str | None] = None,
    tag: Values = None,
    node: Values = None,
    owner: FromQuery[str | None] = None,
    sort: FromQuery[Literal["relevance", "updated", "name", "trending", ""]] = "relevance",
    page: Annotated[int, QueryParameter(ge=1, le=500)] = 1,
    per_page: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
) -> SearchAnswer:
    """Search public packages by words and facets. With a position token it sees what was just written."""
    indexer = host.parts["indexer"]
    if request.headers.get(HEADER):
        await indexer.reach(_REACH_SECONDS)
    filters = {"tag": _given(tag), "node": _given(node)}
    filters |= {
        name: [value] for name, value in {"kind": kind, "category": category, "owner": owner}.items() if value
    }
    question = Question(q, filters, sort or "relevance", page, per_page)
    return queries.search(indexer.index, question)


def _given(values: list[str] | None) -> list[str]:
    """The values without the empty ones that a form sends along."""
    return [value for value in values or [] if value]


ROUTES = [search]
