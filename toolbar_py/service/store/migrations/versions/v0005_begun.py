"""What operators began their calls with."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of the calls whose contacts are not at the desk yet."""
    op.create_table(
        "begun_calls",
        sa.Column("contact_id", sa.String(length=128), nullable=False),
        sa.Column("operator", sa.String(length=128), nullable=False),
        sa.Column("begun_with", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_begun_calls")),
    )
    op.create_index(op.f("ix_begun_calls_at"), "begun_calls", ["at"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("begun_calls")
