"""What easyCIM answers in the unit tests, built from the same models the service uses."""

from typing import Any

from toolbar_py.wire.contacts import Attempt, ContactInfo, ContactState, CustomerInfo, FieldValue, NameValue, Outcome
from toolbar_py.wire.contacts import OutcomeKind as Kind
from toolbar_py.wire.scripts import OpenAnswer, OpenedScript, SaveAnswer, SavedScript

ECID = "demo|1|1|7"
FIELD = FieldValue(field_name="campaignMemberId", categorized_field_key_code="CM", value="M-7")
OUTCOME = Outcome(code="POSITIVE", label="Positivo", kind=Kind.POSITIVE, final=True)


def contact_info(ecid: str = ECID, contact_id: str = "") -> ContactInfo:
    """A contact with one field and one outcome."""
    return ContactInfo(
        ecid=ecid,
        contact_id=contact_id,
        phone_number="0555000007",
        macro_activity="DEMO",
        campaign="Prova",
        state=ContactState.RESERVED,
        terminated=False,
        read_only=False,
        type="outbound",
        media_type="telephony",
        job_type="manual",
        list_field_value_list=[FIELD],
        customer_info=CustomerInfo(list_field_value_list=[FIELD]),
        contact_info=[NameValue(name="campaignMemberId", value="M-7")],
        outcomes=[OUTCOME],
        attempts=[],
        appointments=[],
    )


def opened(ecid: str = ECID, contact_id: str = "", **more: Any) -> str:
    """The JSON text of an opened script."""
    answer = OpenAnswer(
        ecid=ecid,
        contact_id=contact_id,
        macro_activity="DEMO",
        campaign="Prova",
        phone_number="0555000007",
        list_field_value_list=[FIELD],
        outcomes=[OUTCOME],
        **more,
    )
    return OpenedScript(answer=answer, contact_info=contact_info(ecid, contact_id)).to_json()


def saved(key: str, ecid: str = ECID, contact_id: str = "") -> str:
    """The JSON text of a saved script."""
    attempt = Attempt(at=1, agent="op1@demo", outcome="POSITIVE", note="", labels=[], duration_sec=3)
    answer = SaveAnswer(
        operation_id=key,
        ecid=ecid,
        contact_id=contact_id,
        outcome="POSITIVE",
        final=True,
        terminated=True,
        offline_end=True,
        saved_at=1,
        delivered=True,
    )
    return SavedScript(answer=answer, attempt=attempt).to_json()


def problem(code: str, status: int, **details: Any) -> dict[str, Any]:
    """An application/problem+json body."""
    return {
        "type": "about:blank",
        "title": code,
        "status": status,
        "detail": code,
        "code": code,
        "retryable": False,
        "details": details,
    }
