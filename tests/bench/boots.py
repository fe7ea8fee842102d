"""Boots, by turns: each round boots every subject once, so that whatever slows the machine slows all of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.bench.browsers import Booter
from tests.bench.plan import DEFAULT, RUNTIMES, STOCK
from tests.bench.results import BootResult, BrowserName, Sample, Skipped, State, Subject
from tests.bench.stage import Stage
from tests.bench.summary import blocking_time, spread

# Visits before the first round: browsers cache compiled code after some.
_WARM_UPS = 3
_SHARED_STATES = (State.TAB, State.NAVIGATION, State.ALONE)


@dataclass(frozen=True)
class Runtimes:
    """Which runtimes can be had on a page of the CRM.

    Args:
        reported: for each setting that was honoured, what ``TOOLBAR.ready`` reported.
        shared: those whose Python is shared between tabs.
        skipped: the others, and why.
    """

    reported: Mapping[str, str]
    shared: frozenset[str]
    skipped: list[Skipped]


@dataclass
class _Boots:
    samples: list[Sample] = field(default_factory=list[Sample])
    survived: int = 0


def find_runtimes(stage: Stage, chromium: Booter) -> Runtimes:
    """Try every runtime once; it counts when ``TOOLBAR.ready`` reports it."""
    reported: dict[str, str] = {}
    shared: set[str] = set()
    skipped: list[Skipped] = []
    for runtime in (DEFAULT, *RUNTIMES):
        url = stage.page("boot.html", what="ours", runtime=runtime)
        try:
            sample, _ = chromium.boot(url, State.WARM)
        except Exception as error:  # whatever keeps it from working is the answer
            skipped.append(Skipped(what=f"runtime {runtime}", why=str(error).splitlines()[0]))
            continue
        if runtime not in (DEFAULT, sample.runtime):
            why = f"TOOLBAR.ready reports {sample.runtime}"
            skipped.append(Skipped(what=f"runtime {runtime}", why=why))
            continue
        reported[runtime] = sample.runtime
        if chromium.shares(url):
            shared.add(runtime)
    return Runtimes(reported, frozenset(shared), skipped)


def subjects(runtimes: Runtimes, browsers: Iterable[BrowserName]) -> list[Subject]:
    """Say what takes turns."""
    found: list[Subject] = []
    for browser in browsers:
        for runtime in (STOCK, *runtimes.reported):
            # What the default chooses anyway is measured once, as the default; Firefox is there for the main figures.
            if runtime == runtimes.reported.get(DEFAULT):
                continue
            if browser is BrowserName.FIREFOX and runtime not in (STOCK, DEFAULT, "page"):
                continue
            found += [Subject(browser=browser, runtime=runtime, state=state) for state in (State.EMPTY, State.WARM)]
            if runtime in runtimes.shared:
                found += [
                    Subject(browser=browser, runtime=runtime, state=state)
                    for state in _SHARED_STATES
                    if browser is BrowserName.CHROMIUM or state is not State.ALONE
                ]
    return found


def measure_boots(
    stage: Stage,
    booters: Mapping[BrowserName, Booter],
    chosen: Sequence[Subject],
    rounds: int,
    advance: Callable[[str], None],
) -> list[BootResult]:
    """Boot every subject ``rounds`` times.

    Args:
        stage: where the pages are.
        booters: how the browsers boot a page.
        chosen: what takes turns.
        rounds: how often.
        advance: told before each boot what is booted.
    """

    def boot(subject: Subject) -> tuple[Sample, bool]:
        what = STOCK if subject.runtime == STOCK else "ours"
        url = stage.page("boot.html", same_origin=subject.same_origin, what=what, runtime=subject.runtime)
        return booters[subject.browser].boot(url, subject.state)

    kept = {subject: _Boots() for subject in chosen}
    for subject in chosen:
        if subject.state is State.WARM:
            for _ in range(_WARM_UPS):
                advance(f"{subject.browser}, {subject.runtime}: filling its caches")
                boot(subject)
    for number in range(1, rounds + 1):
        for subject in chosen:
            advance(f"round {number} of {rounds}: {subject.browser}, {subject.runtime}, {subject.state}")
            sample, survived = boot(subject)
            kept[subject].samples.append(sample)
            kept[subject].survived += survived
    return [_summarise(subject, boots) for subject, boots in kept.items()]


def _summarise(subject: Subject, boots: _Boots) -> BootResult:
    samples = boots.samples
    tasks = [sample.long_tasks for sample in samples if sample.long_tasks is not None]
    durations = [[duration for _, duration in found] for found in tasks]
    own = subject.state in (State.EMPTY, State.WARM)
    names = [name for name in samples[0].stages if own and all(name in sample.stages for sample in samples)]
    return BootResult(
        subject=subject,
        reported_runtime=samples[0].runtime,
        boot=spread([sample.boot_ms for sample in samples], 1),
        script=spread([sample.script_ms for sample in samples], 1),
        # 0 stands for "none over 50 ms": the browser tells of no others.
        longest_task=spread([max(found, default=0) for found in durations], 1) if durations else None,
        blocking=spread([blocking_time(found) for found in durations], 1) if durations else None,
        heap_bytes=samples[0].heap_bytes,
        survived=boots.survived if subject.state is State.ALONE else None,
        stages={name: spread([sample.stages[name] for sample in samples], 1) for name in names},
        ways=dict(Counter(sample.boot for sample in samples if sample.boot is not None)),
    )
