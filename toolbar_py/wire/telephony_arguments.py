"""The arguments of the ``TOOLBAR.AGENT`` and ``TOOLBAR.CONTACT`` methods, as pages pass them (contract section 4).

A number is taken where text is meant: pages keep telephone numbers and keys as numbers. Their members carry the
contract's own names, so that an error names what the page's author wrote.
"""

from math import isfinite
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from toolbar_py.wire.actions import DTMF_PATTERN, GROUPS_MAX, CallDataText, Destination
from toolbar_py.wire.arguments import Arguments, OptionalContactId
from toolbar_py.wire.base import SHORT_MAX, ContactId, OperatorId, ShortText
from toolbar_py.wire.calldata import merge_what_fits
from toolbar_py.wire.contacts import NameValue

CONTENT_MAX = 4_000


def _number_as_text(value: Any) -> Any:
    # Not booleans: true is never a telephone number. A whole number that JavaScript holds as a float has no point.
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return value
    return str(int(value)) if value == int(value) else str(value)


def _given_text(value: Any) -> Any:
    return "" if value is None else _number_as_text(value)


def _group_id(value: Any) -> Any:
    return cast(dict[str, Any], value).get("ID") if isinstance(value, dict) else _number_as_text(value)


def _usable_text(value: Any) -> str:
    text = _number_as_text(value)
    return text if isinstance(text, str) and len(text) <= SHORT_MAX and "\x00" not in text else ""


def _usable_call_data(value: Any) -> list[NameValue]:
    """Read a legacy SDK's CallData entry by entry; a value may be of whatever plain type."""
    given = cast(list[Any], value) if isinstance(value, list) else []
    return merge_what_fits([], [entry for each in given if (entry := _usable_entry(each)) is not None])


def _usable_entry(value: Any) -> NameValue | None:
    given = cast(dict[str, Any], value) if isinstance(value, dict) else {}
    found = given.get("value")
    text = str(found).lower() if isinstance(found, bool) else _given_text(found)
    try:
        return NameValue(name=_number_as_text(given.get("name")), value=text)
    except ValidationError:
        return None


_Numeral = BeforeValidator(_number_as_text)
_Optional = BeforeValidator(_given_text)
_Code = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
_GroupId = Annotated[_Code, BeforeValidator(_group_id)]

_DestinationNumber = Annotated[Destination, _Numeral]
_OptionalText = Annotated[ShortText, _Optional]
_OptionalCallData = Annotated[CallDataText, _Optional]


class PauseSubStateArguments(Arguments):
    """``PauseSubState(code)``"""

    code: Annotated[_Code, _Numeral]


class AgentIdArguments(Arguments):
    """``getAgentStateByID(id)``"""

    id: OperatorId


class SetAgentGroupsArguments(Arguments):
    """``setAgentGroups(groups)``: ids, or objects of :class:`~toolbar_py.wire.profile.Group`."""

    groups: Annotated[list[_GroupId], Field(max_length=GROUPS_MAX)]


class MakeCallArguments(Arguments):
    """``MakeCall(DestinationNumber, ResourceType, ServiceID, CallProfileID, CallData)``"""

    destination: Annotated[_DestinationNumber, Field(alias="DestinationNumber")]
    resource_type: Annotated[_OptionalText, Field(alias="ResourceType")] = ""
    service_id: Annotated[_OptionalText, Field(alias="ServiceID")] = ""
    call_profile_id: Annotated[_OptionalText, Field(alias="CallProfileID")] = ""
    call_data: Annotated[_OptionalCallData, Field(alias="CallData")] = ""


class MakeJobArguments(MakeCallArguments):
    """``MakeJob(DestinationNumber, ResourceType, ServiceID, CallProfileID, CallData, ContentDescription)``"""

    content: Annotated[str, Field(max_length=CONTENT_MAX), _Optional, Field(alias="ContentDescription")] = ""


class ContactArguments(Arguments):
    """``Answer(ContactID)``, ``Hold(ContactID)``, ``OfflineEnd(ContactID)``"""

    contact_id: Annotated[ContactId, Field(alias="ContactID")]


class HangupArguments(Arguments):
    """``Hangup(ContactID?)``"""

    contact_id: Annotated[OptionalContactId, Field(alias="ContactID")] = None


class SetCallDataArguments(Arguments):
    """``SetCallData(ContactID, CallData)``"""

    contact_id: Annotated[ContactId, Field(alias="ContactID")]
    call_data: Annotated[CallDataText, Field(alias="CallData")]


class PlayDtmfArguments(Arguments):
    """``PlayDTMF(ContactID, DTMFs)``"""

    contact_id: Annotated[ContactId, Field(alias="ContactID")]
    dtmfs: Annotated[str, Field(pattern=DTMF_PATTERN), _Numeral, Field(alias="DTMFs")]


class StopRecordingArguments(Arguments):
    """``StopRecording(ContactID, CallRecorders)``"""

    contact_id: Annotated[ContactId, Field(alias="ContactID")]
    call_recorders: Annotated[_OptionalText, Field(alias="CallRecorders")] = ""


class StartRecordingArguments(StopRecordingArguments):
    """``StartRecording(ContactID, CallRecorders, CallData, Message)``"""

    call_data: Annotated[_OptionalCallData, Field(alias="CallData")] = ""
    message: Annotated[_OptionalText, Field(alias="Message")] = ""


class TransferArguments(Arguments):
    """``Transfer_Direct(ContactID, Destination, ResourceType, CallData)``"""

    contact_id: Annotated[ContactId, Field(alias="ContactID")]
    destination: Annotated[_DestinationNumber, Field(alias="Destination")]
    resource_type: Annotated[_OptionalText, Field(alias="ResourceType")] = ""
    call_data: Annotated[_OptionalCallData, Field(alias="CallData")] = ""


class ForeignContact(BaseModel):
    """A contact's event as a legacy SDK tells it (companion mode, contract section 1): only what is used of it.

    What is odd about the rest is left out: nobody would tell the event again, and a contact whose ``DELETE`` was
    refused would be at the desk for good.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")

    event: Annotated[str, Field(max_length=100)]
    id: Annotated[ContactId, _Numeral]
    ani: Annotated[str, BeforeValidator(_usable_text)] = ""
    dnis: Annotated[str, BeforeValidator(_usable_text)] = ""
    call_data: Annotated[list[NameValue], BeforeValidator(_usable_call_data), Field(alias="CallData")] = []


class NoteArguments(Arguments):
    """``COMPANION.note(event)``"""

    event: ForeignContact
