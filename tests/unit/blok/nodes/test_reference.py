"""The reference page follows the nodes."""

from pathlib import Path

from blok.nodes.reference import reference_page

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "nodes.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == reference_page(), (
        "run: python -m blok.nodes.reference > docs/reference/nodes.md"
    )
