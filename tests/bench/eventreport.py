"""The parts of docs/performance.md that tell of events, and their plots."""

from pathlib import Path
from string import Template

from tests.bench.goals import CROWD_MEDIAN_MS, CROWD_P99_MS, keeps, setting_name
from tests.bench.lines import Goal, Line, line_chart
from tests.bench.paths import BENCH
from tests.bench.plots import Bar, Group, bar_chart
from tests.bench.results import CrowdResult, CrowdStep, EventResult, EventResults, Traffic
from tests.bench.words import ms, table


def event_section(events: EventResults) -> str:
    """Give the section."""
    template = Template((BENCH / "events.template.md").read_text())
    return template.substitute(
        count=f"{min((page.callback.n for page in events.pages), default=0):,}",
        pages=_pages(events.pages),
        crowd="Not measured in this run." if events.crowd is None else _crowd(events.crowd),
    ).rstrip()


def write_event_plots(events: EventResults, folder: Path) -> None:
    """Write what the section shows into an existing folder."""
    (folder / "events.svg").write_text(_page_plot(events.pages))
    if events.crowd is not None:
        (folder / "operators.svg").write_text(_crowd_plot(events.crowd))


def _name(page: EventResult) -> str:
    return setting_name(page.runtime, page.reported_runtime)


def _pages(pages: list[EventResult]) -> str:
    heads = (
        "runtime",
        "callback",
        "p95",
        "p99",
        "answered",
        "connection",
        "plain",
        "browser and toolbar",
        "toolbar beside plain",
    )
    rows = [
        (
            _name(page),
            ms(page.callback, 1),
            f"{page.callback.p95:.1f}",
            f"{page.callback.p99:.1f}",
            ms(page.answered, 1),
            ms(page.read, 1),
            ms(page.plain, 1),
            ms(page.after_read, 1),
            ms(page.after_plain, 1),
        )
        for page in pages
    ]
    return table(heads, rows)


def _page_plot(pages: list[EventResult]) -> str:
    groups = [
        Group(
            _name(page),
            [
                Bar("read off the stream", page.read, False),
                Bar("plain JavaScript", page.plain, False),
                Bar("TOOLBAR's callback", page.callback, True),
            ],
        )
        for page in pages
    ]
    return bar_chart("From the telephone system's report to the page", groups, "ms", 1)


def _crowd(crowd: CrowdResult) -> str:
    template = Template((BENCH / "crowd.template.md").read_text())
    return template.substitute(
        operators=f"{crowd.operators:,}",
        connect=f"{crowd.connect_s:.1f}",
        memory="" if crowd.memory_mb is None else f"; the service then holds {crowd.memory_mb:.0f} MB",
        steps=table(_HEADS, [_step_row(step) for step in crowd.steps]),
        limit=_limit(crowd),
    ).rstrip()


_HEADS = (
    "events from",
    "per second",
    "median",
    "p95",
    "p99",
    "taken, median",
    "taken, p99",
    "events",
    "missing",
    "gaps",
    "service",
    "readers",
    "reports",
)


def _step_row(step: CrowdStep) -> tuple[str, ...]:
    source = str(step.traffic) if step.speed is None else f"{step.traffic}, speed {step.speed:g}"
    return (
        source,
        f"{step.rate:.0f}",
        f"{step.latency.median:.1f} ms",
        f"{step.latency.p95:.0f} ms",
        f"{step.latency.p99:.0f} ms",
        f"{step.since_taken.median:.1f} ms",
        f"{step.since_taken.p99:.0f} ms",
        f"{step.events:,}",
        str(step.missing),
        str(step.gaps),
        *("" if cores is None else f"{cores:.2f}" for cores in (step.service_cores, step.client_cores)),
        "" if step.sender_cores is None else f"{step.sender_cores:.2f}",
    )


def _limit(crowd: CrowdResult) -> str:
    """Say up to which rate the goal is kept."""
    sentences: list[str] = []
    for traffic in Traffic:
        steps = [step for step in crowd.steps if step.traffic is traffic]
        kept = [step.rate for step in steps if keeps(step)]
        broken = [step.rate for step in steps if not keeps(step)]
        if not steps:
            continue
        told = f"With the {traffic}, " if traffic is Traffic.SIMULATOR else f"With {traffic}, "
        told += f"the goal is kept up to {max(kept):.0f} events a second" if kept else "the goal is kept at no rate"
        sentences.append(told + (f" and not at {min(broken):.0f}." if broken else ", and more were not tried."))
    return " ".join(sentences)


def _crowd_plot(crowd: CrowdResult) -> str:
    lines: list[Line] = []
    for traffic in Traffic:
        steps = sorted((step for step in crowd.steps if step.traffic is traffic), key=lambda step: step.rate)
        if steps:
            ours = traffic is Traffic.WEBHOOK
            medians = [(step.rate, step.latency.median) for step in steps]
            lines.append(Line(f"{traffic}: p99", [(step.rate, step.latency.p99) for step in steps], ours, dashed=True))
            lines.append(Line(f"{traffic}: median", medians, ours))
    goals = [
        Goal(f"goal for the median: {CROWD_MEDIAN_MS} ms", CROWD_MEDIAN_MS),
        Goal(f"goal for p99: {CROWD_P99_MS} ms", CROWD_P99_MS),
    ]
    title = f"Time of an event to one of {crowd.operators:,} operators"
    return line_chart(title, lines, goals, "events a second, all operators together", "ms")
