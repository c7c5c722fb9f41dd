"""The web talks to the API as it is: its client is made from the document that the hub answers with."""

import json
import subprocess
from pathlib import Path

from tests.support.hub import Hub

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "web" / "packages" / "api"
HINT = "Write it anew with a running hub: make api"


def test_the_client_of_the_web_knows_the_api_of_this_hub(hub: Hub) -> None:
    known = json.loads((CLIENT / "openapi.json").read_text(encoding="utf-8"))
    present = hub.client().get("/api/openapi.json").json()
    assert known["paths"] == present["paths"], HINT
    assert known["components"] == present["components"], HINT


def test_the_types_of_the_web_are_those_of_its_document(tmp_path: Path) -> None:
    written = tmp_path / "schema.d.ts"
    types = ["run", "--silent", "types", "-w", "@blok/api", "--", "--output", str(written)]
    subprocess.run(["sh", "scripts/web", *types], cwd=ROOT, check=True, capture_output=True, timeout=120)
    assert written.read_text() == (CLIENT / "src" / "schema.d.ts").read_text(), HINT
