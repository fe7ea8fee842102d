"""Holds the results against what was set out to reach (issues 3 and 4, design: budgets)."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.plan import DEFAULT, STOCK
from tests.bench.results import BootResult, BrowserName, CrowdStep, EventResults, Results, State, Traffic
from tests.bench.summary import Spread

WARM_RATIO = 0.15
EMPTY_RATIO = 0.30
SHARED_RATIO = 0.03
TASK_MS = 50
DIRECT_MS = 0.5
PORT_MS = 1.0
LEGACY_RATIO = 1.0
HEAP_MB = 40
WIRE_MB = 9
EVENT_MS = 10
RELOAD_MS = 1_000
CROWD_MEDIAN_MS = 50
CROWD_P99_MS = 250
_MB = 1_000_000
_UNTIL_WARM = (State.EMPTY, State.WARM)


@dataclass(frozen=True)
class Verdict:
    """One goal.

    Args:
        what: the quantity.
        limit: what it may be at most, with its unit.
        measured: what it is; empty when it was not measured.
        met: None when it was not measured.
    """

    what: str
    limit: str
    measured: str
    met: bool | None


def find_boot(results: Results, runtime: str, state: State, browser: BrowserName) -> BootResult | None:
    """Give the boots of one subject; a runtime that is the default's choice was measured as the default."""
    if runtime != DEFAULT and runtime == results.runtimes.get(DEFAULT):
        runtime = DEFAULT
    for result in results.boots:
        subject = result.subject
        if (subject.runtime, subject.state, subject.browser) == (runtime, state, browser) and not subject.same_origin:
            return result
    return None


def stock_ratio(results: Results, boot: BootResult) -> float | None:
    """Give a boot's share of the stock boot in the same browser: with an empty cache only if its own was empty."""
    state = State.EMPTY if boot.subject.state is State.EMPTY else State.WARM
    stock = find_boot(results, STOCK, state, boot.subject.browser)
    return None if stock is None else boot.boot.median / stock.boot.median


def judge(results: Results) -> list[Verdict]:
    """Judge every goal, for the default runtime in Chromium unless the goal itself names others."""
    events = [] if results.events is None else judge_events(results.events)
    return [*_boots(results), *_tasks(results), *_calls(results), *_memory(results), *_reloads(results), *events]


def added_ms(toolbar: Spread, plain: Spread) -> float:
    """Give the time that a call takes more than another, by their medians."""
    return round(toolbar.median - plain.median, 3)


def judge_events(events: EventResults) -> list[Verdict]:
    """Judge the goals for events: on each page, and for a crowd of operators at a realistic rate of each traffic."""
    return [*_pages(events), *_crowd(events)]


def keeps(step: CrowdStep) -> bool:
    """Say whether everything arrived, in order and in time."""
    in_time = step.latency.median <= CROWD_MEDIAN_MS and step.latency.p99 <= CROWD_P99_MS
    return in_time and step.missing == 0 and step.gaps == 0


def _boots(results: Results) -> Iterator[Verdict]:
    wanted = (
        (State.WARM, "warm boot to first answered call / stock", WARM_RATIO),
        (State.EMPTY, "first-visit boot / stock, both with an empty cache", EMPTY_RATIO),
        (State.TAB, "second tab with a shared runtime alive / stock", SHARED_RATIO),
        (State.NAVIGATION, "navigation with a shared runtime alive / stock", SHARED_RATIO),
    )
    for state, what, limit in wanted:
        boot = find_boot(results, DEFAULT, state, BrowserName.CHROMIUM)
        ratio = stock_ratio(results, boot) if boot else None
        if boot is None or ratio is None:
            yield Verdict(what, f"{limit:.2f}", "", None)
        else:
            yield Verdict(what, f"{limit:.2f}", f"{ratio:.3f} ({boot.boot.median:.0f} ms)", ratio <= limit)


def _tasks(results: Results) -> Iterator[Verdict]:
    for state in _UNTIL_WARM:
        what = f"longest main-thread task during boot, default runtime, {state}"
        boot = find_boot(results, DEFAULT, state, BrowserName.CHROMIUM)
        task = boot.longest_task if boot else None
        if task is None:
            yield Verdict(what, f"{TASK_MS} ms", "", None)
        else:
            measured = task_text(task)
            if task.high > task.median:
                measured += f" (worst round: {task.high:.0f} ms)"
            yield Verdict(what, f"{TASK_MS} ms", measured, task.median <= TASK_MS)


