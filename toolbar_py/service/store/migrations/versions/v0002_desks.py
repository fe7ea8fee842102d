"""Desks: operators' presence, contacts at the desk, the numbered events, reports, operations and appointments."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_HELD = sa.text("holder IS NOT NULL")
_HERE = sa.text("left_at IS NULL")


def upgrade() -> None:
    """Make the tables of the desks."""
    op.create_index(
        op.f("ix_contacts_holder"), "contacts", ["holder"], unique=False, sqlite_where=_HELD, postgresql_where=_HELD
    )
    op.create_table(
        "desks",
        sa.Column("operator", sa.String(length=128), nullable=False),
        sa.Column("presence", sa.String(length=20), nullable=False),
        sa.Column("pause_code", sa.String(length=200), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("logged_in_at", sa.BigInteger(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["operator"], ["operators.id"], name=op.f("fk_desks_operator")),
        sa.PrimaryKeyConstraint("operator", name=op.f("pk_desks")),
    )
    op.create_table(
        "desk_contacts",
        sa.Column("operator", sa.String(length=128), nullable=False),
        sa.Column("contact_id", sa.String(length=128), nullable=False),
        sa.Column("ecid", sa.String(length=64), nullable=True),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("came_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["operator"], ["desks.operator"], name=op.f("fk_desk_contacts_operator")),
        sa.PrimaryKeyConstraint("operator", "contact_id", name=op.f("pk_desk_contacts")),
    )
    op.create_index(op.f("ix_desk_contacts_operator_left_at"), "desk_contacts", ["operator", "left_at"], unique=False)
    op.create_index(op.f("ix_desk_contacts_left_at"), "desk_contacts", ["left_at"], unique=False)
    op.create_index(
        op.f("ix_desk_contacts_contact_id"),
        "desk_contacts",
        ["contact_id"],
        unique=True,
        sqlite_where=_HERE,
        postgresql_where=_HERE,
    )
    op.create_table(
        "desk_events",
        sa.Column("operator", sa.String(length=128), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["operator"], ["desks.operator"], name=op.f("fk_desk_events_operator")),
        sa.PrimaryKeyConstraint("operator", "number", name=op.f("pk_desk_events")),
    )
    op.create_index(op.f("ix_desk_events_at"), "desk_events", ["at"], unique=False)
    op.create_table(
        "cti_reports",
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_cti_reports")),
    )
    op.create_index(op.f("ix_cti_reports_at"), "cti_reports", ["at"], unique=False)
    op.create_table(
        "cti_rejections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=128), nullable=False),
        sa.Column("contact_id", sa.String(length=128), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cti_rejections")),
    )
    op.create_index(op.f("ix_cti_rejections_at"), "cti_rejections", ["at"], unique=False)
    op.create_table(
        "operations",
        sa.Column("operator", sa.String(length=128), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("operator", "idempotency_key", name=op.f("pk_operations")),
    )
    op.create_index(op.f("ix_operations_at"), "operations", ["at"], unique=False)
    op.create_table(
        "appointments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ecid", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("communication", sa.String(length=200), nullable=False),
        sa.Column("agent", sa.String(length=128), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(length=140), nullable=False),
        sa.Column("slot_at", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("booked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ecid"], ["contacts.ecid"], name=op.f("fk_appointments_ecid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
        sa.UniqueConstraint("owner", "slot_at", "seat", name=op.f("uq_appointments_owner_slot_at_seat")),
    )
    op.create_index(op.f("ix_appointments_ecid_at"), "appointments", ["ecid", "at"], unique=False)


def downgrade() -> None:
    """Drop the tables of the desks, those that refer to others first."""
    op.drop_table("appointments")
    op.drop_table("operations")
    op.drop_table("cti_rejections")
    op.drop_table("cti_reports")
    op.drop_table("desk_events")
    op.drop_table("desk_contacts")
    op.drop_table("desks")
    op.drop_index(op.f("ix_contacts_holder"), table_name="contacts")
