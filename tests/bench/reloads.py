"""How soon a page that comes back in the middle of a call is told what it was told before."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from tests.bench.browsers import Browser
from tests.bench.postbox import Tab
from tests.bench.results import ReloadResult
from tests.bench.stage import Stage
from tests.bench.summary import spread
from tests.bench.telephone import Report, Telephone
from tests.bench.traffic import COURSE, reports_of

_OPERATOR = "op{}@demo"
_FIRST_OPERATOR = 61
PHASES = {"POPUP": "POPUP", "dialing": "dialing", "established": "established", "after-call work": "connectioncleared"}
"""The phases of a call in which a page comes back, each with the event that begins it."""


@dataclass
class _Visit:
    runtime: str
    agent: str
    url: str
    tab: Tab
    reported: str
    took: dict[str, list[float]] = field(default_factory=dict[str, list[float]])


def measure_reloads(
    stage: Stage, launch: Callable[[], Browser], runtimes: Iterable[str], rounds: int, advance: Callable[[str], None]
) -> list[ReloadResult]:
    """Let a page of each runtime come back ``rounds`` times in each phase of a call, the pages by turns.

    Raises:
        RuntimeError: a page was told something else than before, or an event again.
    """
    with ExitStack() as stack:
        visits: list[_Visit] = []
        for number, runtime in enumerate(runtimes, _FIRST_OPERATOR):
            visits.append(_open(stage, stack.enter_context(closing(launch())), runtime, _OPERATOR.format(number)))
        asyncio.run(_measure(stage.service_url, visits, rounds, advance))
    return [
        ReloadResult(runtime=visit.runtime, reported_runtime=visit.reported, phase=phase, took=spread(took, 1))
        for visit in visits
        for phase, took in visit.took.items()
    ]


def _open(stage: Stage, browser: Browser, runtime: str, agent: str) -> _Visit:
    tab = stage.box.new_tab()
    url = stage.page("reloads.html", runtime=runtime, token=stage.token(agent), tab=str(tab.number))
    browser.open_tab(url)
    return _Visit(runtime, agent, url, tab, tab.hear())


async def _measure(url: str, visits: Sequence[_Visit], rounds: int, advance: Callable[[str], None]) -> None:
    async with Telephone(url) as telephone:
        for phase, event in PHASES.items():
            advance(f"reloads in {phase}")
            contacts = [list(islice(reports_of(visit.agent, phase), len(COURSE))) for visit in visits]
            begun = COURSE.index(event) + 1
            before: list[Any] = []
            for visit, reports in zip(visits, contacts, strict=True):
                before.append(await _bring(telephone, visit, reports[:begun], event))
            for number in range(rounds):
                for visit, reports, told in zip(visits, contacts, before, strict=True):
                    await _come_back(visit, phase, number, reports[0]["contactId"], told)
            for visit, reports in zip(visits, contacts, strict=True):
                await telephone.post(reports[begun:])
                await asyncio.to_thread(visit.tab.call, "gone", reports[0]["contactId"])


async def _bring(telephone: Telephone, visit: _Visit, reports: Sequence[Report], event: str) -> Any:
    """Let a contact come as far as an event, have the page open its script, and give what the page is told."""
    await telephone.post(reports)
    ecid = reports[0]["callData"][0]["value"]
    return (await asyncio.to_thread(visit.tab.call, "open", reports[0]["contactId"], ecid, event))["told"]


async def _come_back(visit: _Visit, phase: str, number: int, contact: str, before: Any) -> None:
    visit.tab.tell(go=f"{visit.url}&contact={contact}&visit={number}")
    said = await asyncio.to_thread(visit.tab.hear)
    if said["told"] != before:
        raise RuntimeError(f"{visit.runtime}, {phase}: the page was told {said['told']} where it was {before}")
    if said["heard"]:
        raise RuntimeError(f"{visit.runtime}, {phase}: the page was told {said['heard']} events again")
    visit.took.setdefault(phase, []).append(said["tookMs"])
