"""Runs every code path once, so that a memory image holds a warmed interpreter; and the image's own self-test.

Models build their validators when first used, Python specialises its bytecode as it runs, and some modules are imported
late: after an image is restored there is no file system to import from, so all of that happens before it is made.
"""

import json
from typing import Any
from urllib.parse import quote

from toolbar_py.page.app import App
from toolbar_py.page.realm import Realm
from toolbar_py.page.rehearsal import (
    AGENT_ID,
    CONTACT_ID,
    ECID,
    LIFE,
    TRACE,
    RehearsalHost,
    contact_in_a_call,
    life_of_a_contact,
    snapshot,
)
from toolbar_py.wire.errors import ToolbarError
from toolbar_py.wire.telephony import ContactType
from toolbar_py.wire.texts import LOCALES, sentence

# CPython specialises a function's bytecode after a handful of runs.
_ROUNDS = 12

_RIGHT: dict[str, list[Any]] = {
    "EASYCIM.openScript": ["", ECID, True],
    "EASYCIM.openScriptInbound": [CONTACT_ID],
    "EASYCIM.getContactInfo": [ECID],
    "EASYCIM.getContactInfoWS": [ECID],
    "AGENT.Login": [],
    "AGENT.Pause": [],
    "AGENT.PauseSubState": ["BREAK"],
    "AGENT.getAgentState": [],
    "AGENT.getAgentID": [],
    "AGENT.getAgentStateByID": [AGENT_ID],
    "AGENT.getAllAgentState": [],
    "AGENT.getAgentGroups": [],
    "AGENT.getAgentLoggedInGroups": [],
    "AGENT.setAgentGroups": [["WARM", {"ID": "OTHER"}]],
    "CONTACT.getContactList": [],
    "CONTACT.Hold": [CONTACT_ID],
    "CONTACT.PlayDTMF": [CONTACT_ID, 12],
    "CONTACT.StartRecording": [CONTACT_ID, "", "a=1", ""],
    "CONTACT.StopRecording": [CONTACT_ID],
    "CONTACT.SetCallData": [CONTACT_ID, "a=1;b=2"],
    "CONTACT.Transfer_Direct": [CONTACT_ID, 1],
    "CONTACT.Hangup": [],
    "CONTACT.OfflineEnd": [CONTACT_ID],
    "EASYCIM.saveScript": [CONTACT_ID, "POSITIVE", True, "nota", [{"key": "a", "value": 1}]],
    "COMPANION.note": [{"event": "POPUP", "id": "other", "CallData": [{"name": "ECID", "value": ECID}]}],
    "AGENT.Logout": [],
}
_WRONG: dict[str, list[Any]] = {
    "EASYCIM.openScript": [1, None],
    "EASYCIM.getContactInfoWS": ["missing"],
    "EASYCIM.saveScript": [ECID, "POSITIVE", "yes", "n" * 5_000, [{}]],
    "AGENT.getAgentStateByID": ["nobody"],
    "CONTACT.Answer": [CONTACT_ID],
    "CONTACT.Hold": ["unknown"],
    "CONTACT.PlayDTMF": [CONTACT_ID, "x"],
    "CONTACT.MakeCall": [1, None, None, None, "a=1"],
}
_EMPTY: dict[str, list[Any]] = {
    "CONTACT.MakeCall": [1, "", "", "", "ECID=1"],
    "CONTACT.MakeJob": [1, "", "", "", "a=1", "text"],
    "CONTACT.Hangup": [],
    "CONTACT.OfflineEnd": [CONTACT_ID],
    "CONTACT.getContactList": [],
}


def rehearse() -> dict[str, Any]:
    """Make every call in every way it can end, several times, and live through the contacts of a day.

    Returns:
        for each kind of call what it answered, and what the pages were told, for the self-test to compare.
    """
    given: dict[str, Any] = {}
    for _ in range(_ROUNDS):
        _calls(given)
        _two_tabs(given)
    for error in ToolbarError.__subclasses__():
        for locale in LOCALES:
            sentence(error(), locale)
    return given


def _calls(given: dict[str, Any]) -> None:
    host = RehearsalHost()
    app = Realm().connect(host, "it", "")
    calls = _Calls(host, app, given)
    calls.make("before", {"CONTACT.getContactList": []})
    host.settle(app)
    host.say(app, contact_in_a_call(7))
    calls.make("right", _RIGHT)
    calls.make("wrong", _WRONG)
    calls.late("EASYCIM.openScript", ["", ECID])
    for _ in range(2):  # a page lacks an event then, so that the stream is opened anew
        host.say(app, [snapshot(8, [])])
    calls.make("empty", _EMPTY)
    app.set_locale("en")
    host.settle(app)
    app.leave()
    given["told"] = host.told


def _two_tabs(given: dict[str, Any]) -> None:
    realm = Realm()
    hosts = [RehearsalHost(), RehearsalHost()]
    apps = [realm.connect(host, "it", f"2 {quote(AGENT_ID)}") for host in hosts]
    for host, app in zip(hosts, apps, strict=True):
        host.settle(app)
    first, second = zip(hosts, apps, strict=True)
    life = life_of_a_contact(1, ContactType.INBOUND)
    first[0].say(first[1], [snapshot(len(LIFE) + 1, []), *life[2:]])
    first[0].say(first[1], life_of_a_contact(len(LIFE) + 2, ContactType.INBOUND))
    first[0].say(first[1], [], '{"silent": true}')
    first[1].leave()
    second[0].settle(second[1])
    second[0].say(second[1], [snapshot(2 * len(LIFE) + 2, [])])
    second[0].say(second[1], life_of_a_contact(2 * len(LIFE) + 3, ContactType.DIALLER))
    second[1].leave()
    given["told in two tabs"] = [host.told for host in hosts]


class _Calls:
    """Makes calls of a page, and notes what they answered."""

    def __init__(self, host: RehearsalHost, app: App, given: dict[str, Any]) -> None:
        self._host = host
        self._app = app
        self._given = given
        self._last = 0

    def make(self, kind: str, calls: dict[str, list[Any]]) -> None:
        for method, values in calls.items():
            self._last += 1
            self._app.call(self._last, method, json.dumps(values), TRACE)
            self._host.settle(self._app)
            if self._last in self._host.answers:
                self._given[f"{method} {kind}"] = self._host.answers[self._last]

    def late(self, method: str, values: list[Any]) -> None:
        self._last += 1
        self._app.call(self._last, method, json.dumps(values), TRACE)
        self._app.abort(self._last, "TIMEOUT", 1)
        self._given[f"{method} late"] = self._host.answers[self._last]
