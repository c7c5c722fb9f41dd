"""Stars."""

import sqlalchemy as sa
from alembic import op

revision = "community_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "stars",
        sa.Column("package_id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("account_id", sa.Text, primary_key=True, index=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("starred_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("stars")
