"""``python -m tests.bench``: measures everything in one run and writes docs/performance.md."""

import os
import runpy
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from playwright.sync_api import sync_playwright
from rich.console import Console

from tests.bench import boots, calls, crowd, events, machine, reloads, wire
from tests.bench.browsers import Booter
from tests.bench.chromium import Chromium
from tests.bench.firefox import Firefox, find_firefox, firefox_driver
from tests.bench.goals import Verdict, judge, judge_events
from tests.bench.paths import DOCS, ROOT, SCRATCH
from tests.bench.plan import Plan
from tests.bench.processes import install_node_packages
from tests.bench.report import write_event_report, write_report
from tests.bench.results import BrowserName, CrowdResult, EventResults, Results, Skipped
from tests.bench.stage import open_stage
from tests.bench.usage import files_missing


class Part(StrEnum):
    """What can be measured by itself."""

    EVENTS = "events"


def main(
    *,
    rounds: Annotated[int, typer.Option(min=1, envvar="BENCH_ROUNDS", help="How often each boot is measured.")] = 9,
    calls: Annotated[int, typer.Option(min=10, envvar="BENCH_CALLS", help="How many calls in each way.")] = 250,
    many: Annotated[int, typer.Option(min=10, envvar="BENCH_MANY", help="Calls that must leave no trace.")] = 10_000,
    firefox: Annotated[bool, typer.Option(envvar="BENCH_FIREFOX", help="Whether to measure Firefox too.")] = True,
    events: Annotated[int, typer.Option(min=9, envvar="BENCH_EVENTS", help="Events to each page.")] = 270,
    operators: Annotated[
        int,
        typer.Option(
            min=100, envvar="BENCH_OPERATORS", help="How many at one service; fewer have too few events to measure."
        ),
    ] = 1_000,
    only: Annotated[
        Part | None, typer.Option(help="Measure this part only, and write below .build/bench instead of the page.")
    ] = None,
    output: Annotated[Path, typer.Option(envvar="BENCH_OUTPUT", help="Where performance.md goes.")] = DOCS,
    render: Annotated[bool, typer.Option("--render", help="Measure nothing: write the page from its results.")] = False,
) -> None:
    """Measure boots, calls and memory, everything by turns in one run."""
    console = Console(stderr=True)
    plan = Plan(rounds=rounds, calls=calls, many=many, firefox=firefox, events=events, operators=operators)
    if only is Part.EVENTS:
        folder = SCRATCH / "events"
        measured, skipped = _measure_events_only(plan, console)
        write_event_report(measured, folder)
        _print_verdicts(console, judge_events(measured))
        for left_out in skipped:
            console.print(f"Not measured: {left_out.what}: {left_out.why}")
        console.print(f"Written: {folder / 'events.md'}")
        return
    if render:
        results = Results.model_validate_json((output / "performance" / "results.json").read_text())
    else:
        results = _measure(plan, console)
    write_report(results, output)
    _print_verdicts(console, judge(results))
    console.print(f"Written: {output / 'performance.md'}")


def _print_verdicts(console: Console, verdicts: Sequence[Verdict]) -> None:
    for verdict in verdicts:
        sign = {True: "met    ", False: "MISSED ", None: "-      "}[verdict.met]
        console.print(f"{sign} {verdict.what}: {verdict.measured or 'not measured'} (at most {verdict.limit})")


def _progress(console: Console, started: float) -> Callable[[str], None]:
    def advance(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - started:5.0f} s[/]  {what}", highlight=False)

    return advance


def _measure_events_only(plan: Plan, console: Console) -> tuple[EventResults, list[Skipped]]:
    advance = _progress(console, time.monotonic())
    install_node_packages()
    with ExitStack() as stack:
        stage = stack.enter_context(open_stage())
        scratch = Path(stack.enter_context(TemporaryDirectory(dir=SCRATCH, ignore_cleanup_errors=True)))
        executable, switches = _chromium()
        launch = partial(Chromium, executable, switches, scratch)
        with closing(Booter(launch, stage.box)) as chromium:
            advance("which runtimes there are")
            runtimes = boots.find_runtimes(stage, chromium)
        pages = events.measure_events(stage, launch, runtimes.reported, plan.events, advance)
    crowd, skipped = _measure_crowd(plan, advance)
    return EventResults(pages=pages, crowd=crowd), [*runtimes.skipped, *skipped]


def _measure_crowd(plan: Plan, advance: Callable[[str], None]) -> tuple[CrowdResult | None, list[Skipped]]:
    why_not = files_missing(crowd.files_needed(plan.operators))
    if why_not:
        return None, [Skipped(what=f"{plan.operators:,} operators at one service", why=why_not)]
    return crowd.measure_crowd(plan.operators, plan.seconds, advance), []


def _measure(plan: Plan, console: Console) -> Results:
    started = time.monotonic()
    load = os.getloadavg()[0]
    install_node_packages()
    advance = _progress(console, started)
    with ExitStack() as stack:
        stage = stack.enter_context(open_stage())
        scratch = Path(stack.enter_context(TemporaryDirectory(dir=SCRATCH, ignore_cleanup_errors=True)))
        executable, switches = _chromium()
        launch = partial(Chromium, executable, switches, scratch)
        chromium = stack.enter_context(closing(Booter(launch, stage.box)))
        booters = {BrowserName.CHROMIUM: chromium}
        advance("which runtimes there are")
        runtimes = boots.find_runtimes(stage, chromium)
        skipped = list(runtimes.skipped)
        path = find_firefox() if plan.firefox else None
        if path:
            driver = stack.enter_context(firefox_driver(path, scratch))
            booters[BrowserName.FIREFOX] = stack.enter_context(closing(Booter(partial(Firefox, driver), stage.box)))
        else:
            skipped.append(Skipped(what="Firefox", why="not installed" if plan.firefox else "left out on request"))
        browsers = {str(name): booter.version for name, booter in booters.items()}
        chosen = boots.subjects(runtimes, booters)
        booted = boots.measure_boots(stage, booters, chosen, plan.rounds, advance)
        advance("bytes of a first visit")
        wired = wire.measure_wire(stage, chromium, list(runtimes.reported))
        called = calls.measure_calls(stage, launch, runtimes.reported, plan.calls, advance)
        repeated = calls.measure_many(stage, launch, runtimes.reported, plan.many, advance)
        reloaded = reloads.measure_reloads(stage, launch, runtimes.reported, plan.rounds, advance)
        paged = events.measure_events(stage, launch, runtimes.reported, plan.events, advance)
    # Without the browsers and the other services, which would take of the same processors.
    crowded, left_out = _measure_crowd(plan, advance)
    return Results(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=machine.commit(),
        rounds=plan.rounds,
        minutes=round((time.monotonic() - started) / 60, 1),
        machine=machine.machine(load),
        versions=machine.versions(browsers),
        runtimes=dict(runtimes.reported),
        boots=booted,
        wire=wired,
        main_setting=calls.CROSS,
        calls=called,
        many=repeated,
        events=EventResults(pages=paged, crowd=crowded),
        reloads=reloaded,
        skipped=[*skipped, *left_out],
    )


def _chromium() -> tuple[str, list[str]]:
    """Give the path of the Chromium that the tests use, and its switches."""
    options: dict[str, Any] = runpy.run_path(str(ROOT / "playwright.config.py"))["launch_options"]()
    if options["executable_path"]:
        return options["executable_path"], options["args"]
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path, options["args"]


if __name__ == "__main__":
    typer.run(main)
