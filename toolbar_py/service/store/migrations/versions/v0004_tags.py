"""The tags that tell an event from another log's with the same number."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tags; events from before have none, and readers who know them know none."""
    for table in ("desks", "desk_events"):
        op.add_column(table, sa.Column("tag", sa.String(length=16), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    for table in ("desks", "desk_events"):
        op.drop_column(table, "tag")