def task_text(task: Spread) -> str:
    """Say how long the longest task was: browsers tell of those over 50 ms only."""
    return f"{task.median:.0f} ms" if task.median > 0 else f"none over {TASK_MS} ms"


def _calls(results: Results) -> Iterator[Verdict]:
    for call in results.calls:
        if call.setting != results.main_setting:
            continue
        direct = call.reported_runtime == "page"
        limit = DIRECT_MS if direct else PORT_MS
        how = "direct" if direct else "over a port"
        added = added_ms(call.toolbar, call.plain)
        what = f"added time of a call over plain JavaScript, {how}: {runtime_name(results, call.runtime)}"
        yield Verdict(what, f"{limit} ms", f"{added:.2f} ms", added <= limit)
    for call in results.calls:
        if call.runtime == DEFAULT:
            share = call.toolbar.median / call.legacy.median
            what = f"call latency / the legacy way, default runtime, page of {call.setting}"
            yield Verdict(what, f"{LEGACY_RATIO:.1f}", f"{share:.2f}", share <= LEGACY_RATIO)


def _memory(results: Results) -> Iterator[Verdict]:
    for many in results.many:
        heap = [census.heap_bytes for census in many.census]
        objects = [(census.proxies, census.references) for census in many.census]
        flat = len(set(heap)) == 1 and len(set(objects)) == 1
        what = f"Wasm heap after {many.census[-1].calls:,} calls: {runtime_name(results, many.runtime)}"
        measured = f"{heap[-1] / _MB:.1f} MB, {'flat' if flat else 'not flat'}"
        yield Verdict(what, f"{HEAP_MB} MB, flat", measured, flat and heap[-1] <= HEAP_MB * _MB)
    for wire in results.wire:
        if wire.runtime == DEFAULT:
            megabytes = wire.bytes_received / _MB
            measured = f"{megabytes:.2f} MB"
            yield Verdict("bytes of a first visit, compressed", f"{WIRE_MB} MB", measured, megabytes <= WIRE_MB)


def _reloads(results: Results) -> Iterator[Verdict]:
    for runtime in dict.fromkeys(reload.runtime for reload in results.reloads):
        # Within the time means each one.
        slowest = max(
            (reload for reload in results.reloads if reload.runtime == runtime), key=lambda reload: reload.took.high
        )
        what = f"a page that reloads in the middle of a call has its answers: {runtime_name(results, runtime)}"
        measured = f"{slowest.took.high:.0f} ms at worst ({slowest.phase})"
        yield Verdict(what, f"{RELOAD_MS:,} ms", measured, slowest.took.high <= RELOAD_MS)


def _pages(events: EventResults) -> Iterator[Verdict]:
    for page in events.pages:
        name = setting_name(page.runtime, page.reported_runtime)
        median = page.callback.median
        what = f"event in the service to callback on the page, median: {name}"
        yield Verdict(what, f"{EVENT_MS} ms", f"{median:.1f} ms", median <= EVENT_MS)


def _crowd(events: EventResults) -> Iterator[Verdict]:
    crowd = events.crowd
    if crowd is None:
        yield Verdict("many operators at one service, median", f"{CROWD_MEDIAN_MS} ms", "", None)
        yield Verdict("many operators at one service, p99", f"{CROWD_P99_MS} ms", "", None)
        return
    for traffic in Traffic:
        # The slowest rate of each is the realistic one; the others look for the limit.
        step = next((found for found in crowd.steps if found.traffic is traffic), None)
        if step is None:
            continue
        what = f"{crowd.operators:,} operators, {step.rate:.0f} events a second by {traffic}"
        for name, limit, took in (
            ("median", CROWD_MEDIAN_MS, step.latency.median),
            ("p99", CROWD_P99_MS, step.latency.p99),
        ):
            yield Verdict(f"{what}, {name}", f"{limit} ms", f"{took:.1f} ms", took <= limit)
        lost = step.missing + step.gaps
        yield Verdict(f"{what}, missing or out of order", "0", str(lost), lost == 0)


def runtime_name(results: Results, runtime: str) -> str:
    """Name a runtime setting, and for the default what it chose."""
    if runtime == STOCK:
        return "stock Pyodide"
    return setting_name(runtime, results.runtimes.get(DEFAULT, ""))


def setting_name(runtime: str, reported: str) -> str:
    """Name a runtime setting. ``reported``: what the default chose."""
    return f"auto (here {reported})" if runtime == DEFAULT else runtime
