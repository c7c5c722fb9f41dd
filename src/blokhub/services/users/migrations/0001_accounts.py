"""Accounts, sessions, refresh tokens, reputation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "users_0001"
down_revision = None
branch_labels = None
depends_on = None

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("handle", sa.Text, nullable=False, unique=True),
        sa.Column("email", sa.Text, unique=True),
        sa.Column("password_hash", sa.Text),
        sa.Column("display_name", sa.Text, nullable=False, server_default=""),
        sa.Column("bio", sa.Text, nullable=False, server_default=""),
        sa.Column("location", sa.Text, nullable=False, server_default=""),
        sa.Column("website", sa.Text, nullable=False, server_default=""),
        sa.Column("roles", ARRAY(sa.Text), nullable=False, server_default="{member}"),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("updated_at", _moment, nullable=False),
        sa.Column("erased_at", _moment),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column(
            "account_id", sa.Uuid(as_uuid=False), sa.ForeignKey("accounts.id"), nullable=False, index=True
        ),
        sa.Column("device", sa.Text, nullable=False, server_default=""),
        sa.Column("started_at", _moment, nullable=False),
        sa.Column("ended_at", _moment),
        sa.Column("end_reason", sa.Text),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column(
            "session_id", sa.Uuid(as_uuid=False), sa.ForeignKey("sessions.id"), nullable=False, index=True
        ),
        sa.Column("issued_at", _moment, nullable=False),
        sa.Column("expires_at", _moment, nullable=False),
        sa.Column("used_at", _moment),
    )
    op.create_table(
        "reputation",
        sa.Column("event_id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False, index=True),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("at", _moment, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("reputation", "refresh_tokens", "sessions", "accounts"):
        op.drop_table(table)
