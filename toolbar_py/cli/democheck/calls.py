"""The calls of the check in their order, and what each has to answer on fresh demo data (contract section 3)."""

from collections.abc import Sequence

from pydantic import JsonValue

from toolbar_py.cli.democheck.expectations import ABSENT, SOME_TEXT, Expected, list_with, number_from, text_with
from toolbar_py.cli.democheck.steps import Part, Step

FIRST, SECOND = "op1@demo", "op2@demo"

_INBOUND = "68-in-1@pddialer1.example"
_DIALLED = "68-out-1@pddialer1.example"
_UNKNOWN = "demo|1|1|99999"

_OUTCOMES: Sequence[Expected] = [
    {"code": code, "label": label, "kind": kind, "final": final}
    for code, label, kind, final in (
        ("NO_ANSWER_BY_AGENT", "Libero", "PARTIAL", False),
        ("BUSY_BY_AGENT", "Occupato", "PARTIAL", False),
        ("ANSWERING_MACHINE_BY_AGENT", "Segreteria", "PARTIAL", False),
        ("FAX_BY_AGENT", "Fax", "PARTIAL", False),
        ("APP1", "Appuntamento telefonico personale", "APPOINTMENT", False),
        ("APP3", "Appuntamento telefonico di gruppo", "APPOINTMENT", False),
        ("WRONG_NUMBER_BY_AGENT", "Numero errato", "NOT_USEFUL", True),
        ("POSITIVE", "Positivo", "POSITIVE", True),
        ("NEGATIVE", "Negativo", "NEGATIVE", True),
        ("CONFERMA_IVR", "Conferma IVR", "POSITIVE", True),
        ("RINUNCIA_CONTRATTO", "Rinuncia contratto", "NEGATIVE", True),
    )
]

# What is saved with the dialled contact, and what reading it back has to give.
_NOTE = "Chiede di essere richiamata dopo le 18."
_LABELS: Sequence[JsonValue] = [{"name": "lingua", "value": "it"}, {"key": "tentativo", "value": 2}]
_ATTEMPT: Expected = {
    "agent": FIRST,
    "outcome": "BUSY_BY_AGENT",
    "note": _NOTE,
    "labels": [{"name": "lingua", "value": "it"}, {"name": "tentativo", "value": "2"}],
    "durationSec": number_from(0),
}


def all_calls(now: int) -> Sequence[Part]:
    """Give the calls, part by part.

    Args:
        now: epoch ms, before which no reservation may end and no save have happened.
    """
    return [
        Part("An inbound contact gets a script and an ECID", _inbound(now)),
        Part("A contact of the campaign: opened by hand, and as the dialler delivers it", _outbound(now)),
        Part("Its ContactInfo: what this browser holds, and what easyCIM knows", _infos()),
        Part("Saved with an outcome by code, and by label with note and labels", _saves(now)),
        Part("A second operator is refused what the first one holds", _second_operator(now)),
        Part("What cannot be done is said, and changes nothing", _refusals()),
    ]


def _inbound(now: int) -> Sequence[Step]:
    opened = _opened(now, ecid="demo|1|2|1", contactId=_INBOUND, campaign="", phoneNumber="", listFieldValueList=[])
    return [
        Step(FIRST, "openScriptInbound", [_INBOUND], opened),
        # The same contact once more is the same script.
        Step(FIRST, "openScriptInbound", [_INBOUND], opened),
    ]


def _outbound(now: int) -> Sequence[Step]:
    manual = _opened(now, ecid="demo|1|1|1", contactId="", phoneNumber="0555010001", **_campaign("CM000001"))
    dialled = _opened(now, ecid="demo|1|1|2", contactId=_DIALLED, phoneNumber="0555010002", **_campaign("CM000002"))
    return [
        Step(FIRST, "openScript", ["", "demo|1|1|1", True], manual),
        Step(FIRST, "openScript", [_DIALLED, "demo|1|1|2", False], dialled),
    ]


