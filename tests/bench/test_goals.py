"""What counts as reached."""

from typing import Any

import pytest

from tests.bench.goals import Verdict, judge
from tests.bench.results import State, WireResult
from tests.bench.samples import boot, call, many, results


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
