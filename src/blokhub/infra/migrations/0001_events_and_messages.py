"""Events, snapshots, outbox, inbox, dead letters, sagas and documents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "infra_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and the triggers that keep events as they are and wake the relay."""
    _create_event_tables()
    _create_message_tables()
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation'; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        """
        CREATE FUNCTION wake_relay() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('blok_outbox_' || TG_TABLE_SCHEMA, ''); RETURN NULL; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER outbox_wakes_relay AFTER INSERT ON outbox "
        "FOR EACH STATEMENT EXECUTE FUNCTION wake_relay()"
    )


def _create_event_tables() -> None:
    op.create_table(
        "events",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False, unique=True),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("correlation", sa.Text, nullable=False),
        sa.Column("causation", sa.Text),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.UniqueConstraint("stream", "version", name="events_stream_version"),
    )
    op.create_table(
        "snapshots",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("shape", sa.Integer, nullable=False),
        sa.Column("state", JSONB, nullable=False),
    )
    op.create_table("outbox", sa.Column("position", sa.BigInteger, primary_key=True))


def _create_message_tables() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("handled_at", moment, nullable=False, server_default=sa.func.now()),
    )
    op.create_table(
        "positions",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "dead_letters",
        sa.Column("event_id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("message", JSONB, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failed_at", moment, nullable=False, server_default=sa.func.now()),
    )
    op.create_table(
        "sagas",
        sa.Column("id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("steps", JSONB, nullable=False),
        sa.Column("result", JSONB),
        sa.Column("error", JSONB),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("finished_at", moment),
    )
    op.create_table(
        "documents",
        sa.Column("collection", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", moment, nullable=False, server_default=sa.func.now()),
    )


def downgrade() -> None:
    """Drop everything again."""
    for table in (
        "documents",
        "sagas",
        "dead_letters",
        "positions",
        "inbox",
        "outbox",
        "snapshots",
        "events",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION wake_relay()")
    op.execute("DROP FUNCTION refuse_change()")
