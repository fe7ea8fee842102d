"""The demo's own check can fail: wherever an answer is not the right one, it says so."""

import io
import json
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import JsonValue
from rich.console import Console

from tests.support.service import ServiceProcess
from toolbar_py.cli.democheck.calls import FIRST, SECOND, all_calls
from toolbar_py.cli.democheck.expectations import ABSENT, Expected, differences, list_with, number_from, text_with
from toolbar_py.cli.democheck.hostpage import crm_site
from toolbar_py.cli.democheck.report import Asked, Report
from toolbar_py.cli.democheck.run import check, chromium
from toolbar_py.cli.democheck.steps import Desk, play, start

_STEPS = [step for part in all_calls(0) for step in part.steps]

_LIES: list[JsonValue] = [
    None,
    {},
    {"resolves": None, "requests": 1},
    {"resolves": {}, "requests": 0},
    {"resolves": {"result": True, "ecid": "demo|1|1|1", "readOnly": False, "terminated": False}, "requests": 1},
    {"resolves": {"result": False, "error": "no", "errorCode": "SERVICE", "retryable": True}, "requests": 1},
    {"rejects": {"name": "ToolbarError", "code": "SERVICE", "message": "no", "retryable": True}, "requests": 1},
]


class _Liar:
    """A page on which everything answers the same."""

    def __init__(self, answer: JsonValue) -> None:
        self._answer = answer

    def ready(self) -> JsonValue:
        return self._answer

    def sign_in(self, operator: str, password: str) -> JsonValue:
        return self._answer

    def call(self, method: str, values: Sequence[JsonValue]) -> JsonValue:
        return self._answer


@pytest.mark.parametrize("lie", _LIES)
def test_every_step_notices_a_lie(lie: JsonValue) -> None:
    desks: dict[str, Desk] = {FIRST: _Liar(lie), SECOND: _Liar(lie)}
    out = io.StringIO()
    report = Report(Console(file=out))
    start(desks, report)
    play(all_calls(0), desks, report)
    assert report.finish() is False
    assert "✓" not in out.getvalue()
    assert out.getvalue().count("✗") == len(_STEPS) + 4


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (True, 1),
        (1, True),
        ("a", "b"),
        (False, None),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, [1]),
        ({"a": ABSENT}, {"a": None}),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1]}}),
        ([], [1]),
        ([{"a": 1}], [{"a": 2}]),
        (number_from(5), 4),
        (number_from(0), True),
        (text_with("x"), "y"),
        (list_with({"a": 1}), [{"a": 2}]),
        (list_with({"a": 1}), []),
    ],
)
def test_what_is_not_as_expected_is_a_difference(expected: Expected, found: JsonValue) -> None:
    assert len(differences(expected, found)) == 1


def test_what_is_as_expected_is_none() -> None:
    expected: Expected = {"a": [True, {"b": text_with("x")}], "c": ABSENT, "d": list_with({"e": number_from(1)})}
    assert differences(expected, {"a": [True, {"b": "axb"}], "d": [{"e": 0}, {"e": 1}], "more": None}) == []


def test_a_difference_names_the_place_and_both_sides() -> None:
    found: JsonValue = {"resolves": {"labels": [{"name": "perché", "value": 2}]}}
    expected: Expected = {"resolves": {"labels": [{"name": "perché", "value": "2"}], "ecid": "demo|1|1|1"}}
    assert differences(expected, found) == [
        'resolves.labels[0].value: expected "2", got 2',
        'resolves.ecid: expected "demo|1|1|1", got nothing',
    ]


def test_a_report_without_any_step_is_not_a_success() -> None:
    assert Report(Console(file=io.StringIO())).finish() is False


def test_long_lists_are_shortened_on_a_terminal_only() -> None:
    answer: JsonValue = {"outcomes": [{"code": code} for code in "abcd"]}
    terminal, piped = io.StringIO(), io.StringIO()
    Report(Console(file=terminal, force_terminal=True, no_color=True, width=100)).step(Asked("op", "x"), answer, [])
    Report(Console(file=piped)).step(Asked("op", "x"), answer, [])
    assert "… 3 more" in terminal.getvalue()
    assert json.loads(piped.getvalue().splitlines()[1]) == answer


def test_a_service_that_answers_something_else_fails_the_check(tmp_path: Path) -> None:
    with crm_site() as site, ServiceProcess(tmp_path, origins=[site.origin]) as service, chromium() as browser:
        _ask(service, "save", {"ecid": "demo|1|1|2", "outcome": "NEGATIVE"})
        _ask(service, "open-inbound", {"contactId": "68-first@pddialer1.example"})
        out = io.StringIO()
        assert check(service.url, service.log, site, browser, Console(file=out)) is False
    lines = out.getvalue().splitlines()
    wrong = [line.split(maxsplit=3)[3] for line in lines if line.startswith("✗")]
    assert 'EASYCIM.openScript("68-out-1@pddialer1.example", "demo|1|1|2", false)' in wrong
    assert 'EASYCIM.getContactInfoWS("demo|1|1|2")' in wrong
    assert "takes the inbound contact 68-in-2@pddialer1.example" in wrong
    assert "     resolves.terminated: expected left out, got true" in lines
    assert '     contact.ECID: expected "demo|1|2|2", got "demo|1|2|3"' in lines
    assert lines[-1].endswith("answers were wrong.")
    # What the spoilt contacts have nothing to do with is still right.
    assert any(line.startswith("✓") and "demo|1|1|3" in line for line in lines)


def _ask(service: ServiceProcess, what: str, body: dict[str, str]) -> None:
    """Let somebody else work on the data before the check begins."""
    headers = {
        "authorization": f"Bearer {service.token('op9@demo')}",
        "content-type": "application/json",
        "idempotency-key": "somebody-else-was-here",
    }
    address = f"{service.url}/easycim/v1/scripts/{what}"
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)  # noqa: S310 (loopback, ours)
    with urllib.request.urlopen(request) as response:  # noqa: S310
        assert response.status == 200