def _infos() -> Sequence[Step]:
    manual = _info("demo|1|1|1", "CM000001", contactId="", phoneNumber="0555010001", type="outbound", job_type="manual")
    dialled = _info(
        "demo|1|1|2", "CM000002", contactId=_DIALLED, phoneNumber="0555010002", type="callTask", job_type="previewQueue"
    )
    inbound: Expected = {
        "ecid": "demo|1|2|1",
        "contactId": _INBOUND,
        "type": "inbound",
        "job_type": "inbound",
        "state": "RESERVED",
    }
    return [
        Step(FIRST, "getContactInfo", [_DIALLED], {"resolves": dialled, "requests": 0}),
        Step(FIRST, "getContactInfo", ["demo|1|1|1"], {"resolves": manual, "requests": 0}),
        Step(FIRST, "getContactInfo", [_INBOUND], {"resolves": inbound, "requests": 0}),
        Step(FIRST, "getContactInfoWS", ["demo|1|1|2"], {"resolves": dialled, "requests": 1}),
        Step(FIRST, "getContactInfoWS", ["demo|1|1|1"], {"resolves": manual, "requests": 1}),
    ]


def _saves(now: int) -> Sequence[Step]:
    by_label = _saved(now, "demo|1|1|2", _DIALLED, "BUSY_BY_AGENT", final=False, offline_end=True)
    by_code = _saved(now, "demo|1|1|1", "", "CONFERMA_IVR", final=True, offline_end=False)
    inbound = _saved(now, "demo|1|2|1", _INBOUND, "POSITIVE", final=True, offline_end=True)
    saved: Expected = {"ecid": "demo|1|1|2", "state": "SCHEDULED", "terminated": False, "attempts": [_ATTEMPT]}
    closed: Expected = {
        "ecid": "demo|1|1|1",
        "state": "CLOSED",
        "terminated": True,
        "readOnly": True,
        "attempts": [{"agent": FIRST, "outcome": "CONFERMA_IVR", "note": "", "labels": []}],
    }
    return [
        Step(FIRST, "saveScript", [_DIALLED, " occupato ", True, _NOTE, list(_LABELS)], by_label),
        Step(FIRST, "saveScript", ["demo|1|1|1", "CONFERMA_IVR", False], by_code),
        Step(FIRST, "saveScript", [_INBOUND, "POSITIVE", True], inbound),
        Step(FIRST, "getContactInfoWS", ["demo|1|1|2"], {"resolves": saved, "requests": 1}),
        Step(FIRST, "getContactInfo", [_DIALLED], {"resolves": saved, "requests": 0}),
        Step(FIRST, "getContactInfoWS", ["demo|1|1|1"], {"resolves": closed, "requests": 1}),
        Step(FIRST, "getContactInfo", ["demo|1|1|1"], {"resolves": closed, "requests": 0}),
    ]


def _second_operator(now: int) -> Sequence[Step]:
    mine = _opened(now, ecid="demo|1|1|3", contactId="", phoneNumber="0555010003", **_campaign("CM000003"))
    read_only: Expected = {
        "resolves": {
            "result": True,
            "readOnly": True,
            "reservedBy": FIRST,
            "terminated": ABSENT,
            "leaseUntil": ABSENT,
            "error": ABSENT,
            "ecid": "demo|1|1|3",
            **_campaign("CM000003"),
        }
    }
    held: Expected = {"readOnly": True, "reservedBy": FIRST, "state": "RESERVED", "terminated": False, "attempts": []}
    refused = _rejected("RESERVED_BY_OTHER", FIRST, {"ecid": "demo|1|1|3", "reservedBy": FIRST})
    return [
        Step(FIRST, "openScript", ["", "demo|1|1|3", True], mine),
        Step(SECOND, "openScript", ["", "demo|1|1|3", True], read_only),
        Step(SECOND, "getContactInfoWS", ["demo|1|1|3"], {"resolves": held}),
        Step(SECOND, "saveScript", ["demo|1|1|3", "POSITIVE", True], refused),
        # The refused save left no trace, and the first operator's own goes through and frees the contact.
        Step(FIRST, "getContactInfoWS", ["demo|1|1|3"], {"resolves": {"readOnly": False, "attempts": []}}),
        Step(
            FIRST,
            "saveScript",
            ["demo|1|1|3", "NO_ANSWER_BY_AGENT", True],
            _saved(now, "demo|1|1|3", "", "NO_ANSWER_BY_AGENT", final=False, offline_end=True),
        ),
        Step(SECOND, "openScript", ["", "demo|1|1|3", True], mine),
    ]


