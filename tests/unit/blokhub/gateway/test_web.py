"""How the gateway serves the built web."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from blokhub.gateway.web import WebFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "modules" / "discovery").mkdir(parents=True)
    (tmp_path / "index.html").write_text("<!doctype html><title>Blok</title>")
    (tmp_path / "assets" / "shell-abc123.js").write_text("console.log(1)")
    (tmp_path / "assets" / "shell-abc123.js.gz").write_bytes(gzip.compress(b"console.log(1)"))
    (tmp_path / "modules" / "discovery" / "manifest.json").write_text("{}")
    return tmp_path


def asked(path: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    """The scope of a request."""
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"method": method, "path": path, "headers": lines}


@pytest.mark.parametrize("path", ["/", "/workflows", "/workflows/blok/verify-webhook", "/login"])
def test_every_address_of_a_page_opens_the_web(folder: Path, path: str) -> None:
    answer = WebFiles(folder).find(asked(path, accept="text/html,*/*"))
    assert answer is not None
    assert b"<title>Blok</title>" in answer.body
    assert dict(answer.headers)[b"cache-control"] == b"no-cache"


def test_a_page_may_run_no_inline_script_and_no_eval(folder: Path) -> None:
    answer = WebFiles(folder).find(asked("/"))
    assert answer is not None
    policy = dict(answer.headers)[b"content-security-policy"].decode()
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "report-uri" in policy


def test_hashed_files_are_kept_for_ever_and_manifests_are_not(folder: Path) -> None:
    files = WebFiles(folder)
    script, manifest = (
        files.find(asked(path)) for path in ("/assets/shell-abc123.js", "/modules/discovery/manifest.json")
    )
    assert script is not None
    assert manifest is not None
    assert b"immutable" in dict(script.headers)[b"cache-control"]
    assert dict(manifest.headers)[b"cache-control"] == b"no-cache"


def test_a_reader_that_takes_it_packed_gets_it_packed(folder: Path) -> None:
    answer = WebFiles(folder).find(asked("/assets/shell-abc123.js", accept_encoding="gzip, deflate"))
    assert answer is not None
    assert dict(answer.headers)[b"content-encoding"] == b"gzip"
    assert gzip.decompress(answer.body) == b"console.log(1)"


def test_a_file_that_changed_on_disk_is_served_as_it_is_now(folder: Path) -> None:
    files = WebFiles(folder)
    files.find(asked("/modules/discovery/manifest.json"))
    (folder / "modules" / "discovery" / "manifest.json").write_text('{"entry": "/x.js"}')
    answer = files.find(asked("/modules/discovery/manifest.json"))
    assert answer is not None
    assert answer.body == b'{"entry": "/x.js"}'


def test_a_missing_file_is_told_apart_from_a_page(folder: Path) -> None:
    answer = WebFiles(folder).find(asked("/modules/profile/manifest.json", accept="text/html"))
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("path", ["/assets/../../etc/passwd", "/assets/%00", "/shared/\x00"])
def test_nothing_outside_of_the_folder_is_served(folder: Path, path: str) -> None:
    answer = WebFiles(folder / "assets").find(asked(path))
    assert answer is None or answer.status == 404


@pytest.mark.parametrize("path", ["/api", "/api/search", "/health/live", "/metrics", "/problems/not_found"])
def test_what_the_hub_answers_itself_stays_the_hubs(folder: Path, path: str) -> None:
    assert WebFiles(folder).find(asked(path, accept="text/html")) is None


def test_without_a_built_web_nothing_is_its_to_answer(tmp_path: Path) -> None:
    assert WebFiles(tmp_path).find(asked("/", accept="text/html")) is None


def test_a_program_that_asks_for_json_is_not_given_a_page(folder: Path) -> None:
    assert WebFiles(folder).find(asked("/workflows", accept="application/json")) is None
