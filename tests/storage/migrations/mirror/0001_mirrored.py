"""What the mirror heard."""

import sqlalchemy as sa
from alembic import op

revision = "mirror_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "mirrored",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
    )
