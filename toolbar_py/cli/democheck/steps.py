"""A step of the check, and how the steps are played on the operators' pages."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from toolbar_py import __version__
from toolbar_py.cli.democheck.expectations import SOME_TEXT, Expected, differences, number_from
from toolbar_py.cli.democheck.report import Asked, Report

PASSWORD = "demo"  # noqa: S105 (of the invented operators)

_READY: Expected = {"resolves": {"version": __version__, "runtime": SOME_TEXT, "bootMs": number_from(1)}}


class Desk(Protocol):
    """An operator's page that calls the toolbar."""

    def ready(self) -> JsonValue:
        """Give what ``TOOLBAR.ready`` comes to: ``{resolves}`` or ``{rejects}``."""
        ...

    def sign_in(self, operator: str, password: str) -> JsonValue:
        """Sign the operator in: ``{operator, signedIn}``."""
        ...

    def call(self, method: str, values: Sequence[JsonValue]) -> JsonValue:
        """Call a method of ``TOOLBAR.EASYCIM``.

        Returns:
            ``{resolves: answer}`` or ``{rejects: error}``, with the number of ``requests`` that easyCIM got for it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One call.

    Args:
        operator: who calls.
        method: of ``TOOLBAR.EASYCIM``.
        values: the arguments.
        expected: what comes back, see :meth:`Desk.call`.
    """

    operator: str
    method: str
    values: Sequence[JsonValue]
    expected: Expected

    @property
    def asked(self) -> Asked:
        """The step in words."""
        values = ", ".join(json.dumps(value, ensure_ascii=False) for value in self.values)
        return Asked(self.operator, f"EASYCIM.{self.method}({values})")


@dataclass(frozen=True, slots=True)
class Part:
    """Steps that belong together."""

    title: str
    steps: Sequence[Step]


def start(desks: Mapping[str, Desk], report: Report) -> None:
    """Wait until the toolbar is up on every page, and sign its operator in."""
    report.title("The toolbar starts on a page of another origin")
    for operator, desk in desks.items():
        judge(report, Asked(operator, "TOOLBAR.ready"), _READY, desk.ready())
        expected: Expected = {"operator": operator, "signedIn": True}
        judge(report, Asked(operator, "the page signs in"), expected, desk.sign_in(operator, PASSWORD))


def play(parts: Sequence[Part], desks: Mapping[str, Desk], report: Report) -> None:
    """Make every call.

    Args:
        desks: the page of each operator.
    """
    for part in parts:
        report.title(part.title)
        for step in part.steps:
            judge(report, step.asked, step.expected, desks[step.operator].call(step.method, step.values))


def judge(report: Report, asked: Asked, expected: Expected, answer: JsonValue) -> None:
    """Compare what came back with what is expected, and report both."""
    report.step(asked, answer, differences(expected, answer))
