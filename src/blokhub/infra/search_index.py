"""The embedded search index: keywords with stemming, filters, facets, highlights. On tantivy, in memory.

The rows that it is made from stay in PostgreSQL; every replica fills its own index from there when it
starts, and follows the changes.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import tantivy

# How much a word counts by where it stands.
_TEXT_FIELDS = {"name": 5.0, "title": 4.0, "tag_text": 2.5, "node_text": 2.0, "summary": 2.0, "readme": 0.6}
# The words as they are written, for those that are not finished yet: stems have other beginnings.
_BEGINNINGS = "beginnings"
_FACETS = ("category", "tag", "node", "kind", "owner")
_MANY_VALUED = frozenset({"tag", "node"})
_FACET_SIZE = 50
_MAX_TERMS = 12


@dataclass(frozen=True)
class Entry:
    """What the index holds of one package. `card` is what a list shows of it, as JSON; it is only kept.

    The order `updated` goes by the number of that name, `trending` by `trend`, the highest first.
    """

    id: str
    owner: str
    name: str
    kind: str
    title: str
    summary: str
    readme: str
    category: str
    tags: Sequence[str]
    nodes: Sequence[str]
    updated: int
    card: str = ""
    trend: int = 0


@dataclass(frozen=True)
class Question:
    """A search: words, exact filters by facet, an order, and a page (from 1)."""

    text: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    per_page: int = 20


@dataclass(frozen=True)
class Hit:
    """One package that was found; `highlights` are HTML with the found words in <mark>."""

    id: str
    card: str
    score: float
    highlights: dict[str, str]


@dataclass(frozen=True)
class Found:
    """The hits of a page, the count of all, and the facets: how many hits a click on a value would show."""

    hits: list[Hit]
    total: int
    facets: dict[str, dict[str, int]]
    relaxed: bool = False


class SearchIndex(Protocol):
    """What every search index can do; one shared suite of tests holds all of them to it."""

    def apply(self, entries: Sequence[Entry], gone: Sequence[str]) -> None:
        """Put entries in (replacing those of the same id), take others out, and make it visible."""
        ...

    def search(self, question: Question) -> Found:
        """Answer a question."""
        ...


class TantivyIndex:
    """The index in the memory of this process."""

    def __init__(self) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_text_field("card", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field(_BEGINNINGS, tokenizer_name="default")
        for name in _TEXT_FIELDS:
            builder.add_text_field(name, stored=name in {"title", "summary"}, tokenizer_name="en_stem")
        for name in _FACETS:
            builder.add_text_field(name, tokenizer_name="raw", fast=True)
        builder.add_text_field("sort_name", tokenizer_name="raw", fast=True)
        builder.add_integer_field("updated", fast=True)
        builder.add_integer_field("trend", fast=True)
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema)
        self._writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        self._plain = _analyzer().build()
        self._stem = _analyzer().filter(tantivy.Filter.stemmer("english")).build()

    def apply(self, entries: Sequence[Entry], gone: Sequence[str]) -> None:
        """Put entries in (replacing those of the same id), take others out, and make it visible."""
        latest = {entry.id: entry for entry in entries}
        for id in [*gone, *latest]:  # noqa: A001
            self._writer.delete_documents_by_term("id", id)
        for entry in latest.values():
            self._writer.add_document(_document(entry))
        self._writer.commit()
        self._index.reload()

    def search(self, question: Question) -> Found:
        """Answer a question; when no package has the words, those that differ by a letter are tried.

        Filters have no say in that: a click on a facet must not change what the words mean.
        """
        searcher: Any = self._index.searcher()
        words = self._words(question.text, fuzzy=False)
        found = self._answer(searcher, words, question)
        if found.total or not question.text.strip() or searcher.search(words, 1, count=True).count:
            return found
        relaxed = self._answer(searcher, self._words(question.text, fuzzy=True), question)
        return Found(relaxed.hits, relaxed.total, relaxed.facets, relaxed=relaxed.total > 0)

    def _answer(self, searcher: Any, words: Any, question: Question) -> Found:
        query = self._with_filters(words, question.filters)
        offset = (question.page - 1) * question.per_page
        order = _order(question)
        result = searcher.search(query, question.per_page, count=True, offset=offset, **order)
        hits = self._hits(searcher, words, result.hits, by_field=bool(order))
        return Found(hits, result.count, self._facets(searcher, words, question.filters))

    def _hits(
        self, searcher: Any, words: Any, ranked: Sequence[tuple[Any, Any]], *, by_field: bool
    ) -> list[Hit]:
        snippets = {
            name: tantivy.SnippetGenerator.create(searcher, words, self._schema, name)
            for name in ("title", "summary")
        }
        hits = []
        for score, address in ranked:
            document = searcher.doc(address)
            highlights = {}
            for name, generator in snippets.items():
                snippet = generator.snippet_from_doc(document)
                if snippet.highlighted():
                    highlights[name] = _mark(snippet.fragment(), snippet.highlighted())
            points = 0.0 if by_field else round(float(score), 4)
            hits.append(Hit(document.get_first("id"), document.get_first("card") or "", points, highlights))
        return hits

    def _facets(
        self, searcher: Any, words: Any, filters: Mapping[str, Sequence[str]]
    ) -> dict[str, dict[str, int]]:
        """Counts by value. For a facet of one value, its own filter does not count: a click replaces it."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for name in _FACETS:
            own = (name,) if filters.get(name) and name not in _MANY_VALUED else ()
            groups.setdefault(own, []).append(name)
        facets: dict[str, dict[str, int]] = {}
        for left_out, names in groups.items():
            rest = {name: values for name, values in filters.items() if name not in left_out}
            wanted = {name: {"terms": {"field": name, "size": _FACET_SIZE}} for name in names}
            counted = searcher.aggregate(self._with_filters(words, rest), wanted)
            for name in names:
                buckets = counted[name]["buckets"]
                ranked = sorted(buckets, key=lambda bucket: (-bucket["doc_count"], bucket["key"]))
                facets[name] = {bucket["key"]: bucket["doc_count"] for bucket in ranked}
        return {name: facets[name] for name in _FACETS}

    def _with_filters(self, words: Any, filters: Mapping[str, Sequence[str]]) -> Any:
        must = [
            (tantivy.Occur.Must, tantivy.Query.const_score_query(self._term(name, value), 0.0))
            for name, values in filters.items()
            for value in values
        ]
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, words), *must]) if must else words

    def _words(self, text: str, *, fuzzy: bool) -> Any:
        """Most of the words must be there; the last may be unfinished, as it is while someone types."""
        plain = self._plain.analyze(text)[:_MAX_TERMS]
        if not plain:
            return tantivy.Query.all_query()
        unfinished = not text.endswith((" ", "\t"))
        each = [
            (tantivy.Occur.Should, self._word(word, prefix=unfinished and word is plain[-1], fuzzy=fuzzy))
            for word in plain
        ]
        needed = len(plain) if len(plain) <= 2 else (len(plain) * 3 + 4) // 5
        return tantivy.Query.boolean_query(each, minimum_number_should_match=needed)

    def _word(self, word: str, *, prefix: bool, fuzzy: bool) -> Any:
        stem = (self._stem.analyze(word) or [word])[0]
        fields = []
        for name, boost in _TEXT_FIELDS.items():
            queries = [tantivy.Query.boost_query(self._term(name, stem), boost)]
            if fuzzy and len(word) > 3:
                queries.append(self._near(name, stem, boost * 0.3, distance=1, prefix=False))
            fields += queries
        if prefix and len(word) > 1:
            fields.append(self._near(_BEGINNINGS, word, 2.0, distance=0, prefix=True))
        return tantivy.Query.disjunction_max_query(fields, 0.2)

    def _near(self, name: str, word: str, boost: float, *, distance: int, prefix: bool) -> Any:
        query = tantivy.Query.fuzzy_term_query(self._schema, name, word, distance=distance, prefix=prefix)
        return tantivy.Query.boost_query(query, boost)

    def _term(self, name: str, value: str) -> Any:
        return tantivy.Query.term_query(self._schema, name, value)


