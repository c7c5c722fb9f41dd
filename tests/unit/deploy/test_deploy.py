"""What containers are made from says the same as the code."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from blokhub.apps.addresses import PROCESSES
from blokhub.apps.services import NAMES
from blokhub.infra.settings import Settings

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
ENGINES = {"postgres", "valkey", "nats"}


def _versions(file: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE))


def _settings() -> set[str]:
    return {each.metadata["variable"] for each in fields(Settings)}


def test_every_process_is_a_container_of_its_own() -> None:
    assert set(COMPOSE["services"]) == {*PROCESSES, *ENGINES, "starter"}
    for name in PROCESSES:
        assert COMPOSE["services"][name]["command"] == ["serve", name, "--port=4000"]
        assert COMPOSE["services"][name]["image"] == "blok"


def test_every_service_is_found_by_the_others() -> None:
    environment = COMPOSE["services"]["gateway"]["environment"]
    wanted = {name: [f"http://{name}:4000"] for name in NAMES}
    assert Settings(service_urls=environment["BLOK_SERVICE_URLS"]).remote_services() == wanted


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_is_given_settings_that_exist_and_few_rights(name: str) -> None:
    service = COMPOSE["services"][name]
    assert set(service["environment"]) <= _settings()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert set(service["depends_on"]) == ENGINES
    assert all(each["condition"] == "service_healthy" for each in service["depends_on"].values())


def test_the_starter_catalogue_is_loaded_once_everything_it_takes_is_there() -> None:
    starter = COMPOSE["services"]["starter"]
    assert (starter["command"], starter["restart"]) == (["starter"], "no")
    assert set(starter["depends_on"]) == {*NAMES, "relay"}


def test_the_gateway_does_not_know_the_database() -> None:
    knowing = {name for name in PROCESSES if "BLOK_POSTGRES_URL" in COMPOSE["services"][name]["environment"]}
    assert knowing == set(PROCESSES) - {"gateway"}


def test_only_the_gateway_can_be_reached_from_outside() -> None:
    published = {name for name, service in COMPOSE["services"].items() if "ports" in service}
    outside = {name for name, service in COMPOSE["services"].items() if "outside" in service["networks"]}
    assert published == outside == {"gateway"}
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_every_engine_says_how_it_is() -> None:
    for name in ENGINES:
        assert COMPOSE["services"][name]["healthcheck"]["test"]


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "deploy/compose.yaml").read_text(encoding="utf-8")
    for variable in ("BLOK_SECRET", "POSTGRES_PASSWORD", "VALKEY_PASSWORD", "NATS_PASSWORD"):
        used = re.findall(rf"\$\{{{variable}(.)", text)
        assert used and set(used) == {":"}
        assert f"${{{variable}:-" not in text
        assert f"\n{variable}=\n" in (ROOT / "deploy/env.example").read_text(encoding="utf-8")


def test_the_image_is_told_settings_that_exist_and_runs_as_nobody_special() -> None:
    assert set(re.findall(r"\b(BLOK_\w+)=", DOCKERFILE)) <= _settings()
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "--require-hashes -r requirements.lock" in DOCKERFILE


def test_what_the_image_is_built_from_is_let_in() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {source.rstrip("/") for line in copied for source in line.split()}
    assert sources <= let_in
    assert all((ROOT / source).exists() for source in sources)


def test_the_image_has_the_same_versions_as_the_source_tree() -> None:
    """Both are written by `make lock`."""
    tree, image = _versions("requirements.lock"), _versions("deploy/requirements.lock")
    assert image.items() <= tree.items()
    assert "pytest" not in image
    assert {"aiohttp", "granian", "litestar", "nats-py"} <= image.keys()
