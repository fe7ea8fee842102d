"""Made-up results, for the tests of what is said about them."""

from collections.abc import Sequence
from typing import Any

from tests.bench.results import (
    BootResult,
    BrowserName,
    CallResult,
    Census,
    CrowdResult,
    CrowdStep,
    EventResult,
    EventResults,
    Machine,
    ManyResult,
    ReloadResult,
    Results,
    State,
    Subject,
    Traffic,
    WireResult,
)
from tests.bench.summary import spread, tail


def boot(runtime: str, state: State, ms: float, *, tasks: Sequence[float] = (0,)) -> BootResult:
    """A boot in Chromium that always took the same time."""
    return BootResult(
        subject=Subject(browser=BrowserName.CHROMIUM, runtime=runtime, state=state),
        reported_runtime="shared",
        boot=spread([ms]),
        script=spread([10]),
        longest_task=spread(tasks),
        blocking=spread([0]),
        heap_bytes=31_000_000,
        stages={"python": spread([ms / 2])} if runtime != "stock" else {},
        ways={"image, cache": 1} if runtime != "stock" else {},
    )


def call(runtime: str, reported: str, toolbar: float, plain: float, legacy: float) -> CallResult:
    """Calls that always took the same time."""
    return CallResult(
        runtime=runtime,
        reported_runtime=reported,
        setting="somewhere",
        toolbar=spread([toolbar]),
        plain=spread([plain]),
        legacy=spread([legacy]),
        service=spread([1]),
        toolbar_mean=toolbar,
        plain_mean=plain,
    )


def many(*census: tuple[int, int, int, int]) -> ManyResult:
    """What was alive: calls, heap, proxies, references."""
    names = ("calls", "heap_bytes", "proxies", "references")
    return ManyResult(
        runtime="auto",
        reported_runtime="shared",
        census=[Census(**dict(zip(names, one, strict=True))) for one in census],
    )


def event_page(runtime: str, ms: float) -> EventResult:
    """Events that always took the same time to a page."""
    took = spread([ms])
    return EventResult(
        runtime=runtime,
        reported_runtime="shared" if runtime == "auto" else runtime,
        callback=tail([ms]),
        plain=took,
        read=took,
        answered=took,
        after_read=took,
        after_plain=took,
    )


def reload(runtime: str, phase: str, *took: float) -> ReloadResult:
    """A page that came back in these times."""
    return ReloadResult(runtime=runtime, reported_runtime="shared", phase=phase, took=spread(took))


def step(
    rate: float, *latency: float, traffic: Traffic = Traffic.WEBHOOK, missing: int = 0, gaps: int = 0
) -> CrowdStep:
    """Traffic to a crowd in which events took these times."""
    return CrowdStep(
        traffic=traffic,
        wanted_rate=rate,
        rate=rate,
        seconds=10,
        events=len(latency),
        missing=missing,
        gaps=gaps,
        latency=tail(latency),
        since_taken=tail(latency),
        service_cores=0.5,
        client_cores=None,
        speed=2.5 if traffic is Traffic.SIMULATOR else None,
    )


def crowd(*steps: CrowdStep) -> CrowdResult:
    """A thousand operators."""
    return CrowdResult(operators=1_000, connect_s=2, connect_cores=1, memory_mb=120, steps=list(steps))


def event_results() -> EventResults:
    """Events right at the limits."""
    simulated = step(60, *[50] * 99, 250, traffic=Traffic.SIMULATOR)
    return EventResults(
        pages=[event_page("auto", 10), event_page("page", 10)],
        crowd=crowd(step(50, *[50] * 99, 250), step(100, 60, 400), simulated),
    )


def results(**changed: Any) -> Results:
    """A run in which every goal is met exactly."""
    given: dict[str, Any] = {
        "date": "2026-01-02T03:04:05+00:00",
        "commit": "abcdef0",
        "rounds": 1,
        "minutes": 1,
        "machine": Machine(processor="P", cores=2, memory_gb=8, system="S", load_before=0.1, load_after=1),
        "versions": {"Chromium": "1"},
        "runtimes": {"auto": "shared", "page": "page", "shared": "shared"},
        "boots": [
            boot("stock", State.EMPTY, 5000),
            boot("stock", State.WARM, 3000),
            boot("auto", State.EMPTY, 1500),
            boot("auto", State.WARM, 450),
            boot("auto", State.TAB, 90),
            boot("auto", State.NAVIGATION, 90),
        ],
        "wire": [WireResult(runtime="auto", bytes_received=9_000_000, files={"/sdk/toolbar.js": 9_000_000})],
        "main_setting": "somewhere",
        "calls": [call("auto", "shared", 4.0, 3.0, 4.0), call("page", "page", 3.5, 3.0, 4.0)],
        "many": [many((0, 31_000_000, 6, 20), (5_000, 31_000_000, 6, 20), (10_000, 31_000_000, 6, 20))],
        "reloads": [reload("auto", "POPUP", 100, 1_000), reload("auto", "established", 100, 900)],
        "events": event_results(),
        "skipped": [],
    }
    return Results(**{**given, **changed})
