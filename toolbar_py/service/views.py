"""Gives the store's records the contract's shapes, as one operator sees them (contract section 3)."""

from toolbar_py.service.domain.reservation import Access, access
from toolbar_py.service.store.base import ContactRecord, Nature, OpenedRecord, ScriptKind
from toolbar_py.wire.contacts import ContactInfo, CustomerInfo, NameValue
from toolbar_py.wire.scripts import OpenAnswer, OpenedScript

# What a script's kind says of a contact that was at no desk (contract section 4).
_KINDS = {
    ScriptKind.PREVIEW: Nature("callTask", "telephony", "previewQueue"),
    ScriptKind.MANUAL: Nature("outbound", "telephony", "manual"),
    ScriptKind.INBOUND: Nature("inbound", "telephony", "inbound"),
}


def contact_info(record: ContactRecord, operator: str) -> ContactInfo:
    """Give the contact as ``getContactInfoWS`` answers it to the operator."""
    reservation = record.reservation
    given = access(reservation, operator)
    nature = record.nature or _KINDS[record.script_kind]
    fields = list(record.fields)
    # The parts were validated on their way into the store.
    return ContactInfo.model_construct(
        ecid=record.ecid,
        contact_id=record.script_contact_id,
        phone_number=record.phone_number,
        macro_activity=record.macro_activity,
        campaign=record.campaign,
        state=record.state,
        terminated=given is Access.TERMINATED,
        read_only=given is not Access.WRITE,
        reserved_by=reservation.holder if given is Access.READ_ONLY else None,
        type=nature.type,
        media_type=nature.media_type,
        job_type=nature.job_type,
        list_field_value_list=fields,
        customer_info=CustomerInfo.model_construct(list_field_value_list=fields),
        contact_info=[NameValue.model_construct(name=field.field_name, value=field.value) for field in fields],
        outcomes=list(record.outcomes),
        attempts=list(record.attempts),
        appointments=list(record.appointments),
    )


def opened_script(opened: OpenedRecord, operator: str) -> OpenedScript:
    """Give what ``openScript`` answers, with the contact for the page's local instance."""
    record = opened.contact
    info = contact_info(record, operator)
    writes = opened.access is Access.WRITE
    answer = OpenAnswer.model_construct(
        result=True,
        read_only=None if writes else True,
        reserved_by=info.reserved_by,
        terminated=True if opened.access is Access.TERMINATED else None,
        ecid=record.ecid,
        contact_id=record.script_contact_id,
        macro_activity=record.macro_activity,
        campaign=record.campaign,
        phone_number=record.phone_number,
        lease_until=(record.reservation.lease_until or None) if writes else None,
        list_field_value_list=info.list_field_value_list,
        outcomes=info.outcomes,
    )
    return OpenedScript.model_construct(answer=answer, contact_info=info)