def _refusals() -> Sequence[Step]:
    allowed: Expected = [{"code": each["code"], "label": each["label"]} for each in _OUTCOMES if isinstance(each, dict)]
    closed: Expected = {
        "resolves": {
            "result": True,
            "readOnly": True,
            "terminated": True,
            "reservedBy": ABSENT,
            "leaseUntil": ABSENT,
            "ecid": "demo|1|1|1",
            **_campaign("CM000001"),
        }
    }
    unknown: Expected = {"error": text_with(_UNKNOWN), "errorCode": "UNKNOWN_ECID", "retryable": False}
    nothing_opened: Expected = {"error": text_with("68-none@"), "errorCode": "UNKNOWN_CONTACT", "retryable": False}
    untouched: Expected = {"state": "NEW", "terminated": False, "readOnly": False, "attempts": []}
    return [
        Step(
            FIRST,
            "saveScript",
            ["demo|1|1|5", "NON ESISTE", True],
            _rejected("UNKNOWN_OUTCOME", "NON ESISTE", {"outcome": "NON ESISTE", "allowed": allowed}),
        ),
        Step(FIRST, "getContactInfoWS", ["demo|1|1|5"], {"resolves": untouched}),
        Step(
            FIRST,
            "openScript",
            ["", _UNKNOWN, True],
            {"resolves": {"result": False, "listFieldValueList": [], **unknown}},
        ),
        Step(FIRST, "getContactInfoWS", [_UNKNOWN], {"resolves": unknown}),
        Step(FIRST, "getContactInfo", ["68-none@pddialer1.example"], {"resolves": nothing_opened, "requests": 0}),
        Step(
            FIRST,
            "saveScript",
            [_UNKNOWN, "POSITIVE", True],
            _rejected("UNKNOWN_ECID", _UNKNOWN, {"ecid": _UNKNOWN}),
        ),
        Step(FIRST, "openScript", ["", "demo|1|1|1", True], closed),
        Step(
            FIRST,
            "saveScript",
            ["demo|1|1|1", "NEGATIVE", True],
            _rejected("TERMINATED", "CONFERMA_IVR", {"ecid": "demo|1|1|1", "reason": "CONFERMA_IVR"}),
        ),
        Step(
            FIRST,
            "getContactInfoWS",
            ["demo|1|1|1"],
            {"resolves": {"attempts": [{"outcome": "CONFERMA_IVR"}], "state": "CLOSED"}},
        ),
    ]


def _campaign(member: str) -> dict[str, Expected]:
    """What every contact of the demo campaign has, whoever opens it."""
    field: Expected = {"fieldName": "campaignMemberId", "categorizedFieldKeyCode": "campaignMemberId", "value": member}
    return {"campaign": "Rinnovo contratti", "listFieldValueList": list_with(field)}


def _opened(now: int, **members: Expected) -> Expected:
    """An opening that reserves the ECID for whoever asked."""
    return {
        "resolves": {
            "result": True,
            "readOnly": ABSENT,
            "reservedBy": ABSENT,
            "terminated": ABSENT,
            "error": ABSENT,
            "errorCode": ABSENT,
            "macroActivity": "DEMO",
            "leaseUntil": number_from(now),
            "outcomes": _OUTCOMES,
            **members,
        }
    }


def _info(ecid: str, member: str, **members: Expected) -> Expected:
    """The ContactInfo of a contact of the campaign that the asking operator has open."""
    fields = _campaign(member)
    return {
        "ecid": ecid,
        "macroActivity": "DEMO",
        "state": "RESERVED",
        "terminated": False,
        "readOnly": False,
        "reservedBy": ABSENT,
        "media_type": "telephony",
        "customerInfo": {"listFieldValueList": fields["listFieldValueList"]},
        "ContactInfo": list_with({"name": "campaignMemberId", "value": member}),
        "outcomes": _OUTCOMES,
        "attempts": [],
        "appointments": [],
        **fields,
        **members,
    }


def _saved(now: int, ecid: str, contact_id: str, outcome: str, *, final: bool, offline_end: bool) -> Expected:
    return {
        "resolves": {
            "result": True,
            "operationId": SOME_TEXT,
            "ecid": ecid,
            "contactId": contact_id,
            "outcome": outcome,
            "final": final,
            "terminated": final,
            "offlineEnd": offline_end,
            "savedAt": number_from(now),
            "delivered": True,
        },
        "requests": 1,
    }


def _rejected(code: str, named: str, details: Expected) -> Expected:
    """A rejection whose text for a person names what it is about."""
    return {
        "rejects": {
            "name": "ToolbarError",
            "code": code,
            "message": text_with(named),
            "retryable": False,
            "details": details,
            "correlationId": SOME_TEXT,
            "outcomeKnown": True,
        }
    }
