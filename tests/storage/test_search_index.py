"""What every search index can do. Another adapter joins by one line in ADAPTERS."""

import html
import itertools
import random
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blokhub.infra.search_index import Entry, Found, Question, SearchIndex, TantivyIndex

ADAPTERS: dict[str, Callable[[], SearchIndex]] = {"tantivy": TantivyIndex}
SINGLE = ("category", "kind", "owner")
FACETS = ("category", "tag", "node", "kind", "owner")


def entry(name: str, **fields: object) -> Entry:
    """An entry that says little unless told otherwise."""
    plain = Entry(
        id=f"id-{name}",
        owner="ann",
        name=name,
        kind="workflow",
        title=name.replace("-", " ").title(),
        summary="",
        readme="",
        category="other",
        tags=(),
        nodes=(),
        updated=0,
        card=f'{{"name": "{name}"}}',
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def names(found: Found) -> list[str]:
    """The hits in their order."""
    return [hit.id.removeprefix("id-") for hit in found.hits]


GARDEN = [
    entry(
        "invoice-sender",
        title="Invoice sender",
        summary="Sends invoices to customers every month.",
        category="automation",
        tags=("billing", "email"),
        nodes=("@blokjs/api-call", "@blokjs/expr"),
        updated=300,
    ),
    entry(
        "weather-report",
        title="Weather report",
        summary="Fetches the forecast and mails a report.",
        category="api-integration",
        tags=("weather", "email"),
        nodes=("@blokjs/api-call",),
        owner="bob",
        updated=200,
    ),
    entry(
        "password-check",
        title="Password checker",
        summary="Validates a password.",
        readme="Explains how invoices are never touched.",
        category="validation",
        tags=("security",),
        nodes=("@blokjs/expr",),
        updated=100,
    ),
    entry(
        "slack-node",
        title="Slack message",
        summary="A node that posts to a channel.",
        kind="node",
        category="notification",
        tags=("chat",),
        nodes=("slack-node",),
        owner="bob",
        updated=400,
    ),
]


@pytest.mark.parametrize("adapter", ADAPTERS)
class TestSearchIndex:
    """One suite for all of them."""

    @pytest.fixture
    def index(self, adapter: str) -> SearchIndex:
        made = ADAPTERS[adapter]()
        made.apply(GARDEN, [])
        return made

    def ask(self, index: SearchIndex, text: str = "", **fields: object) -> Found:
        return index.search(Question(text, **fields))  # type: ignore[arg-type]

    def test_an_empty_index_answers(self, adapter: str) -> None:
        found = ADAPTERS[adapter]().search(Question("anything"))
        assert (found.hits, found.total, found.relaxed) == ([], 0, False)
        assert found.facets == {name: {} for name in FACETS}

    def test_trending_goes_by_its_own_number(self, index: SearchIndex) -> None:
        numbers = {each.name: number for number, each in enumerate(sorted(GARDEN, key=lambda e: e.summary))}
        index.apply([replace(each, trend=numbers[each.name] << 41) for each in GARDEN], [])
        assert names(self.ask(index, sort="trending")) == sorted(
            numbers, key=numbers.__getitem__, reverse=True
        )
        found = names(self.ask(index, "report", sort="trending"))
        assert found == sorted(found, key=numbers.__getitem__, reverse=True)

    def test_without_words_everything_is_found_the_newest_first(self, index: SearchIndex) -> None:
        found = self.ask(index)
        assert names(found) == ["slack-node", "invoice-sender", "weather-report", "password-check"]
        assert found.total == 4

    @pytest.mark.parametrize(
        ("text", "first"),
        [
            ("weather ", "weather-report"),
            ("WEATHER", "weather-report"),
            ("forecast ", "weather-report"),
            ("billing ", "invoice-sender"),
            ("validation", "password-check"),
            ("api-integration ", "weather-report"),
            ("channel slack ", "slack-node"),
        ],
    )
    def test_words_are_found_wherever_they_stand(self, index: SearchIndex, text: str, first: str) -> None:
        assert names(self.ask(index, text))[0] == first

    def test_a_word_in_the_name_counts_more_than_one_in_the_readme(self, index: SearchIndex) -> None:
        assert names(self.ask(index, "invoices ")) == ["invoice-sender", "password-check"]

    @pytest.mark.parametrize("text", ["validating ", "validated ", "validates ", "validate "])
    def test_other_forms_of_a_word_are_found(self, index: SearchIndex, text: str) -> None:
        found = self.ask(index, text)
        assert names(found) == ["password-check"]
        assert not found.relaxed

    @pytest.mark.parametrize("text", ["wea", "weath", "weather rep", "fore", "billi"])
    def test_the_last_word_may_be_unfinished(self, index: SearchIndex, text: str) -> None:
        found = self.ask(index, text)
        assert not found.relaxed
        assert names(found)[0] == ("invoice-sender" if text == "billi" else "weather-report")

    def test_a_finished_word_is_not_taken_for_a_beginning(self, index: SearchIndex) -> None:
        assert self.ask(index, "wea ").total == 0

    @pytest.mark.parametrize("text", ["wether ", "passwrod ", "weatther ", "invoise "])
    def test_a_word_with_one_wrong_letter_is_found_and_said_to_be_near(
        self, index: SearchIndex, text: str
    ) -> None:
        found = self.ask(index, text)
        assert found.relaxed
        assert names(found)[0].startswith({"w": "weather", "p": "password", "i": "invoice"}[text[0]])

    def test_nonsense_finds_nothing(self, index: SearchIndex) -> None:
        found = self.ask(index, "xyzzyplugh")
        assert (found.total, found.relaxed) == (0, False)

    @pytest.mark.parametrize(
        "text", ["", " ", '"', "AND OR NOT", "a:b", "title:*", "(((", "\\", "\0", "é" * 300, "-", "💥"]
    )
    def test_no_text_is_an_error(self, index: SearchIndex, text: str) -> None:
        assert self.ask(index, text).total >= 0

    def test_filters_are_exact_and_hold_together(self, index: SearchIndex) -> None:
        assert names(self.ask(index, filters={"tag": ["email"]})) == ["invoice-sender", "weather-report"]
        assert names(self.ask(index, filters={"tag": ["email", "billing"]})) == ["invoice-sender"]
        assert names(self.ask(index, filters={"tag": ["email"], "owner": ["bob"]})) == ["weather-report"]
        assert names(self.ask(index, filters={"node": ["@blokjs/expr"], "category": ["validation"]})) == [
            "password-check"
        ]
        assert self.ask(index, filters={"tag": ["emai"]}).total == 0
        assert self.ask(index, "weather ", filters={"owner": ["ann"]}).total == 0

    def test_a_filter_does_not_change_the_order_of_what_is_left(self, index: SearchIndex) -> None:
        everything = names(self.ask(index, "email report invoice "))
        kept = names(self.ask(index, "email report invoice ", filters={"tag": ["email"]}))
        assert kept == [name for name in everything if name in kept]

    def test_the_found_words_are_marked(self, index: SearchIndex) -> None:
        hit = self.ask(index, "forecasts ").hits[0]
        assert "<mark>forecast</mark>" in hit.highlights["summary"]

    def test_highlights_carry_no_html_of_the_author(self, index: SearchIndex) -> None:
        evil = '<img src=x onerror="steal()"> <script>alert(1)</script> & zebra <mark>mine</mark>'
        index.apply([entry("evil", title=evil, summary=f"zebra {evil}")], [])
        for text in ("zebra ", "img ", "script ", "alert ", "mark ", "onerror steal "):
            for highlight in self.ask(index, text).hits[0].highlights.values():
                inside = re.sub(r"</?mark>", "", highlight)
                assert "<" not in inside and ">" not in inside and '"' not in inside
                assert html.unescape(inside) in f"zebra {evil}"

    def test_marks_fall_on_whole_characters(self, index: SearchIndex) -> None:
        index.apply([entry("accents", title="Über die Straße 😀 zebra naïve", summary="")], [])
        highlight = self.ask(index, "zebra ").hits[0].highlights["title"]
        assert highlight == "Über die Straße 😀 <mark>zebra</mark> naïve"

    def test_it_sorts_by_name_by_time_and_by_relevance(self, index: SearchIndex) -> None:
        in_order = ["invoice-sender", "password-check", "slack-node", "weather-report"]
        assert names(self.ask(index, sort="name")) == in_order
        newest = ["slack-node", "invoice-sender", "weather-report", "password-check"]
        assert names(self.ask(index, sort="updated")) == newest
        assert names(self.ask(index, "invoice ", sort="updated")) == ["invoice-sender", "password-check"]
        scores = [hit.score for hit in self.ask(index, "email report ").hits]
        assert scores == sorted(scores, reverse=True) and scores[0] > 0

    @pytest.mark.parametrize("sort", ["relevance", "updated", "name"])
    @pytest.mark.parametrize("text", ["", "package "])
    def test_pages_follow_each_other_without_gap_or_overlap(self, adapter: str, text: str, sort: str) -> None:
        index = ADAPTERS[adapter]()
        index.apply([entry(f"package-{n:02}", updated=n) for n in range(25)], [])
        seen: list[str] = []
        for page in range(1, 5):
            found = self.ask(index, text, sort=sort, page=page, per_page=10)
            assert found.total == 25
            seen += names(found)
        assert len(seen) == len(set(seen)) == 25

    def test_an_entry_replaces_the_one_of_the_same_id(self, index: SearchIndex) -> None:
        index.apply([entry("weather-report", title="Storm warning", summary="", card="new")], [])
        assert self.ask(index, "forecast ").total == 0
        assert [hit.card for hit in self.ask(index, "storm ").hits] == ["new"]
        assert self.ask(index).total == 4

    def test_what_is_taken_out_is_found_no_more_and_can_come_back(self, index: SearchIndex) -> None:
        index.apply([], ["id-weather-report", "id-nobody"])
        assert self.ask(index).total == 3
        assert "weather" not in self.ask(index).facets["tag"]
        index.apply([GARDEN[1]], ["id-weather-report"])
        assert self.ask(index, "weather ").total == 1

    def test_the_last_of_two_entries_with_one_id_stays(self, adapter: str) -> None:
        index = ADAPTERS[adapter]()
        index.apply([entry("one", title="First"), entry("one", title="Second")], [])
        assert self.ask(index).total == 1
        assert self.ask(index, "second ").total == 1

    def test_the_card_comes_back_as_it_was(self, index: SearchIndex) -> None:
        card = '{"a": "<b> \\u00e9 😀", "long": "' + "x" * 70_000 + '"}'
        index.apply([entry("carded", card=card)], [])
        assert self.ask(index, "carded ").hits[0].card == card

    def test_the_facets_of_the_garden(self, index: SearchIndex) -> None:
        facets = self.ask(index).facets
        assert facets["kind"] == {"workflow": 3, "node": 1}
        assert facets["tag"] == {"email": 2, "billing": 1, "chat": 1, "security": 1, "weather": 1}
        assert list(facets["owner"]) == ["ann", "bob"]


_some = st.sampled_from
_entries = st.lists(
    st.builds(
        lambda number, **fields: entry(f"p{number}", updated=number, **fields),
        number=st.integers(0, 40),
        owner=_some(["ann", "bob", "cy"]),
        kind=_some(["workflow", "node"]),
        category=_some(["ai", "other", "data-processing"]),
        tags=st.lists(_some(["red", "green", "blue", "deep-red"]), unique=True, max_size=3),
        nodes=st.lists(_some(["@blokjs/expr", "expr", "mapper"]), unique=True, max_size=3),
        title=_some(["alpha", "beta", "alpha beta", "alpho"]),
    ),
    max_size=25,
)


def _clicked(filters: dict[str, list[str]], facet: str, value: str) -> dict[str, list[str]]:
    """The filters after a click on a value: it replaces that of a facet of one value, and joins others."""
    own = [] if facet in SINGLE else [each for each in filters.get(facet, []) if each != value]
    return {**filters, facet: [*own, value]}


@pytest.mark.parametrize("adapter", ADAPTERS)
@settings(max_examples=60, deadline=None)
@given(entries=_entries, text=_some(["", "alpha", "alpha ", "beta ", "alphq "]), seed=st.integers(0, 999))
def test_every_count_of_a_facet_is_the_number_of_hits_after_a_click(
    adapter: str, entries: list[Entry], text: str, seed: int
) -> None:
    index = ADAPTERS[adapter]()
    index.apply(entries, [])
    chosen = random.Random(seed)
    without = index.search(Question(text))
    values = [(facet, value) for facet, counts in without.facets.items() for value in counts]
    states: list[dict[str, list[str]]] = [{}]
    if values:
        states.append(_clicked({}, *chosen.choice(values)))
        states.append(_clicked(states[-1], *chosen.choice(values)))
    states.append({"owner": [chosen.choice(["ann", "bob", "cy"])]})  # chosen before the words were typed
    for filters in states:
        found = index.search(Question(text, filters))
        for facet, counts in found.facets.items():
            for value, count in counts.items():
                after = index.search(Question(text, _clicked(filters, facet, value), per_page=100))
                assert (after.total, len(after.hits)) == (count, count), (filters, facet, value)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_no_value_with_hits_is_missing_from_its_facet(adapter: str) -> None:
    index = ADAPTERS[adapter]()
    made = itertools.product(["ann", "bob"], ["ai", "other"], ["red", "blue"])
    index.apply([entry(f"p{n}", owner=o, category=c, tags=(t,)) for n, (o, c, t) in enumerate(made)], [])
    facets = index.search(Question(filters={"owner": ["ann"], "tag": ["red"]})).facets
    assert facets["owner"] == {"ann": 2, "bob": 2}
    assert facets["category"] == {"ai": 1, "other": 1}
    assert facets["tag"] == {"red": 2}
