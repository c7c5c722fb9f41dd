"""Runs and dry runs."""

import sqlalchemy as sa
from alembic import op

revision = "runs_0001"
down_revision = None
branch_labels = None
depends_on = None

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "runs",
        sa.Column("id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("actor_id", sa.Text),
        sa.Column("package_id", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("response", sa.JSON),
        sa.Column("trace", sa.JSON, nullable=False),
        sa.Column("problem", sa.JSON),
        sa.Column("duration_ms", sa.Double, nullable=False),
        sa.Column("started_at", _moment, nullable=False, index=True),
    )
    op.create_table(
        "dry_runs",
        sa.Column("saga_id", sa.Text, primary_key=True),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("queued_at", _moment, nullable=False),
        sa.Column("claimed_at", _moment),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("dry_runs")
    op.drop_table("runs")
