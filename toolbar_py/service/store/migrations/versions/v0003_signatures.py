"""The signatures of the telephone system that were taken."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table of the signatures."""
    op.create_table(
        "cti_signatures",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("forget_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_cti_signatures")),
    )
    op.create_index(op.f("ix_cti_signatures_forget_at"), "cti_signatures", ["forget_at"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("cti_signatures")
