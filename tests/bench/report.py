"""Writes docs/performance.md and its plots; every figure in them is from the results."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from string import Template

from tests.bench.eventreport import event_section, write_event_plots
from tests.bench.goals import (
    Verdict,
    added_ms,
    find_boot,
    judge,
    judge_events,
    runtime_name,
    stock_ratio,
    task_text,
)
from tests.bench.paths import BENCH
from tests.bench.plan import DEFAULT, STOCK
from tests.bench.plots import Bar, Group, bar_chart
from tests.bench.results import BootResult, BrowserName, CallResult, EventResults, Results, State
from tests.bench.words import ms, table

_MB = 1_000_000
_FILES = 8


def write_report(results: Results, docs: Path) -> None:
    """Write the page, its plots and the results below a folder."""
    folder = docs / "performance"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(results.model_dump_json(by_alias=True, indent=1) + "\n")
    (folder / "boot.svg").write_text(_boot_plot(results))
    (folder / "calls.svg").write_text(_call_plot(results))
    if results.events is not None:
        write_event_plots(results.events, folder)
    template = Template((BENCH / "performance.template.md").read_text())
    (docs / "performance.md").write_text(template.substitute(_parts(results)))


def write_event_report(events: EventResults, folder: Path) -> None:
    """Write what a run that measured only events found, and nothing of the page: below another folder."""
    plots = folder / "performance"
    plots.mkdir(parents=True, exist_ok=True)
    (plots / "events.json").write_text(events.model_dump_json(by_alias=True, indent=1) + "\n")
    write_event_plots(events, plots)
    goals = "\n".join(_verdict_row(verdict) for verdict in judge_events(events))
    page = f"| | goal | measured | met |\n|---|---|---|---|\n{goals}\n\n{event_section(events)}\n"
    (folder / "events.md").write_text(page)


def _parts(results: Results) -> dict[str, str]:
    verdicts = judge(results)
    return {
        "provenance": _provenance(results),
        "goals": "\n".join(_verdict_row(verdict) for verdict in verdicts),
        "missed": _missed(verdicts),
        "rounds": str(results.rounds),
        "boots": _boots(results),
        "runtimes": _runtimes(results),
        "tasks": _tasks(results),
        "stages": _stages(results),
        "wire": _wire(results),
        "wire_files": _wire_files(results),
        "calls": str(results.calls[0].toolbar.n),
        "call_tables": "\n\n".join(_calltable(results, setting) for setting in _settings(results)),
        "floors": _floors(results),
        "many": _many(results),
        "reloads": _reloads(results),
        "events": _events(results),
        "minutes": f"{results.minutes:.0f}",
        "machine": _machine(results),
        "skipped": _skipped(results),
    }


def _provenance(results: Results) -> str:
    machine = results.machine
    return (
        f"Measured in one run on {results.date[:10]} at commit {results.commit}, by `make bench`, which writes this "
        f"page: {machine.cores} cores ({machine.processor}), {machine.memory_gb:.0f} GB, {machine.system}. Load of the "
        f"machine before the run: {machine.load_before:.1f}. Goals are for the default runtime in Chromium, on a page "
        "of another origin than the service's, where nothing else is said."
    )


def _verdict_row(verdict: Verdict) -> str:
    met = {True: "yes", False: "**no**", None: "not measured"}[verdict.met]
    return f"| {verdict.what} | at most {verdict.limit} | {verdict.measured or '-'} | {met} |"


def _missed(verdicts: Sequence[Verdict]) -> str:
    missed = sum(verdict.met is False for verdict in verdicts)
    if not missed:
        return ""
    return f"\n\nMissed: {missed} of {len(verdicts)} rows. The sections below show the measurement behind each."


def _boots(results: Results) -> str:
    parts: list[str] = []
    for browser in BrowserName:
        rows = [
            (
                runtime_name(results, boot.subject.runtime),
                str(boot.subject.state),
                f"{ms(boot.boot)} ms",
                "" if boot.subject.runtime == STOCK else f"{stock_ratio(results, boot) or 0:.3f}",
                f"{ms(boot.script)} ms",
                f"{boot.heap_bytes / _MB:.1f} MB" if boot.heap_bytes else "",
            )
            for boot in results.boots
            if boot.subject.browser is browser
        ]
        if rows:
            heads = ("runtime", "state", "first answered call", "share of stock", "of it: loader script", "Wasm heap")
            parts.append(f"{browser}:\n\n{table(heads, rows)}")
    return "\n\n".join(parts)


def _runtimes(results: Results) -> str:
    alone = [boot for boot in results.boots if boot.survived is not None]
    sentences = [
        f"With `{boot.subject.runtime}`, the runtime outlived the navigation of the only tab in {boot.survived} of "
        f"{boot.boot.n} rounds."
        for boot in alone
    ]
    ways = Counter[str]()
    for boot in results.boots:
        ways.update(boot.ways)
    told = "; ".join(f"{way}: {count}" for way, count in ways.most_common())
    return "\n\n".join(
        part for part in (" ".join(sentences), f"How the engine came up, in its own words: {told}.") if part
    )


def _tasks(results: Results) -> str:
    rows = [
        (
            runtime_name(results, boot.subject.runtime),
            str(boot.subject.state),
            task_text(boot.longest_task),
            f"{boot.longest_task.high:.0f} ms" if boot.longest_task.high else "none",
            f"{boot.blocking.median:.0f} ms",
        )
        for boot in results.boots
        if boot.longest_task is not None and boot.blocking is not None
    ]
    heads = ("runtime", "state", "longest task, median", "longest task, worst round", "total blocking time, median")
    return f"{BrowserName.CHROMIUM}:\n\n{table(heads, rows)}"


def _stages(results: Results) -> str:
    told = [boot for boot in results.boots if boot.stages]
    if not told:
        return "The engine told of no stages in this run."
    names = list(dict.fromkeys(name for boot in told for name in boot.stages))
    rows = [
        (
            str(boot.subject.browser),
            runtime_name(results, boot.subject.runtime),
            str(boot.subject.state),
            *(f"{boot.stages[name].median:.0f}" if name in boot.stages else "" for name in names),
            f"{boot.boot.median:.0f}",
            f"{boot.boot.median - max(stage.median for stage in boot.stages.values()):.0f}",
        )
        for boot in told
    ]
    return table(("browser", "runtime", "state", *names, "first answered call", "outside the engine"), rows)


def _wire(results: Results) -> str:
    rows = [
        (runtime_name(results, wire.runtime), f"{wire.bytes_received / _MB:.2f} MB", str(len(wire.files)))
        for wire in results.wire
    ]
    return table(("runtime", "bytes", "addresses"), rows)


def _wire_files(results: Results) -> str:
    wire = next((found for found in results.wire if found.runtime == DEFAULT), None)
    if wire is None:
        return ""
    rows = [(f"`{path}`", f"{count / _MB:.3f} MB") for path, count in list(wire.files.items())[:_FILES]]
    return "The largest of them with the default runtime:\n\n" + table(("address", "bytes"), rows)


def _settings(results: Results) -> list[str]:
    return list(dict.fromkeys(call.setting for call in results.calls))


def _calltable(results: Results, setting: str) -> str:
    heads = (
        "runtime",
        "TOOLBAR",
        "plain",
        "legacy",
        "added to plain",
        "middle half",
        "TOOLBAR / legacy",
        "plain / legacy",
    )
    rows = [_call_row(results, call) for call in results.calls if call.setting == setting]
    service = [call.service for call in results.calls if call.setting == setting]
    low, high = min(one.median for one in service), max(one.median for one in service)
    return (
        f"Page of {setting}:\n\n{table(heads, rows)}\n\nOf it the service itself, asked by Node.js over a kept "
        f"connection: {low:.2f} to {high:.2f} ms."
    )


def _call_row(results: Results, call: CallResult) -> tuple[str, ...]:
    return (
        runtime_name(results, call.runtime),
        ms(call.toolbar, 2),
        ms(call.plain, 2),
        ms(call.legacy, 2),
        f"{added_ms(call.toolbar, call.plain):.2f}",
        f"{call.toolbar_mean - call.plain_mean:.2f}",
        f"{call.toolbar.median / call.legacy.median:.2f}",
        f"{call.plain.median / call.legacy.median:.2f}",
    )


def _floors(results: Results) -> str:
    told = [call for call in results.calls if call.floors]
    if not told:
        return "Not measured in this run."
    names = list(told[0].floors)
    rows = [
        (runtime_name(results, call.runtime), call.setting, *(ms(call.floors[name], 2) for name in names))
        for call in told
    ]
    return table(("runtime", "page of", *names), rows)


def _many(results: Results) -> str:
    rows = [
        (
            runtime_name(results, many.runtime),
            f"{census.calls:,}",
            f"{census.heap_bytes / _MB:.1f} MB",
            str(census.proxies),
            str(census.references),
        )
        for many in results.many
        for census in many.census
    ]
    return table(("runtime", "calls", "Wasm heap", "Python objects held", "JavaScript objects held"), rows)


def _reloads(results: Results) -> str:
    if not results.reloads:
        return "Not measured in this run."
    phases = list(dict.fromkeys(reload.phase for reload in results.reloads))
    rows = [
        (
            runtime_name(results, runtime),
            *(
                f"{ms(reload.took)}, at worst {reload.took.high:,.0f}"
                for phase in phases
                for reload in results.reloads
                if (reload.runtime, reload.phase) == (runtime, phase)
            ),
        )
        for runtime in dict.fromkeys(reload.runtime for reload in results.reloads)
    ]
    return table(("runtime", *phases), rows)


def _events(results: Results) -> str:
    return "" if results.events is None else f"\n{event_section(results.events)}\n"


def _machine(results: Results) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    return f"Versions: {versions}. The run took {results.minutes:.1f} minutes; load of the machine after it: " + (
        f"{results.machine.load_after:.1f}."
    )


def _skipped(results: Results) -> str:
    if not results.skipped:
        return ""
    lines = "\n".join(f"- {skipped.what}: {skipped.why}" for skipped in results.skipped)
    return f"\nNot measured:\n\n{lines}"


def _boot_plot(results: Results) -> str:
    groups = [
        Group(
            f"{browser}, {state}",
            [
                Bar(runtime_name(results, runtime), boot.boot, runtime != STOCK)
                for runtime in (STOCK, *results.runtimes)
                if (boot := _measured(results, runtime, state, browser))
            ],
        )
        for browser in BrowserName
        for state in State
    ]
    return bar_chart("From the loader script to the first answered call", [g for g in groups if g.bars], "ms")


def _measured(results: Results, runtime: str, state: State, browser: BrowserName) -> BootResult | None:
    """Give a boot under its own name only, not again under that of the default's choice."""
    boot = find_boot(results, runtime, state, browser)
    return boot if boot and boot.subject.runtime == runtime else None


def _call_plot(results: Results) -> str:
    groups: list[Group] = []
    for setting in _settings(results):
        for call in results.calls:
            if call.setting == setting:
                bars = [
                    Bar("plain JavaScript", call.plain, False),
                    Bar("TOOLBAR", call.toolbar, True),
                    Bar("the legacy way", call.legacy, False),
                ]
                groups.append(Group(f"{runtime_name(results, call.runtime)}, page of {setting}", bars))
    return bar_chart("One call of getContactInfoWS", groups, "ms", 2)
