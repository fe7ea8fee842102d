"""How long an event takes from the telephone system's report to the callback on the page."""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

from tests.bench.browsers import Browser
from tests.bench.postbox import Tab
from tests.bench.results import EventResult
from tests.bench.stage import Stage
from tests.bench.streams import Arrival, Streams
from tests.bench.summary import spread, tail
from tests.bench.telephone import Posted, Report, Telephone
from tests.bench.traffic import COURSE, reports_of

# The first of the demo's operators are the pages' that measure calls.
_OPERATOR = "op{}@demo"
_FIRST_OPERATOR = 51
_WARM = 2 * len(COURSE)
_BLOCK = 5 * len(COURSE)
# Long enough for one event to be done with before the next, and never in step with anything.
_PAUSE_S = (0.03, 0.06)
_SETTLE_S = 0.5
_SKEW_MS = 2
"""How far a page's clock may be from the machine's: a page counts from its own start on."""


@dataclass
class _Visit:
    runtime: str
    agent: str
    token: str
    tab: Tab
    reported: str
    reports: Iterator[Report]
    moments: dict[str, list[float]] = field(default_factory=dict[str, list[float]])


def measure_events(
    stage: Stage, launch: Callable[[], Browser], runtimes: Iterable[str], count: int, advance: Callable[[str], None]
) -> list[EventResult]:
    """Report ``count`` events to a page of each runtime, one after the other, the pages by turns.

    A connection of our own reads the same operator's stream, and so does plain JavaScript on the same page: what they
    need is what an event takes to get so far.

    Raises:
        RuntimeError: a page was told something else than what happened.
    """
    with ExitStack() as stack:
        visits: list[_Visit] = []
        for number, runtime in enumerate(runtimes, _FIRST_OPERATOR):
            advance(f"events, {runtime}: getting ready")
            # A profile each: browsers keep few connections to one server, and a stream takes one.
            visits.append(_open(stage, stack.enter_context(closing(launch())), runtime, _OPERATOR.format(number)))
        asyncio.run(_measure(stage.service_url, visits, count, advance))
    return [_summarise(visit) for visit in visits]


def _open(stage: Stage, browser: Browser, runtime: str, agent: str) -> _Visit:
    tab, token = stage.box.new_tab(), stage.token(agent)
    browser.open_tab(stage.page("events.html", runtime=runtime, token=token, tab=str(tab.number)))
    return _Visit(runtime, agent, token, tab, tab.hear(), reports_of(agent))


async def _measure(url: str, visits: Sequence[_Visit], count: int, advance: Callable[[str], None]) -> None:
    streams = Streams()
    await streams.open(url, {visit.agent: visit.token for visit in visits})
    try:
        async with Telephone(url) as telephone:
            await _block(telephone, streams, visits, _WARM)
            for visit in visits:
                visit.moments.clear()
            for done in range(0, count, _BLOCK):
                size = min(_BLOCK, count - done)
                advance(f"events: {done + size} of {count}")
                await _block(telephone, streams, visits, size)
    finally:
        streams.close()


async def _block(telephone: Telephone, streams: Streams, visits: Sequence[_Visit], size: int) -> None:
    """Report some events to each page, and collect what came of them."""
    chance = random.Random(size)  # noqa: S311 -- nothing secret
    reports: dict[str, list[Report]] = {visit.agent: [] for visit in visits}
    posted: dict[str, list[Posted]] = {visit.agent: [] for visit in visits}
    for index in range(size):
        for turn in range(len(visits)):
            # Nobody always goes first.
            visit = visits[(index + turn) % len(visits)]
            report = next(visit.reports)
            reports[visit.agent].append(report)
            posted[visit.agent].append(await telephone.post([report]))
            await asyncio.sleep(chance.uniform(*_PAUSE_S))
    await asyncio.sleep(_SETTLE_S)
    arrivals = streams.take()
    for visit in visits:
        own = [arrival for arrival in arrivals if arrival.agent == visit.agent]
        # It waits in a thread of its own, so that the streams go on being read.
        said = await asyncio.to_thread(visit.tab.call, "take")
        _note(visit, reports[visit.agent], posted[visit.agent], own, said)


def _note(
    visit: _Visit, reports: Sequence[Report], posted: Sequence[Posted], arrivals: Sequence[Arrival], said: Any
) -> None:
    """Hold what was reported against what was told, in order, and note how long each took."""
    if abs(said["skewMs"]) > _SKEW_MS:
        raise RuntimeError(f"the clock of a page is {said['skewMs']:.1f} ms off")
    wanted = [(report["contactId"], report["event"]) for report in reports]
    for who in ("toolbar", "plain"):
        told = [(contact_id, event) for _, contact_id, event in said[who]]
        if told != wanted:
            raise RuntimeError(f"{visit.runtime}: {who} was told {told} where {wanted} was reported")
    if [arrival.number for arrival in arrivals] != [post.numbers[0] for post in posted]:
        raise RuntimeError(f"{visit.runtime}: the stream told other events than were taken")
    sent = [post.sent_ms for post in posted]
    seen = {
        "answered": [post.answered_ms for post in posted],
        "bytes": [arrival.seen_ms for arrival in arrivals],
        "plain": [moment for moment, _, _ in said["plain"]],
        "callback": [moment for moment, _, _ in said["toolbar"]],
    }
    for name, moments in seen.items():
        took = [moment - start for moment, start in zip(moments, sent, strict=True)]
        visit.moments.setdefault(name, []).extend(took)


def _summarise(visit: _Visit) -> EventResult:
    callback, plain, read = (visit.moments[name] for name in ("callback", "plain", "bytes"))
    return EventResult(
        runtime=visit.runtime,
        reported_runtime=visit.reported,
        callback=tail(callback),
        plain=spread(plain),
        read=spread(read),
        answered=spread(visit.moments["answered"]),
        # By event, not of the medians: a slow commit is slow for all who wait for it.
        after_read=spread([late - early for late, early in zip(callback, read, strict=True)]),
        after_plain=spread([late - early for late, early in zip(callback, plain, strict=True)]),
    )
