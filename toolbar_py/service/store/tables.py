"""The tables, in SQL that SQLite and PostgreSQL both speak. Moments are epoch ms.

A change here needs a migration beside the ones in ``migrations/versions``; a test holds the two together.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

VALUE_HEAD = 64
"""How much of a field's value is indexed: PostgreSQL refuses index entries of more than 2.7 kB."""

_ECID = String(64)
_OPERATOR = String(128)
_CODE = String(100)
_CONTACT_ID = String(128)
_TAG = String(16)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

macro_activities = Table(
    "macro_activities",
    metadata,
    Column("code", _CODE, primary_key=True),
    Column("name", String(200), nullable=False),
    # The first three parts of the ECIDs that are generated here, and the number the last one got.
    Column("ecid_prefix", String(40), nullable=False),
    Column("last_number", BigInteger, nullable=False),
    Column("active", Boolean, nullable=False),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("macro_activity", _CODE, ForeignKey("macro_activities.code"), primary_key=True),
    Column("code", _CODE, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("label", _CODE, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("final", Boolean, nullable=False),
    Column("retry_delay_ms", BigInteger),
    Column("retry_maximum", Integer),
)

operators = Table(
    "operators",
    metadata,
    Column("id", _OPERATOR, primary_key=True),
    Column("role", String(20), nullable=False),
    Column("locale", String(5), nullable=False),
    # Without a hash the operator cannot log in here, only by a token made on the command line.
    Column("password_hash", String(200)),
    Column("script_enabled", Boolean, nullable=False),
    Column("save_without_reservation", Boolean, nullable=False),
    Column("inbound_macro_activity", _CODE, ForeignKey("macro_activities.code"), nullable=False),
)

contacts = Table(
    "contacts",
    metadata,
    Column("ecid", _ECID, primary_key=True),
    Column("macro_activity", _CODE, ForeignKey("macro_activities.code"), nullable=False),
    Column("campaign", String(200), nullable=False),
    Column("phone_number", String(200), nullable=False),
    Column("enabled", Boolean, nullable=False),
    # The ContactID an inbound contact was made for: what makes open-inbound idempotent.
    Column("inbound_contact_id", _CONTACT_ID),
    Column("created_at", BigInteger, nullable=False),
    Column("attempted", Boolean, nullable=False),
    Column("due_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("close_reason", _CODE),
    # The reservation.
    Column("holder", _OPERATOR),
    Column("session", String(64)),
    Column("reserved_at", BigInteger),
    Column("lease_until", BigInteger, nullable=False),
    Column("fence", BigInteger, nullable=False),
    UniqueConstraint("inbound_contact_id"),
    Index(None, "macro_activity"),
    # A logout ends all reservations of one operator; hardly any contact is held at a moment.
    Index(None, "holder", sqlite_where=text("holder IS NOT NULL"), postgresql_where=text("holder IS NOT NULL")),
)

fields = Table(
    "fields",
    metadata,
    Column("ecid", _ECID, ForeignKey("contacts.ecid"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", _CODE, nullable=False),
    Column("key_code", String(200), nullable=False),
    Column("value", Text, nullable=False),
    Column("value_head", String(VALUE_HEAD), nullable=False),
    Index(None, "value_head", "key_code"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("ecid", _ECID, ForeignKey("contacts.ecid"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("agent", _OPERATOR, nullable=False),
    Column("contact_id", _CONTACT_ID, nullable=False),
    Column("outcome", _CODE, nullable=False),
    Column("note", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("duration_sec", BigInteger, nullable=False),
    Column("offline_end", Boolean, nullable=False),
    Column("operation_id", String(64), nullable=False),
    Index(None, "ecid", "outcome"),
)

scripts = Table(
    "scripts",
    metadata,
    # One row per ContactID under which an operator opened an ECID; "" while there was none.
    Column("operator", _OPERATOR, primary_key=True),
    Column("ecid", _ECID, ForeignKey("contacts.ecid"), primary_key=True),
    Column("contact_id", _CONTACT_ID, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index(None, "contact_id"),
    Index(None, "ecid"),
)

saves = Table(
    "saves",
    metadata,
    Column("operator", _OPERATOR, primary_key=True),
    Column("idempotency_key", String(64), primary_key=True),
    Column("content_hash", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("saved_at", BigInteger, nullable=False),
    Index(None, "saved_at"),
)

desks = Table(
    "desks",
    metadata,
    # One row per operator who was ever logged in or had a contact.
    Column("operator", _OPERATOR, ForeignKey("operators.id"), primary_key=True),
    Column("presence", String(20), nullable=False),
    Column("pause_code", String(200)),
    Column("since", BigInteger, nullable=False),
    Column("logged_in_at", BigInteger, nullable=False),
    # The ids of the groups logged into, as a JSON list.
    Column("groups", Text, nullable=False),
    # The last event's number: what makes the numbers free of gaps.
    Column("number", BigInteger, nullable=False),
    # That event's tag: the event itself may be forgotten.
    Column("tag", _TAG, nullable=False, server_default=""),
)

desk_contacts = Table(
    "desk_contacts",
    metadata,
    Column("operator", _OPERATOR, ForeignKey("desks.operator"), primary_key=True),
    Column("contact_id", _CONTACT_ID, primary_key=True),
    # What it is worked under; CallData may name an ECID that easyCIM does not know.
    Column("ecid", _ECID),
    # The DeskContact as JSON.
    Column("contact", Text, nullable=False),
    Column("came_at", BigInteger, nullable=False),
    # Kept for a while after the contact has left, because pages save later.
    Column("left_at", BigInteger),
    Index(None, "operator", "left_at"),
    Index(None, "left_at"),
    # A contact is at one desk at a time.
    Index(
        None, "contact_id", unique=True, sqlite_where=text("left_at IS NULL"), postgresql_where=text("left_at IS NULL")
    ),
)

desk_events = Table(
    "desk_events",
    metadata,
    Column("operator", _OPERATOR, ForeignKey("desks.operator"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # Tells it from the event that has the same number in another database, or in this one before a backup was restored.
    Column("tag", _TAG, nullable=False, server_default=""),
    Column("at", BigInteger, nullable=False),
    # The DeskEvent as JSON.
    Column("event", Text, nullable=False),
    Index(None, "at"),
)

cti_reports = Table(
    "cti_reports",
    metadata,
    # The telephone system's own id of an event that was taken.
    Column("event_id", String(64), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index(None, "at"),
)

cti_rejections = Table(
    "cti_rejections",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("agent", _OPERATOR, nullable=False),
    Column("contact_id", _CONTACT_ID, nullable=False),
    Column("event", String(40), nullable=False),
    # Code and details of the refusal as JSON; never a value of CallData.
    Column("reason", Text, nullable=False),
    Index(None, "at"),
)

cti_signatures = Table(
    "cti_signatures",
    metadata,
    # HMAC-SHA256 in hexadecimal digits; from when on the signature is refused for its age anyway.
    Column("digest", String(64), primary_key=True),
    Column("forget_at", BigInteger, nullable=False),
    Index(None, "forget_at"),
)

begun_calls = Table(
    "begun_calls",
    metadata,
    # The telephone system's answer to a call; the row goes when the contact comes to the desk.
    Column("contact_id", _CONTACT_ID, primary_key=True),
    Column("operator", _OPERATOR, nullable=False),
    # The BegunWith as JSON.
    Column("begun_with", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "at"),
)

operations = Table(
    "operations",
    metadata,
    Column("operator", _OPERATOR, primary_key=True),
    Column("idempotency_key", String(64), primary_key=True),
    Column("content_hash", String(64), nullable=False),
    # Absent while the telephone side has not answered.
    Column("answer", Text),
    Column("at", BigInteger, nullable=False),
    Index(None, "at"),
)

appointments = Table(
    "appointments",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("ecid", _ECID, ForeignKey("contacts.ecid"), nullable=False),
    Column("kind", _CODE, nullable=False),
    Column("communication", String(200), nullable=False),
    Column("agent", _OPERATOR, nullable=False),
    Column("at", BigInteger, nullable=False),
    # Whose time it takes, an agent's or a group's, and the place in that slot: nobody can take the same one twice.
    Column("owner", String(140), nullable=False),
    Column("slot_at", BigInteger, nullable=False),
    Column("seat", Integer, nullable=False),
    Column("booked_at", BigInteger, nullable=False),
    UniqueConstraint("owner", "slot_at", "seat"),
    Index(None, "ecid", "at"),
)
