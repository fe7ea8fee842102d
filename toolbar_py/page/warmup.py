"""Runs every code path once, so that a memory image holds a warmed interpreter; and the image's own self-test.

Models build their validators when first used, Python specialises its bytecode as it runs, and some modules are imported
late: after an image is restored there is no file system to import from, so all of that happens before it is made.
"""

import json
from typing import Any

from toolbar_py.page.app import App
from toolbar_py.wire.contacts import Attempt, ContactInfo, ContactState, CustomerInfo, FieldValue, NameValue, Outcome
from toolbar_py.wire.contacts import OutcomeKind as Kind
from toolbar_py.wire.errors import Code, Problem, ToolbarError
from toolbar_py.wire.scripts import OpenAnswer, OpenedScript, SaveAnswer, SavedScript
from toolbar_py.wire.texts import LOCALES, sentence

# CPython specialises a function's bytecode after a handful of runs.
_ROUNDS = 12
_TRACE = "0" * 32
_ECID = "warm|1|1|1"


class RehearsalHost:
    """Plays the browser and easyCIM, with made-up answers."""

    def __init__(self) -> None:
        self.answers: dict[int, tuple[bool, str]] = {}
        self._asked: list[tuple[int, str, str]] = []

    def now_ms(self) -> int:
        """A fixed moment: an image must not hold the time of its making."""
        return 0

    def random(self) -> float:
        """No randomness, for the same reason."""
        return 0.0

    def ask(self, ask_id: int, kind: str, head: str, body: str) -> None:
        """Note what is asked; it is answered in :meth:`settle`, as a browser would, later."""
        self._asked.append((ask_id, kind, head))

    def cancel(self, ask_id: int) -> None:
        """Forget what was asked."""
        self._asked = [asked for asked in self._asked if asked[0] != ask_id]

    def answer(self, call_id: int, ok: bool, text: str) -> None:
        """Note the answer of a call."""
        self.answers[call_id] = (ok, text)

    def log(self, level: str, text: str) -> None:
        """Say nothing."""

    def settle(self, app: App) -> None:
        """Answer everything that is asked, until nothing is."""
        while self._asked:
            ask_id, kind, head = self._asked.pop(0)
            app.resume(ask_id, *self._reply(kind, head))

    def _reply(self, kind: str, head: str) -> tuple[str, str]:
        if kind == "find":
            return "{}", _info().to_json()
        if kind != "fetch":
            return "{}", ""
        path = head.split(" ")[1]
        if path == "/scripts/save":
            return "200", SavedScript(answer=_save_answer(), attempt=_attempt()).to_json()
        if path.startswith("/scripts/"):
            return "200", OpenedScript(answer=_open_answer(), contact_info=_info()).to_json()
        if path.endswith("missing"):
            return "404 ", _problem().to_json()
        return "200", _info().to_json()


def rehearse() -> dict[str, Any]:
    """Make every call in every way it can end, several times.

    Returns:
        for each kind of call what it answered, for the self-test to compare.
    """
    host = RehearsalHost()
    app = App(host, "it")
    calls: dict[str, list[Any]] = {
        "openScript": ["", _ECID, True],
        "openScriptInbound": ["warm-1"],
        "getContactInfo": [_ECID],
        "getContactInfoWS": [_ECID],
        "saveScript": [_ECID, "POSITIVE", True, "nota", [{"key": "a", "value": 1}]],
    }
    wrong: dict[str, list[Any]] = {
        "openScript": [1, None],
        "getContactInfoWS": ["missing"],
        "saveScript": [_ECID, "POSITIVE", "yes", "n" * 5_000, [{}]],
    }
    given: dict[str, Any] = {}
    call_id = 0
    for _ in range(_ROUNDS):
        for kind, group in (("right", calls), ("wrong", wrong)):
            for method, values in group.items():
                call_id += 1
                app.call(call_id, f"EASYCIM.{method}", json.dumps(values), _TRACE)
                host.settle(app)
                given[f"{method} {kind}"] = host.answers[call_id]
        call_id += 1
        app.call(call_id, "EASYCIM.openScript", json.dumps(["", _ECID]), _TRACE)
        app.abort(call_id, "TIMEOUT", 1)
        given["openScript late"] = host.answers[call_id]
    for error in ToolbarError.__subclasses__():
        for locale in LOCALES:
            sentence(error(), locale)
    return given


def _info() -> ContactInfo:
    fields = [FieldValue(field_name="campo", categorized_field_key_code="C", value="v")]
    return ContactInfo(
        ecid=_ECID,
        contact_id="warm-1",
        phone_number="0",
        macro_activity="WARM",
        campaign="Warm",
        state=ContactState.RESERVED,
        terminated=False,
        read_only=False,
        type="outbound",
        media_type="telephony",
        job_type="manual",
        list_field_value_list=fields,
        customer_info=CustomerInfo(list_field_value_list=fields),
        contact_info=[NameValue(name="campo", value="v")],
        outcomes=[Outcome(code="POSITIVE", label="Positivo", kind=Kind.POSITIVE, final=True)],
        attempts=[_attempt()],
        appointments=[],
    )


def _open_answer() -> OpenAnswer:
    info = _info()
    return OpenAnswer(
        ecid=_ECID,
        contact_id="",
        macro_activity="WARM",
        campaign="Warm",
        phone_number="0",
        lease_until=1,
        list_field_value_list=info.list_field_value_list,
        outcomes=info.outcomes,
    )


def _attempt() -> Attempt:
    return Attempt(at=0, agent="warm", outcome="POSITIVE", note="", labels=[], duration_sec=0)


def _save_answer() -> SaveAnswer:
    return SaveAnswer(
        operation_id=_TRACE,
        ecid=_ECID,
        contact_id="",
        outcome="POSITIVE",
        final=True,
        terminated=True,
        offline_end=True,
        saved_at=0,
        delivered=True,
    )


def _problem() -> Problem:
    return Problem(
        title="Not Found", status=404, detail="", code=Code.UNKNOWN_ECID, retryable=False, details={"ecid": "missing"}
    )
