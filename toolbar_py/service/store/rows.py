"""Makes the rows of new contacts."""

from collections.abc import Sequence

from toolbar_py.service.store.tables import VALUE_HEAD
from toolbar_py.wire.contacts import FieldValue


def contact_row(
    ecid: str,
    macro_activity: str,
    now: int,
    *,
    campaign: str = "",
    phone_number: str = "",
    inbound_contact_id: str | None = None,
) -> dict[str, object]:
    """Give the row of a contact that nobody has worked yet."""
    return {
        "ecid": ecid,
        "macro_activity": macro_activity,
        "campaign": campaign,
        "phone_number": phone_number,
        "enabled": True,
        "inbound_contact_id": inbound_contact_id,
        "created_at": now,
        "attempted": False,
        "lease_until": 0,
        "fence": 0,
    }


def field_rows(ecid: str, values: Sequence[FieldValue]) -> list[dict[str, object]]:
    """Give the rows of a contact's fields, in their order."""
    return [
        {
            "ecid": ecid,
            "position": position,
            "name": value.field_name,
            "key_code": value.categorized_field_key_code,
            "value": value.value,
            "value_head": value.value[:VALUE_HEAD],
        }
        for position, value in enumerate(values)
    ]