def _analyzer() -> Any:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())


def _document(entry: Entry) -> Any:
    document = tantivy.Document()
    document.add_text("id", entry.id)
    document.add_text("name", entry.name.replace("-", " "))
    for name in ("title", "summary", "readme", "category", "kind", "owner"):
        document.add_text(name, getattr(entry, name))
    document.add_text("tag_text", " ".join(entry.tags).replace("-", " ") + f" {entry.category} {entry.owner}")
    document.add_text("node_text", " ".join(entry.nodes))
    beginnings = [
        entry.name,
        entry.title,
        entry.summary,
        entry.category,
        entry.owner,
        *entry.tags,
        *entry.nodes,
    ]
    document.add_text(_BEGINNINGS, " ".join(beginnings))
    document.add_text("card", entry.card)
    for tag in entry.tags:
        document.add_text("tag", tag)
    for node in entry.nodes:
        document.add_text("node", node)
    document.add_text("sort_name", f"{entry.name}/{entry.owner}")
    document.add_integer("updated", entry.updated)
    document.add_integer("trend", entry.trend)
    return document


def _order(question: Question) -> dict[str, Any]:
    if question.sort == "name":
        return {"order_by_field": "sort_name", "order": tantivy.Order.Asc}
    if question.sort == "trending":
        return {"order_by_field": "trend", "order": tantivy.Order.Desc}
    if question.sort == "updated" or not question.text.strip():
        return {"order_by_field": "updated", "order": tantivy.Order.Desc}
    return {}


def _mark(text: str, ranges: Sequence[Any]) -> str:
    """The text as HTML, with the found words (byte ranges) in <mark>."""
    raw = text.encode()
    parts, end = [], 0
    for found in ranges:
        parts.append(html.escape(raw[end : found.start].decode(errors="ignore")))
        parts.append(f"<mark>{html.escape(raw[found.start : found.end].decode(errors='ignore'))}</mark>")
        end = found.end
    return "".join(parts) + html.escape(raw[end:].decode(errors="ignore"))
