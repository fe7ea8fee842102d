"""The operator's profile: what this login may do and is offered (``GET /profile``, contract section 5)."""

from typing import Annotated

from pydantic import Field

from toolbar_py.wire.base import OperatorId, RequestModel, ShortText, WireModel
from toolbar_py.wire.contacts import Outcome
from toolbar_py.wire.texts import Locale


class Group(WireModel):
    """A group of operators, in the contract's spelling."""

    id: Annotated[str, Field(alias="ID")]
    description: Annotated[str, Field(alias="Description")]


class PauseCode(WireModel):
    """A reason for a pause."""

    code: str
    label: str


class MacroActivityOutcomes(WireModel):
    """The outcomes of one macro activity."""

    macro_activity: str
    outcomes: list[Outcome]


class Profile(WireModel):
    """What the operator's profile enables."""

    operator: OperatorId
    locale: Locale
    script_enabled: bool
    save_without_reservation: bool
    inbound_macro_activity: str
    pause_codes: list[PauseCode]
    groups: list[Group]
    macro_activities: list[MacroActivityOutcomes]


class LoginRequest(RequestModel):
    """``POST /login``: the embedded service's own login."""

    operator: OperatorId
    password: ShortText


class LoginAnswer(WireModel):
    """A bearer token. ``expires_at`` in epoch ms."""

    token: str
    operator: OperatorId
    expires_at: int
