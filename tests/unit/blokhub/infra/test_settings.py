"""Settings come from the environment; one that does not fit is named."""

import stat
from dataclasses import fields
from pathlib import Path

import pytest

from blokhub.infra.settings import SettingError, Settings, reference_page

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "settings.md"


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_an_empty_value_counts_as_none() -> None:
    assert Settings.from_environment({"BLOK_PORT": "", "BLOK_STARTER": ""}) == Settings()


def test_values_have_the_type_of_their_default() -> None:
    found = Settings.from_environment(
        {"BLOK_PORT": "4100", "BLOK_CACHE_TTL": "2.5", "BLOK_STARTER": "no", "BLOK_HOST": "0.0.0.0"}
    )
    assert (found.port, found.cache_ttl, found.starter, found.host) == (4100, 2.5, False, "0.0.0.0")


@pytest.mark.parametrize("text", ["1", "true", "Yes", "ON"])
def test_what_means_yes(text: str) -> None:
    assert Settings.from_environment({"BLOK_STARTER": text}).starter is True


@pytest.mark.parametrize("text", ["0", "False", "no", "off"])
def test_what_means_no(text: str) -> None:
    assert Settings.from_environment({"BLOK_STARTER": text}).starter is False


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BLOK_PORT", "four thousand"),
        ("BLOK_PORT", "4000.5"),
        ("BLOK_PORT", "0"),
        ("BLOK_PORT", "65536"),
        ("BLOK_CACHE_TTL", "soon"),
        ("BLOK_STARTER", "perhaps"),
        ("BLOK_RUN_MEMORY_MB", "512MB"),
    ],
)
def test_a_value_that_does_not_fit_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"{variable}='{value}'"):
        Settings.from_environment({variable: value})


def test_no_two_settings_share_a_variable() -> None:
    variables = [each.metadata["variable"] for each in fields(Settings)]
    assert len(variables) == len(set(variables))
    assert all(variable.startswith("BLOK_") for variable in variables)


def test_every_setting_has_a_meaning() -> None:
    for each in fields(Settings):
        assert each.metadata["meaning"].endswith(".")


def test_the_reference_page_is_fresh() -> None:
    """Write it anew with `blok hub settings > docs/reference/settings.md`."""
    assert PAGE.read_text(encoding="utf-8") == reference_page()


def test_the_address_is_the_public_one_if_there_is_one() -> None:
    assert Settings(port=4100).url == "http://localhost:4100"
    assert Settings(public_url="https://hub.example.org/").url == "https://hub.example.org"


def test_remote_services_are_read_from_pairs() -> None:
    settings = Settings(service_urls=" users=http://a:1/ , content=http://b:2|http://c:3,nonsense")
    assert settings.remote_services() == {"users": ["http://a:1"], "content": ["http://b:2", "http://c:3"]}
    assert Settings().remote_services() == {}


def test_canaries_are_read_with_their_share() -> None:
    settings = Settings(canary="content=http://a:1:10, search=https://b:100")
    assert settings.canaries() == {"content": ("http://a:1", 0.1), "search": ("https://b", 1.0)}
    assert Settings().canaries() == {}


@pytest.mark.parametrize(
    "text", ["content", "content=http://a:1:101", "content=a:1:10", "content=http://a:1:x"]
)
def test_a_canary_that_cannot_be_read_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(SettingError, match="BLOK_CANARY"):
        Settings.from_environment({"BLOK_CANARY": text})


def test_a_process_that_runs_apart_makes_no_secret_of_its_own(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    with pytest.raises(SettingError, match="BLOK_SECRET is missing"):
        settings.shared_secret()
    made = settings.secret_key()
    assert settings.shared_secret() == made


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="32 characters"):
        Settings(home=str(tmp_path), secret="short").secret_key()


def test_a_secret_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path / "new"))
    made = settings.secret_key()
    assert len(made) >= 32
    assert settings.secret_key() == made
    assert Settings(home=str(tmp_path / "other")).secret_key() != made
    assert stat.S_IMODE((tmp_path / "new" / "secret").stat().st_mode) == 0o600


def test_the_home_folder_may_begin_with_a_tilde() -> None:
    assert Settings(home="~/hub").home_path == Path.home() / "hub"
