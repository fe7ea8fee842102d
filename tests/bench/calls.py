"""What a call costs: the same question through TOOLBAR, in plain JavaScript and the legacy way, by turns."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

from tests.bench.browsers import Browser
from tests.bench.postbox import Tab
from tests.bench.results import CallResult, Census, ManyResult
from tests.bench.stage import Stage
from tests.bench.summary import middle_mean, spread

_BLOCK = 25
_MANY_BLOCK = 1_000
_WAYS = ("toolbar", "plain", "legacy")
_FLOORS = ("instant fetch", "instant socket", "refused call")
_FLOORS_TOLD = (*_FLOORS, "refused call, back to back")
_ECID = "demo|1|1|{}"
# Which of the demo campaign's contacts are asked for: most by one way only and once, the last by all, repeatedly.
_FRESH = {"toolbar": 1, "plain": 301, "legacy": 601}
_FRESH_EACH = 300
_KNOWN = [_ECID.format(number) for number in range(901, 951)]
_IN_FLIGHT = 4

CROSS = "another origin"
"""Every address has been asked for before: the browser remembers the preflight's answer."""
CROSS_FRESH = "another origin, each ECID for the first time"
"""A page's own request needs a preflight each."""
SAME = "the service's origin"
"""No preflights."""


@dataclass
class _Visit:
    runtime: str
    setting: str
    tab: Tab
    reported: str
    durations: dict[str, list[float]]


def measure_calls(
    stage: Stage, launch: Callable[[], Browser], reported: Iterable[str], calls: int, advance: Callable[[str], None]
) -> list[CallResult]:
    """Make ``calls`` calls in each way on a page of each runtime, a block on each page by turns."""
    with ExitStack() as stack:
        visits: list[_Visit] = []
        for runtime in reported:
            # A profile each, because preflights are remembered in it.
            browser = stack.enter_context(closing(launch()))
            for setting in (CROSS, SAME):
                advance(f"calls, {runtime}, page of {setting}: getting ready")
                visits.append(_open(stage, browser, runtime, setting))
        for done in range(0, calls, _BLOCK):
            size = min(_BLOCK, calls - done)
            advance(f"calls: {done + size} of {calls}")
            known = [_KNOWN[(done + index) % len(_KNOWN)] for index in range(size)]
            for visit in visits:
                _take_turns(visit, dict.fromkeys((*_WAYS, *_FLOORS), known))
        results = [_summarise(visit) for visit in visits]
        fresh = [visit for visit in visits if visit.setting == CROSS]
        for visit in fresh:
            visit.setting = CROSS_FRESH
            visit.durations.clear()
        limit = min(calls, _FRESH_EACH)
        for done in range(0, limit, _BLOCK):
            size = min(_BLOCK, limit - done)
            advance(f"calls, each ECID for the first time: {done + size} of {limit}")
            ecids = {
                way: [_ECID.format(first + done + index) for index in range(size)] for way, first in _FRESH.items()
            }
            for visit in fresh:
                _take_turns(visit, ecids)
        return results + [_summarise(visit) for visit in fresh]


def measure_many(
    stage: Stage, launch: Callable[[], Browser], reported: Iterable[str], count: int, advance: Callable[[str], None]
) -> list[ManyResult]:
    """Make ``count`` calls in each runtime, and look at what is alive before, halfway and after."""
    results: list[ManyResult] = []
    for runtime in reported:
        with closing(launch()) as browser:
            visit = _open(stage, browser, runtime, CROSS)
            census = [_census(visit, 0)]
            for until in (count // 2, count):
                for done in range(census[-1].calls, until, _MANY_BLOCK):
                    advance(f"many calls, {runtime}: {done} of {count}")
                    visit.tab.call("repeat", min(_MANY_BLOCK, until - done), _KNOWN, _IN_FLIGHT)
                census.append(_census(visit, until))
            results.append(ManyResult(runtime=runtime, reported_runtime=visit.reported, census=census))
    return results


def _open(stage: Stage, browser: Browser, runtime: str, setting: str) -> _Visit:
    tab = stage.box.new_tab()
    address = stage.page("calls.html", same_origin=setting == SAME, runtime=runtime, tab=str(tab.number))
    browser.open_tab(address)
    visit = _Visit(runtime, setting, tab, tab.hear(), {})
    _compare(tab.call("compare", _KNOWN[0]))
    _take_turns(visit, dict.fromkeys((*_WAYS, *_FLOORS), _KNOWN))
    visit.durations.clear()
    return visit


def _compare(answers: dict[str, dict[str, Any]]) -> None:
    """Make sure that all ways bring the same data."""
    wanted = answers["plain"]
    for way, answer in answers.items():
        for name in ("ecid", "phoneNumber", "listFieldValueList", "outcomes"):
            if answer[name] != wanted[name]:
                raise RuntimeError(f"{way} brings another {name}")


def _take_turns(visit: _Visit, ecids: Mapping[str, list[str]]) -> None:
    found: dict[str, list[float]] = visit.tab.call("takeTurns", dict(ecids))
    for way, durations in found.items():
        visit.durations.setdefault(way, []).extend(durations)


def _summarise(visit: _Visit) -> CallResult:
    toolbar, plain = visit.durations["toolbar"], visit.durations["plain"]
    return CallResult(
        runtime=visit.runtime,
        reported_runtime=visit.reported,
        setting=visit.setting,
        toolbar=spread(toolbar),
        plain=spread(plain),
        legacy=spread(visit.durations["legacy"]),
        service=spread(visit.durations["service"]),
        floors={name: spread(visit.durations[name]) for name in _FLOORS_TOLD if name in visit.durations},
        toolbar_mean=round(middle_mean(toolbar), 3),
        plain_mean=round(middle_mean(plain), 3),
    )


def _census(visit: _Visit, calls: int) -> Census:
    return Census.model_validate({**visit.tab.call("census"), "calls": calls})
