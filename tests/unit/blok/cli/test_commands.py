"""The commands, as a person types them."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

BLOK = [sys.executable, "-m", "blok.cli.main"]


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*BLOK, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that `blok new` makes."""
    folder = tmp_path_factory.mktemp("cli")
    assert run("new", "shop", cwd=folder).returncode == 0
    return folder / "shop"


def test_the_sample_project_passes_its_own_examples(sample: Path) -> None:
    done = run("test", cwd=sample)
    assert (done.returncode, "2 of 2 examples passed" in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_registration_sample_runs(sample: Path) -> None:
    body = json.dumps({"email": "ada@example.com", "password": "correct horse", "username": "ada"})
    done = run("run", "workflows/register.json", "--body", body, "--json", cwd=sample)
    assert json.loads(done.stdout)["body"]["user"] == {"email": "ada@example.com", "username": "ada"}


def test_a_failing_run_ends_with_1(sample: Path) -> None:
    done = run("run", "workflows/register.json", "--body", "{}", cwd=sample)
    assert done.returncode == 1


def test_lint_names_the_place_of_a_problem(sample: Path) -> None:
    (sample / "broken.json").write_text('{"name": "abc", "version": "1.0.0",\n "steps": [\n  {"id": "a"}]}')
    done = run("lint", "broken.json", "--json", cwd=sample)
    (sample / "broken.json").unlink()
    (first, *_) = json.loads(done.stdout)
    assert (done.returncode, first["line"], first["severity"]) == (1, 3, "error")


def test_explain_and_nodes_speak_json(sample: Path) -> None:
    about = json.loads(run("explain", "workflows/hello.json", "--json", cwd=sample).stdout)
    assert about["nodes"] == {"count-letters": 1, "@blokjs/respond": 1}
    names = [item["name"] for item in json.loads(run("nodes", "--json", cwd=sample).stdout)]
    assert {"count-letters", "user-auth", "@blokjs/api-call"} <= set(names)


def test_convert_round_trips(sample: Path) -> None:
    text = run("convert", "workflows/hello.json", "yaml", cwd=sample).stdout
    (sample / "hello2.yaml").write_text(text)
    back = run("convert", "hello2.yaml", "json", cwd=sample).stdout
    (sample / "hello2.yaml").unlink()
    assert json.loads(back) == json.loads((sample / "workflows/hello.json").read_text())


def test_an_existing_folder_is_left_alone(sample: Path) -> None:
    done = run("new", "shop", cwd=sample.parent)
    assert done.returncode == 2
    assert "is not empty" in done.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(address: str) -> bytes:
    for _ in range(200):
        try:
            with urllib.request.urlopen(address, timeout=2) as reply:
                content: bytes = reply.read()
                return content
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{address} never answered")


def test_start_and_dev_register_what_routes_lists(sample: Path) -> None:
    listed = json.loads(run("routes", "--json", cwd=sample).stdout)["routes"]
    for command in ("dev", "start"):
        port = free_port()
        process = subprocess.Popen(
            [*BLOK, command, "--port", str(port), "--host", "127.0.0.1"],
            cwd=sample,
            env={**os.environ, "BLOK_TRACE_AUTH_DISABLED": "1"},
            stdout=subprocess.DEVNULL,
        )
        try:
            assert json.loads(wait_for(f"http://127.0.0.1:{port}/hello?name=Ada"))["message"] == "Hello Ada!"
            served = json.loads(wait_for(f"http://127.0.0.1:{port}/__blok/routing"))["routes"]
        finally:
            process.terminate()
            process.wait(10)
        assert served == listed, command


def test_a_taken_port_is_explained(sample: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("start", "--port", str(port), "--host", "127.0.0.1", cwd=sample)
    assert done.returncode == 2
    assert f"choose another: --port {port + 1}" in done.stderr


def test_start_refuses_a_project_with_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "bad.json").write_text("{")
    done = run("start", "--port", str(free_port()), cwd=tmp_path)
    assert done.returncode == 1
    assert "bad.json:1:2" in done.stderr
