"""Takes the reports of a telephone system to the switchboard, each on its own, and says what became of each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from pydantic import JsonValue, ValidationError
from pydantic_core import from_json, to_json

from toolbar_py.service.telephony.webhook.messages import CtiResult, Taking
from toolbar_py.wire.actions import CtiReceipt, CtiReport
from toolbar_py.wire.errors import TooLargeError, ToolbarError
from toolbar_py.wire.problems import error_from_details, invalid
from toolbar_py.wire.texts import Locale, sentence

REPORTS_MAX = 100
"""How many reports one request may bring."""

_EVENT_ID_MAX = 200
"""How long a malformed one may be to be given back: enough to recognise it by."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One report as it was submitted.

    Args:
        event_id: its own id, if that can be read; of a malformed report perhaps malformed too.
        report: what it says, or what is wrong with it.
    """

    event_id: str | None
    report: CtiReport | ToolbarError


def read_submissions(body: bytes) -> list[Submission]:
    """Read a body: one report, or a list of them.

    A malformed report in a list does not keep the others from being taken: else one bad event would stop a gateway
    that repeats what was refused for ever.

    Raises:
        InvalidArgumentError: it is no JSON, neither an object nor a list, an empty list, or a single malformed report.
        TooLargeError: the list has more than 100 entries.
    """
    try:
        found: JsonValue = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise invalid("", "json", reason=str(error)) from None
    if isinstance(found, dict):
        report = _read(body, ())
        if isinstance(report, ToolbarError):
            raise report
        return [Submission(report.event_id, report)]
    if not isinstance(found, list):
        raise invalid("", "type", expected="object_or_list")
    if not found:
        raise invalid("", "empty")
    if len(found) > REPORTS_MAX:
        raise TooLargeError(argument="body", max=REPORTS_MAX, unit="entries")
    return [Submission(_event_id(each), _read(to_json(each), (number,))) for number, each in enumerate(found)]


class Reports(Protocol):
    """Where reports go: a switchboard, or the adapter that takes them there."""

    async def report(self, report: CtiReport) -> CtiReceipt:
        """Take one event; see :meth:`toolbar_py.service.telephony.port.Switchboard.report`."""
        ...


class Intake:
    """Takes reports, those of one operator or contact in their order.

    Args:
        reports: where they go.
    """

    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    async def take(self, submissions: Sequence[Submission], locale: Locale) -> list[CtiResult]:
        """Take reports; one that is refused does not stop those behind it.

        What happens at different desks is taken side by side, so that it can be committed together.

        Args:
            locale: the language of the sentences.

        Raises:
            ToolbarError: the service cannot take something now; what was taken by then is known the next time.
        """
        results: list[CtiResult | ToolbarError | None] = [None] * len(submissions)

        async def take_in_order(numbers: Sequence[int]) -> None:
            for number in numbers:
                each = submissions[number]
                results[number] = taken = await self._take(each.event_id, each.report, locale)
                if isinstance(taken, ToolbarError):
                    return

        await asyncio.gather(*map(take_in_order, _dependent(submissions)))
        for result in results:
            if isinstance(result, ToolbarError):
                raise result
        return [result for result in results if isinstance(result, CtiResult)]

    async def _take(
        self, event_id: str | None, report: CtiReport | ToolbarError, locale: Locale
    ) -> CtiResult | ToolbarError:
        """Take one; gives the error when it should be tried again."""
        if isinstance(report, ToolbarError):
            return _rejected(event_id, report, locale)
        try:
            receipt = await self._reports.report(report)
        except ToolbarError as error:
            if error.retryable:
                return error
            return _rejected(event_id, error, locale)
        if not receipt.taken:
            return CtiResult(event_id=event_id, result=Taking.KNOWN)
        return CtiResult(event_id=event_id, result=Taking.TAKEN, number=receipt.number)


def _dependent(submissions: Sequence[Submission]) -> list[list[int]]:
    """Give the places of the reports, those together that have an operator or a contact in common.

    A contact that is transferred leaves one desk before it comes to the other.
    """
    chains: list[tuple[set[tuple[str, str]], list[int]]] = []
    for number, each in enumerate(submissions):
        subjects, numbers = _subjects(each.report), [number]
        apart: list[tuple[set[tuple[str, str]], list[int]]] = []
        for chain in chains:
            if subjects.isdisjoint(chain[0]):
                apart.append(chain)
            else:
                subjects |= chain[0]
                numbers += chain[1]
        chains = [*apart, (subjects, sorted(numbers))]
    return [numbers for _, numbers in chains]


def _subjects(report: CtiReport | ToolbarError) -> set[tuple[str, str]]:
    if isinstance(report, ToolbarError):
        return set()
    return {("agent", report.agent), ("contact", report.contact_id)}


def _read(text: bytes, location: tuple[int, ...]) -> CtiReport | ToolbarError:
    try:
        return CtiReport.model_validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return error_from_details([{**each, "loc": (*location, *each["loc"])} for each in found])


def _rejected(event_id: str | None, error: ToolbarError, locale: Locale) -> CtiResult:
    return CtiResult(
        event_id=event_id,
        result=Taking.REJECTED,
        code=error.code,
        reason=sentence(error, locale),
        details=error.details,
    )


def _event_id(entry: JsonValue) -> str | None:
    found = cast(dict[str, JsonValue], entry).get("eventId") if isinstance(entry, dict) else None
    return found if isinstance(found, str) and len(found) <= _EVENT_ID_MAX else None
