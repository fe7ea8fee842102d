"""What counts as reached."""

from typing import Any

import pytest

from tests.bench.goals import Verdict, judge, keeps
from tests.bench.results import CrowdStep, EventResults, State, WireResult
from tests.bench.samples import boot, call, crowd, event_page, event_results, many, reload, results, step


def _verdict(start: str, **changed: Any) -> Verdict:
    found = [verdict for verdict in judge(results(**changed)) if verdict.what.startswith(start)]
    assert found, start
    return found[0]


def test_a_run_right_at_the_limits_meets_every_goal() -> None:
    assert {verdict.met for verdict in judge(results())} == {True}


@pytest.mark.parametrize(
    ("start", "state", "ms"),
    [
        ("warm boot", State.WARM, 451),
        ("first-visit boot", State.EMPTY, 1501),
        ("second tab", State.TAB, 91),
        ("navigation", State.NAVIGATION, 91),
    ],
)
def test_a_boot_beyond_its_share_of_stock_misses(start: str, state: State, ms: float) -> None:
    boots = [given for given in results().boots if (given.subject.runtime, given.subject.state) != ("auto", state)]
    assert _verdict(start, boots=[*boots, boot("auto", state, ms)]).met is False


def test_a_first_visit_is_held_against_the_stock_first_visit() -> None:
    assert _verdict("first-visit boot").measured == "0.300 (1500 ms)"


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    boots = [given for given in results().boots if given.subject.state is not State.TAB]
    assert _verdict("second tab", boots=boots) == Verdict(
        "second tab with a shared runtime alive / stock", "0.03", "", None
    )


def test_a_long_task_misses_and_tells_the_worst_round() -> None:
    boots = [*results().boots[:3], boot("auto", State.WARM, 450, tasks=[0, 60, 80])]
    verdict = _verdict("longest main-thread task during boot, default runtime, warm", boots=boots)
    assert (verdict.met, verdict.measured) == (False, "60 ms (worst round: 80 ms)")


@pytest.mark.parametrize(
    ("runtime", "reported", "added", "met"),
    [("page", "page", 0.6, False), ("auto", "page", 0.6, False), ("auto", "shared", 0.6, True)],
)
def test_a_port_may_cost_more_than_the_page(runtime: str, reported: str, added: float, met: bool) -> None:
    calls = [call(runtime, reported, 3.0 + added, 3.0, 4.0)]
    assert _verdict("added time", calls=calls).met is met


def test_slower_than_the_legacy_way_misses() -> None:
    verdict = _verdict("call latency", calls=[call("auto", "shared", 4.4, 4.0, 4.0)])
    assert (verdict.met, verdict.measured) == (False, "1.10")


@pytest.mark.parametrize(
    ("last", "met"),
    [
        ((10_000, 31_000_000, 6, 20), True),
        ((10_000, 31_000_000, 7, 20), False),
        ((10_000, 31_000_000, 6, 21), False),
        ((10_000, 32_000_000, 6, 20), False),
    ],
)
def test_any_growth_over_many_calls_misses(last: tuple[int, int, int, int], met: bool) -> None:
    assert _verdict("Wasm heap", many=[many((0, 31_000_000, 6, 20), last)]).met is met


def test_a_heap_that_is_flat_and_too_large_misses() -> None:
    census = [(calls, 41_000_000, 6, 20) for calls in (0, 10_000)]
    assert _verdict("Wasm heap", many=[many(*census)]).met is False


def test_too_many_bytes_miss() -> None:
    wire = [WireResult(runtime="auto", bytes_received=9_000_001, files={})]
    assert _verdict("bytes", wire=wire).met is False


def test_a_single_reload_that_takes_too_long_misses() -> None:
    reloads = [reload("auto", "POPUP", 100, 1_001, 100), reload("auto", "established", 100)]
    verdict = _verdict("a page that reloads", reloads=reloads)
    assert (verdict.met, verdict.measured) == (False, "1001 ms at worst (POPUP)")


def test_a_page_that_hears_too_late_misses() -> None:
    late = EventResults(pages=[event_page("auto", 10.1)], crowd=None)
    verdict = _verdict("event in the service to callback", events=late)
    assert (verdict.met, verdict.measured) == (False, "10.1 ms")


@pytest.mark.parametrize(
    ("what", "slow"),
    [
        ("median", step(50, *[51] * 100)),
        ("p99", step(50, *[10] * 98, 251, 251)),
        ("missing or out of order", step(50, 10, missing=1)),
        ("missing or out of order", step(50, 10, gaps=1)),
    ],
)
def test_a_crowd_is_judged_by_what_is_late_and_by_what_is_lost(what: str, slow: CrowdStep) -> None:
    events = EventResults(pages=[], crowd=crowd(slow))
    found = {verdict.what: verdict.met for verdict in judge(results(events=events)) if "operators" in verdict.what}
    assert [name for name, met in found.items() if not met] == [
        f"1,000 operators, 50 events a second by signed reports, {what}"
    ]


def test_a_crowd_is_judged_at_the_realistic_rate_and_not_at_the_limit() -> None:
    found = [verdict for verdict in judge(results()) if "operators" in verdict.what]
    assert [verdict.what.split(",")[2] for verdict in found] == [" 50 events a second by signed reports"] * 3 + [
        " 60 events a second by simulator"
    ] * 3


def test_a_crowd_that_was_not_measured_is_neither_met_nor_missed() -> None:
    events = event_results().model_copy(update={"crowd": None})
    assert _verdict("many operators", events=events).met is None


def test_a_rate_is_kept_when_nothing_is_late_or_lost() -> None:
    assert [keeps(one) for one in (step(50, 50), step(50, 51), step(50, 10, missing=1), step(50, 10, gaps=1))] == [
        True,
        False,
        False,
        False,
    ]
