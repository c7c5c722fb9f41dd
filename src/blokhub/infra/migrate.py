"""Brings a database up to the shape that the code expects: roles, schemas, tables.

Done as the administrating role, so that services own nothing: a service may read and add events but
never change them, and reaches no other service's schema.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa
import structlog
from psycopg import sql

from blokhub.infra.database import async_url, service_password, service_role
from blokhub.infra.settings import Settings

_log = structlog.get_logger("migrate")
_HERE = Path(__file__).parent
_LOCK = 0x_B10C_0001
SAGA_SCHEMA = "sagas"


def migrate(settings: Settings, postgres_url: str, migrations: Mapping[str, Path]) -> list[str]:
    """Migrate every service in `migrations` (name -> folder of Alembic versions).

    Returns the names of the services that were out of date. Safe to run in several processes at once:
    one works, the others wait and then find nothing to do.
    """
    engine = sa.create_engine(async_url(postgres_url), poolclass=sa.NullPool)
    secret = settings.secret_key()
    changed = []
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.commit()
        try:
            known = _fingerprints(connection)
            for service, folder in {SAGA_SCHEMA: None, **migrations}.items():
                fingerprint = _fingerprint(secret, folder)
                if known.get(service) != fingerprint:
                    _migrate_service(connection, secret, service, folder)
                    _remember(connection, service, fingerprint)
                    changed.append(service)
        finally:
            connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.commit()
    engine.dispose()
    return changed


def _fingerprints(connection: sa.Connection) -> dict[str, str]:
    connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS blok"))
    connection.execute(
        sa.text(
            "CREATE TABLE IF NOT EXISTS blok.schemas (service text PRIMARY KEY, fingerprint text NOT NULL)"
        )
    )
    rows = connection.execute(sa.text("SELECT service, fingerprint FROM blok.schemas")).all()
    connection.commit()
    return {row.service: row.fingerprint for row in rows}


def _fingerprint(secret: str, folder: Path | None) -> str:
    digest = hashlib.sha256(secret.encode())
    for each in [_HERE / "migrations", *([folder] if folder else [])]:
        for file in sorted(each.glob("*.py")):
            digest.update(file.name.encode() + file.read_bytes())
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()


def _remember(connection: sa.Connection, service: str, fingerprint: str) -> None:
    connection.execute(
        sa.text(
            "INSERT INTO blok.schemas VALUES (:service, :fingerprint) "
            "ON CONFLICT (service) DO UPDATE SET fingerprint = excluded.fingerprint"
        ),
        {"service": service, "fingerprint": fingerprint},
    )
    connection.commit()


def _migrate_service(connection: sa.Connection, secret: str, service: str, folder: Path | None) -> None:
    database = connection.engine.url.database or "postgres"
    role = service_role(database, service)
    _create_role(connection, role, service_password(secret, role))
    _execute(connection, "CREATE SCHEMA IF NOT EXISTS {schema}", schema=service, role=role)
    if folder is None:  # DBOS makes its own tables in the schema of sagas
        _execute(connection, "GRANT USAGE, CREATE ON SCHEMA {schema} TO {role}", schema=service, role=role)
        _execute(
            connection, "GRANT CONNECT, CREATE ON DATABASE {database} TO {role}", database=database, role=role
        )
        return
    connection.execute(sa.text(f'SET search_path TO "{service}"'))
    connection.commit()
    _upgrade(connection, service, _HERE / "migrations", "alembic_infra")
    _upgrade(connection, service, folder, "alembic_service")
    for statement in (
        "GRANT USAGE ON SCHEMA {schema} TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        "REVOKE UPDATE, DELETE ON {schema}.events FROM {role}",
    ):
        _execute(connection, statement, schema=service, role=role)
    connection.execute(sa.text("RESET search_path"))
    connection.commit()


def _upgrade(connection: sa.Connection, schema: str, folder: Path, version_table: str) -> None:
    from alembic import command  # noqa: PLC0415 — only a start that migrates pays for loading it
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_HERE / "alembic_environment"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(folder))
    config.attributes.update(connection=connection, schema=schema, version_table=version_table)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if _versions(connection, schema, version_table) <= known:
        command.upgrade(config, "head")
    else:  # a newer version of the hub was here: during a roll-out both run, and the older must start, too
        _log.warning("the database is newer than this code", schema=schema)
    connection.commit()


def _versions(connection: sa.Connection, schema: str, table: str) -> set[str]:
    """The versions that the schema has; none when it is empty."""
    if not sa.inspect(connection).has_table(table, schema=schema):
        return set()
    found = connection.execute(sa.text(f'SELECT version_num FROM "{schema}"."{table}"'))  # noqa: S608
    return set(found.scalars())


def _create_role(connection: sa.Connection, role: str, password: str) -> None:
    exists = connection.execute(
        sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}
    ).scalar()
    verb = "ALTER" if exists else "CREATE"
    _execute(
        connection, verb + " ROLE {role} LOGIN PASSWORD {password}", role=role, password=sql.Literal(password)
    )
    service = role.removeprefix(f"{connection.engine.url.database}_")
    _execute(connection, "ALTER ROLE {role} SET search_path = {schema}", role=role, schema=service)


def _execute(connection: sa.Connection, statement: str, **names: str | sql.Literal) -> None:
    """Run a statement whose names and literals are quoted by the driver."""
    parts = {key: sql.Identifier(value) if isinstance(value, str) else value for key, value in names.items()}
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(sql.SQL(statement).format(**parts))
    connection.commit()
