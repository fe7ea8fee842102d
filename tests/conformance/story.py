"""Builds the record of a page by hand, for tests of what is made from one."""

import json
from typing import Any

from pydantic import JsonValue

from toolbar_py.conformance.case import Case, ServiceRecord
from toolbar_py.conformance.record import Entry, read_entry
from toolbar_py.conformance.rules import judge, untried
from toolbar_py.wire.contacts import Attempt, NameValue
from toolbar_py.wire.methods import METHODS
from toolbar_py.wire.telephony import ContactEvent, ContactEventName, ContactType, DeskEvent, JobType, MediaType

OPERATOR = "op1@demo"
_PARAMETERS = {method.path: method.parameters for method in METHODS}
_SHORT = {"open": "EASYCIM.openScript", "inbound": "EASYCIM.openScriptInbound", "save": "EASYCIM.saveScript"}
_JOBS = {"callTask": JobType.PREDICTIVE, "outbound": JobType.MANUAL, "inbound": JobType.INBOUND}
_TYPES = {"str": "string", "bool": "boolean", "int": "number", "NoneType": "undefined"}


class Story:
    """What happens on one page, told in order.

    Args:
        step_ms: how long each step is after the one before.
    """

    def __init__(self, step_ms: int = 100) -> None:
        self._step_ms = step_ms
        self.entries: list[Entry] = []
        self.events: list[DeskEvent] = []
        self.attempts: dict[str, list[Attempt]] = {}
        self.script_enabled = True
        self.scenarios: dict[str, str] = {}
        self._ecids: dict[str, str] = {}
        self._life = 0
        self._frame = 0
        self._calls = 0
        self.document()

    @property
    def now(self) -> int:
        """The moment of the last step, in epoch ms."""
        return 1_800_000_000_000 + self._step_ms * (len(self.entries) + len(self.events))

    def document(self) -> None:
        """The page navigates: another document, with the toolbar and a callback in it."""
        self._life += 1
        self.add("page", place="http://crm/", top=True)
        self.add("toolbar")
        self.add("bound", callback=1)

    def window(self) -> None:
        """The page makes another window or frame, and what follows happens in it."""
        self._frame += 1
        self.document()

    def add(self, kind: str, **more: JsonValue) -> None:
        """Something is recorded."""
        entry: dict[str, Any] = {"kind": kind, "life": f"life-{self._life}", "at": self.now + self._step_ms, **more}
        self.entries.append(read_entry(json.dumps(entry), self._frame))

    def happens(self, contact: str, event: str, ecid: str = "", *, kind: str = "callTask") -> None:
        """An event of a contact, at the service and on the page."""
        self.at_service(contact, event, ecid, kind=kind)
        self.told(contact, event, ecid, kind=kind)

    def at_service(self, contact: str, event: str, ecid: str = "", *, kind: str = "callTask") -> None:
        """An event that the service has."""
        ecid = self._ecids.setdefault(contact, ecid)
        happened = ContactEvent(
            event=ContactEventName(event),
            id=contact,
            type=ContactType(kind),
            media_type=MediaType.TELEPHONY,
            job_type=_JOBS[kind],
            dnis="",
            ani="",
            call_data=[NameValue(name="ECID", value=ecid)] if ecid else [],
            start_time=self.now,
            end_time=0,
            time_duration_sec=0,
            waiting_time=0,
        )
        self.events.append(DeskEvent(number=len(self.events) + 1, at=self.now, contact=happened))

    def told(
        self, contact: str | None, event: str, ecid: str = "", *, kind: str = "callTask", callback: int = 1
    ) -> None:
        """An event that a callback is given."""
        ecid = ecid or self._ecids.get(contact or "", "")
        more: dict[str, JsonValue] = {"contact": contact, "type": kind, "ecid": ecid} if contact else {}
        self.add("delivery", callback=callback, event=event, jobType=_JOBS[kind].value, triggered=False, **more)

    def call(self, method: str, *passed: JsonValue) -> int:
        """The page calls a method; gives the call's number."""
        path = _SHORT.get(method, method)
        self._calls += 1
        given: list[JsonValue] = [
            {
                "name": name,
                "type": _TYPES[type(value).__name__],
                "value": value if _is_plain(value) else None,
            }
            for name, value in zip(_PARAMETERS[path], passed, strict=False)
        ]
        self.add("call", call=self._calls, method=path, given=given)
        return self._calls

    def answer(self, call: int, **told: JsonValue) -> None:
        """A call resolves."""
        self.add("answer", call=call, ok=True, told=told)

    def rejects(self, call: int, code: str) -> None:
        """A call is rejected."""
        failure: JsonValue = {"name": "ToolbarError", "code": code, "correlationId": f"trace-{call}"}
        self.add("answer", call=call, ok=False, told={}, failure=failure)

    def opens(self, contact: str, ecid: str, **told: JsonValue) -> None:
        """The page opens a script and is answered."""
        answer: dict[str, JsonValue] = {"result": True, "ecid": ecid, "contactId": contact, **told}
        self.answer(self.call("open", contact, ecid, False), **answer)

    def saves(self, contact: str, ecid: str, outcome: str = "POSITIVE", *, offline_end: bool = True) -> None:
        """The page saves and is answered; the service has it."""
        call = self.call("save", contact, outcome, offline_end)
        self.keeps(ecid, outcome)
        told: dict[str, JsonValue] = {"ecid": ecid, "contactId": contact, "outcome": outcome, "savedAt": self.now}
        self.answer(call, result=True, delivered=True, **told)

    def keeps(self, ecid: str, outcome: str) -> None:
        """The service has a save."""
        attempt = Attempt(at=self.now, agent=OPERATOR, outcome=outcome, note="", labels=[], duration_sec=1)
        self.attempts.setdefault(ecid, []).append(attempt)

    def case(self) -> Case:
        """Give the case."""
        service = ServiceRecord(OPERATOR, self.script_enabled, self.events, self.attempts)
        return Case(self.entries, service, self.scenarios)


def _is_plain(value: JsonValue) -> bool:
    return isinstance(value, str | bool | int)


def worked(contact: str = "c1", ecid: str = "a|1|1|1", *, step_ms: int = 100) -> Story:
    """Give the story of a contact that is worked as it should be, up to the end of its after-call work."""
    story = Story(step_ms)
    story.happens(contact, "POPUP", ecid)
    story.opens(contact, ecid)
    for event in ("connectionstarted", "established", "connectioncleared"):
        story.happens(contact, event)
    story.saves(contact, ecid)
    story.happens(contact, "DELETE")
    return story


def until_cleared(*, step_ms: int = 100, **told: bool) -> Story:
    """Give the story of a contact that is opened, with this in the answer, and cleared."""
    story = Story(step_ms)
    story.happens("c1", "POPUP", "a|1|1|1")
    story.opens("c1", "a|1|1|1", **told)
    story.happens("c1", "connectionstarted")
    story.happens("c1", "connectioncleared")
    return story


def ended(story: Story) -> Story:
    """Go on: the page ends the contact's after-call work by itself."""
    story.answer(story.call("CONTACT.OfflineEnd", "c1"))
    story.happens("c1", "DELETE")
    return story


def broken_by(story: Story) -> list[str]:
    """Give the rules that a story breaks."""
    found = [finding.rule for finding in judge(story.case())]
    # What was broken was put to the test.
    assert not set(found) & set(untried(story.case()))
    return found
