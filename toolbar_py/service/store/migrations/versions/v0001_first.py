"""The first schema: contacts and their fields, reservations, attempts, scripts, saves, operators and outcomes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "macro_activities",
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("ecid_prefix", sa.String(length=40), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_macro_activities")),
    )
    op.create_table(
        "saves",
        sa.Column("operator", sa.String(length=128), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("operator", "idempotency_key", name=op.f("pk_saves")),
    )
    op.create_index(op.f("ix_saves_saved_at"), "saves", ["saved_at"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("ecid", sa.String(length=64), nullable=False),
        sa.Column("macro_activity", sa.String(length=100), nullable=False),
        sa.Column("campaign", sa.String(length=200), nullable=False),
        sa.Column("phone_number", sa.String(length=200), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("inbound_contact_id", sa.String(length=128), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("attempted", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("close_reason", sa.String(length=100), nullable=True),
        sa.Column("holder", sa.String(length=128), nullable=True),
        sa.Column("session", sa.String(length=64), nullable=True),
        sa.Column("reserved_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["macro_activity"], ["macro_activities.code"], name=op.f("fk_contacts_macro_activity")),
        sa.PrimaryKeyConstraint("ecid", name=op.f("pk_contacts")),
        sa.UniqueConstraint("inbound_contact_id", name=op.f("uq_contacts_inbound_contact_id")),
    )
    op.create_index(op.f("ix_contacts_macro_activity"), "contacts", ["macro_activity"], unique=False)
    op.create_table(
        "operators",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("script_enabled", sa.Boolean(), nullable=False),
        sa.Column("save_without_reservation", sa.Boolean(), nullable=False),
        sa.Column("inbound_macro_activity", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["inbound_macro_activity"], ["macro_activities.code"], name=op.f("fk_operators_inbound_macro_activity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
    )
    op.create_table(
        "outcomes",
        sa.Column("macro_activity", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("retry_delay_ms", sa.BigInteger(), nullable=True),
        sa.Column("retry_maximum", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["macro_activity"], ["macro_activities.code"], name=op.f("fk_outcomes_macro_activity")),
        sa.PrimaryKeyConstraint("macro_activity", "code", name=op.f("pk_outcomes")),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ecid", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.String(length=128), nullable=False),
        sa.Column("contact_id", sa.String(length=128), nullable=False),
        sa.Column("outcome", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("duration_sec", sa.BigInteger(), nullable=False),
        sa.Column("offline_end", sa.Boolean(), nullable=False),
        sa.Column("operation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["ecid"], ["contacts.ecid"], name=op.f("fk_attempts_ecid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_ecid_outcome"), "attempts", ["ecid", "outcome"], unique=False)
    op.create_table(
        "fields",
        sa.Column("ecid", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("key_code", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("value_head", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["ecid"], ["contacts.ecid"], name=op.f("fk_fields_ecid")),
        sa.PrimaryKeyConstraint("ecid", "position", name=op.f("pk_fields")),
    )
    op.create_index(op.f("ix_fields_value_head_key_code"), "fields", ["value_head", "key_code"], unique=False)
    op.create_table(
        "scripts",
        sa.Column("operator", sa.String(length=128), nullable=False),
        sa.Column("ecid", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ecid"], ["contacts.ecid"], name=op.f("fk_scripts_ecid")),
        sa.PrimaryKeyConstraint("operator", "ecid", "contact_id", name=op.f("pk_scripts")),
    )
    op.create_index(op.f("ix_scripts_contact_id"), "scripts", ["contact_id"], unique=False)
    op.create_index(op.f("ix_scripts_ecid"), "scripts", ["ecid"], unique=False)


def downgrade() -> None:
    """Drop every table, those that refer to others first."""
    op.drop_table("scripts")
    op.drop_table("fields")
    op.drop_table("attempts")
    op.drop_table("outcomes")
    op.drop_table("operators")
    op.drop_table("contacts")
    op.drop_table("saves")
    op.drop_table("macro_activities")
