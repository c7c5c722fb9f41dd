"""Entries and announcements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "search_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.execute("CREATE SEQUENCE entry_changes")
    op.create_table(
        "entries",
        sa.Column("package_id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("change", sa.BigInteger, nullable=False, index=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("readme", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("tags", ARRAY(sa.Text), nullable=False),
        sa.Column("license", sa.Text, nullable=False),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("version", sa.Text),
        sa.Column("nodes", ARRAY(sa.Text), nullable=False),
        sa.Column("step_count", sa.Integer, nullable=False),
        sa.Column("sketch", JSONB, nullable=False, server_default="[]"),
        sa.Column("forks", sa.Integer, nullable=False, server_default="0"),
        sa.Column("deprecated", sa.Text, nullable=False, server_default=""),
        sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "announcements",
        sa.Column("package_id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("saga_id", sa.Text, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "run_days",
        sa.Column("package_id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True, index=True),
        sa.Column("runs", sa.Integer, nullable=False),
    )
    op.create_table(
        "star_counts",
        sa.Column("package_id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("stars", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("star_counts")
    op.drop_table("run_days")
    op.drop_table("announcements")
    op.drop_table("entries")
    op.execute("DROP SEQUENCE entry_changes")
