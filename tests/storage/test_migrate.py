"""A database that several processes, and two versions of the hub, bring up to date."""

import dataclasses
import shutil
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from tests.support.hub import own_database
from tests.support.ledger import MIGRATIONS

from blokhub.infra.migrate import migrate
from blokhub.infra.settings import Settings

_NEWER = """
import sqlalchemy as sa
from alembic import op

revision = "ledger_0002"
down_revision = "ledger_0001"


def upgrade() -> None:
    op.add_column("balances", sa.Column("note", sa.Text))
"""


@pytest.fixture
def empty(settings: Settings) -> Settings:
    """Settings that lead to an empty database."""
    postgres = own_database(settings.postgres_url, f"migrate_{uuid.uuid4().hex[:8]}")
    return dataclasses.replace(settings, postgres_url=postgres)


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The migrations of the ledger, and one more."""
    folder = tmp_path / "ledger"
    shutil.copytree(MIGRATIONS / "ledger", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "0002_note.py").write_text(_NEWER)
    return folder


def _columns(settings: Settings) -> set[str]:
    with psycopg.connect(settings.postgres_url) as connection:
        query = "SELECT column_name FROM information_schema.columns WHERE table_name = 'balances'"
        return {name for (name,) in connection.execute(query)}


def test_of_processes_that_start_together_one_migrates(empty: Settings) -> None:
    folders = {name: MIGRATIONS / name for name in ("ledger", "mirror")}
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: migrate(empty, empty.postgres_url, folders), range(4)))
    assert sorted(told, key=len) == [[], [], [], ["sagas", "ledger", "mirror"]]


def test_older_code_starts_on_a_database_that_newer_code_has_migrated(empty: Settings, newer: Path) -> None:
    migrate(empty, empty.postgres_url, {"ledger": MIGRATIONS / "ledger"})
    assert migrate(empty, empty.postgres_url, {"ledger": newer}) == ["ledger"]
    assert _columns(empty) == {"account", "balance", "note"}
    migrate(empty, empty.postgres_url, {"ledger": MIGRATIONS / "ledger"})
    assert _columns(empty) == {"account", "balance", "note"}
    migrate(empty, empty.postgres_url, {"ledger": newer})
    assert _columns(empty) == {"account", "balance", "note"}
