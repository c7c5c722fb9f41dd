"""How packages and hubs are named."""

import pytest

from blok.cli.hub_client.reference import Reference, is_local, is_reference, normal_address, parse_reference
from blok.cli.hub_client.versions import Part, highest, is_version, next_version


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("ada/hello", Reference("ada", "hello")),
        ("ada/hello@1.2.3", Reference("ada", "hello", "1.2.3")),
        ("ada/hello@latest", Reference("ada", "hello")),
        ("ada/hello@1.0.0-rc.1+7", Reference("ada", "hello", "1.0.0-rc.1+7")),
        ("hello", Reference("me", "hello")),
    ],
)
def test_a_package_is_named_by_owner_name_and_version(text: str, reference: Reference) -> None:
    assert parse_reference(text, "me") == reference


@pytest.mark.parametrize("text", ["", "/", "Ada/hello", "ada/../x", "a/b/c", "ada/hello@", "ada/hello@1 2"])
def test_what_is_no_package_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="OWNER/NAME"):
        parse_reference(text, "me")


def test_a_version_cannot_leave_its_place_in_the_address() -> None:
    assert Reference("ada", "hello", "1.0.0+b/..").version_path.endswith("/versions/1.0.0%2Bb%2F..")


@pytest.mark.parametrize("text", ["hello.json", "./ada/hello", "workflows/json/hello.json", "hello"])
def test_a_file_is_no_reference(text: str) -> None:
    assert not is_reference(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost:4000", "http://localhost:4000"),
        ("127.0.0.1:4000/", "http://127.0.0.1:4000"),
        ("hub.example.org", "https://hub.example.org"),
        ("http://hub.example.org/api/", "http://hub.example.org"),
        ("https://example.org/hub", "https://example.org/hub"),
    ],
)
def test_an_address_is_kept_in_one_form(text: str, address: str) -> None:
    assert normal_address(text) == address


@pytest.mark.parametrize("text", ["", "ftp://hub", "https://"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="address of a hub"):
        normal_address(text)


def test_local_hubs_are_known() -> None:
    assert is_local("http://localhost:4000")
    assert is_local("http://[::1]:4000")
    assert not is_local("http://localhost.example.org")


@pytest.mark.parametrize(
    ("latest", "part", "expected"),
    [
        (None, "patch", "1.0.0"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3-rc.1", "patch", "1.2.3"),
    ],
)
def test_the_next_version(latest: str | None, part: Part, expected: str) -> None:
    assert next_version(latest, part) == expected


def test_the_highest_version_is_the_last_in_semantic_order() -> None:
    # The example of semver.org, section 11.
    order = (
        "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0"
    )
    versions = [*order.split(), "1.2.0", "1.10.0"]
    for count in range(1, len(versions) + 1):
        assert highest(reversed(versions[:count])) == versions[count - 1]
    assert highest([]) is None


def test_versions_are_semantic() -> None:
    assert all(is_version(text) for text in ("0.0.0", "1.2.3", "1.0.0-alpha.1+build.5"))
    assert not any(is_version(text) for text in ("1", "1.2", "01.2.3", "v1.2.3", ""))
