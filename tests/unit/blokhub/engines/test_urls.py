"""URLs from the environment: many spellings in, one spelling out, and no password on show."""

import pytest

from blokhub.engines.errors import BadEngineUrl
from blokhub.engines.urls import VARIABLES, configured_url, without_password


@pytest.mark.parametrize(
    ("engine", "written", "read"),
    [
        ("postgres", "postgres://u:p@db:5432/blok", "postgresql://u:p@db:5432/blok"),
        ("postgres", "postgresql+psycopg://u:p@db/blok", "postgresql://u:p@db/blok"),
        (
            "postgres",
            "postgresql://u@a:1,b:2/blok?sslmode=require",
            "postgresql://u@a:1,b:2/blok?sslmode=require",
        ),
        ("postgres", "postgresql:///blok?host=/run/postgresql", "postgresql:///blok?host=/run/postgresql"),
        ("valkey", "valkey://:p@cache:6379/2", "redis://:p@cache:6379/2"),
        ("valkey", "valkeys://cache", "rediss://cache"),
        ("valkey", " redis://cache ", "redis://cache"),
        ("nats", "nats://a:4222, nats://b:4222", "nats://a:4222,nats://b:4222"),
        ("nats", "tls://u:p@a", "tls://u:p@a"),
    ],
)
def test_every_common_spelling_is_understood(engine: str, written: str, read: str) -> None:
    assert configured_url(engine, {VARIABLES[engine]: written}) == read


@pytest.mark.parametrize("value", [{}, {"BLOK_NATS_URL": ""}, {"BLOK_NATS_URL": "  "}])
def test_without_a_url_the_engine_is_ours_to_start(value: dict[str, str]) -> None:
    assert configured_url("nats", value) is None


@pytest.mark.parametrize(
    ("engine", "written"),
    [
        ("postgres", "mysql://u:hush@db/blok"),
        ("postgres", "db.example.org"),
        ("postgres", "postgresql:///blok"),
        ("valkey", "redis://:hush@cache:notaport"),
        ("valkey", "redis://:hush@cache:70000"),
        ("nats", "nats://a:4222,http://b"),
        ("nats", "nats://u:hush@"),
        ("nats", "nats://[::1"),
    ],
)
def test_a_url_that_cannot_be_used_is_named_with_an_example_and_without_its_password(
    engine: str, written: str
) -> None:
    with pytest.raises(BadEngineUrl, match=VARIABLES[engine]) as refused:
        configured_url(engine, {VARIABLES[engine]: written})
    assert "hush" not in str(refused.value)
    assert "Write it like" in refused.value.next_step


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://blok:hush@db:5432/blok", "postgresql://blok:***@db:5432/blok"),
        ("postgresql://blok:hush@a:1,b:2/blok", "postgresql://blok:***@a:1,b:2/blok"),
        ("redis://:hu@sh@cache/0", "redis://:***@cache/0"),
        ("nats://u:hush@a:4222,nats://u:hush@b:4222", "nats://u:***@a:4222,nats://u:***@b:4222"),
        ("nats://token@a:4222", "nats://token:***@a:4222"),
        ("redis://cache:6379/0", "redis://cache:6379/0"),
    ],
)
def test_passwords_are_not_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown
