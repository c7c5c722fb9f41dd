"""Runs inside Alembic: uses the connection and the schema that `blokhub.infra.migrate` hands over."""

from alembic import context

config = context.config
context.configure(
    connection=config.attributes["connection"],
    version_table=config.attributes["version_table"],
    version_table_schema=config.attributes["schema"],
)
with context.begin_transaction():
    context.run_migrations()
