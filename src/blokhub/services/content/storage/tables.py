"""The read-tables of packages."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = sa.MetaData()
_moment = sa.DateTime(timezone=True)
DEFINITIONS = "definitions"
EXAMPLES = "examples"

packages = sa.Table(
    "packages",
    metadata,
    sa.Column("id", sa.Uuid(as_uuid=False), primary_key=True),
    sa.Column("owner_id", sa.Text, nullable=False),
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
    sa.Column("deprecated", sa.Text, nullable=False, server_default=""),
    sa.Column("draft", sa.Text),
    sa.Column("latest", sa.Text),
    sa.Column("forked_from", JSONB),
    sa.Column("fork_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("stream_version", sa.Integer, nullable=False),
    sa.Column("created_at", _moment, nullable=False),
    sa.Column("updated_at", _moment, nullable=False),
    sa.UniqueConstraint("owner", "name", name="packages_address"),
)

versions = sa.Table(
    "versions",
    metadata,
    sa.Column("package_id", sa.Uuid(as_uuid=False), primary_key=True),
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("changelog", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("saga_id", sa.Text, nullable=False),
    sa.Column("outline", JSONB, nullable=False),
    sa.Column("warnings", JSONB, nullable=False, server_default="[]"),
    sa.Column("examples_digest", sa.Text, nullable=False, server_default=""),
    sa.Column("examples", sa.Integer, nullable=False, server_default="0"),
    sa.Column("ran_at", _moment),
    sa.Column("yanked", sa.Text),
    sa.Column("submitted_at", _moment, nullable=False),
    sa.Column("published_at", _moment),
)

TABLES = (packages, versions)
