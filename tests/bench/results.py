"""What one run of the benchmark keeps: the content of docs/performance/results.json."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from tests.bench.summary import Spread, Tail


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class BrowserName(StrEnum):
    """The browsers that are measured."""

    CHROMIUM = "Chromium"
    FIREFOX = "Firefox"


class State(StrEnum):
    """What a browser has of the toolbar when the page asks for it."""

    EMPTY = "first visit"
    """Nothing: a fresh profile."""
    WARM = "warm cache"
    """Its caches are filled, no runtime is alive."""
    TAB = "second tab"
    """Another tab of the same operator has the runtime up."""
    NAVIGATION = "navigation"
    """This tab goes on to another page of the CRM, while another tab has the runtime up."""
    ALONE = "navigation of the only tab"
    """This tab goes on to another page of the CRM, and no other tab is there."""


class Subject(_Record):
    """What is booted, and where.

    Args:
        browser: in which browser.
        runtime: the ``runtime`` setting of the toolbar; ``stock`` for plain Pyodide.
        state: see :class:`State`.
        same_origin: whether the page is of the service's own origin; most are of the CRM's.
    """

    browser: BrowserName
    runtime: str
    state: State
    same_origin: bool = False


class Sample(_Record):
    """One boot, as tests/bench/pages/boot.js measures it; times in ms since the loader script was asked for.

    Args:
        runtime: what ``TOOLBAR.ready`` reports.
        heap_bytes: of the Wasm memory.
        boot: how the engine came up, in its own words.
        boot_ms: the first answered call.
        script_ms: the loader script has run.
        long_tasks: start and duration of main-thread tasks over 50 ms; None where the browser does not tell.
        stages: when the engine was done with each part of its boot, in ms since it began; of the first tab when shared.
    """

    runtime: str
    heap_bytes: int | None
    boot: str | None
    boot_ms: float
    script_ms: float
    long_tasks: list[tuple[float, float]] | None
    stages: dict[str, float]


class BootResult(_Record):
    """A subject's boots over all rounds."""

    subject: Subject
    reported_runtime: str
    boot: Spread
    script: Spread
    longest_task: Spread | None
    blocking: Spread | None
    heap_bytes: int | None
    survived: int | None = None
    """After a navigation of the only tab: in how many rounds the runtime outlived it."""
    stages: dict[str, Spread]
    """When the engine was done with each part of its boot; empty when another tab's had it done before."""
    ways: dict[str, int]
    """How the engine came up, in its own words, and how often."""


class WireResult(_Record):
    """What crossed the wire to the browser on one first visit: headers, bodies and the first call's answer."""

    runtime: str
    bytes_received: int
    files: dict[str, int]


class CallResult(_Record):
    """The same question asked in several ways, by turns, on one page."""

    runtime: str
    reported_runtime: str
    setting: str
    toolbar: Spread
    plain: Spread
    legacy: Spread
    service: Spread
    """The legacy server's own requests: what the service needs, seen from next door."""
    floors: dict[str, Spread] = {}
    """What the ways cannot go below: a fetch and a socket's round trip that are answered at once, and a call that
    Python refuses at once."""
    toolbar_mean: float
    plain_mean: float


class Census(_Record):
    """What a leak would show in."""

    calls: int
    heap_bytes: int
    proxies: int
    references: int


class ManyResult(_Record):
    """What is alive before, during and after many calls."""

    runtime: str
    reported_runtime: str
    census: list[Census]


class EventResult(_Record):
    """Events from the telephone system's report to the page, in ms from just before the report was sent.

    Args:
        callback: until the callback that a page has bound.
        plain: until a plain-JavaScript reader of the same stream on the same page.
        read: until a connection of the benchmark's own has read it.
        answered: until the telephone system had its answer.
        after_read: what the browser and the toolbar take: from the benchmark's connection to the callback.
        after_plain: what the toolbar takes: from the plain-JavaScript reader to the callback.
    """

    runtime: str
    reported_runtime: str
    callback: Tail
    plain: Spread
    read: Spread
    answered: Spread
    after_read: Spread
    after_plain: Spread


class ReloadResult(_Record):
    """A page that comes back in the middle of a call.

    Args:
        phase: of the call.
        took: from the beginning of the navigation to the same answers as before, in ms.
    """

    runtime: str
    reported_runtime: str
    phase: str
    took: Spread


class Traffic(StrEnum):
    """Where the events of a crowd come from."""

    WEBHOOK = "signed reports"
    SIMULATOR = "simulator"


class CrowdStep(_Record):
    """Steady traffic to a crowd of operators.

    Args:
        wanted_rate: events per second that were asked for; of the simulator what its speed gives is all there is.
        rate: events per second that came.
        events: how many arrived.
        missing: how many were reported and did not arrive.
        gaps: how often an operator's numbers did not go on by one.
        latency: from the report to the last byte at the operator's own connection, in ms.
        since_taken: from the service's own moment of the event on, in ms; that is whole ms, cut off.
        service_cores: how many processors the service kept busy on average; None where the system does not tell.
        client_cores: the same of the process that holds the connections; it shares the machine with the service.
        sender_cores: the same of the process that reports.
        speed: of the simulator.
    """

    traffic: Traffic
    wanted_rate: float
    rate: float
    seconds: float
    events: int
    missing: int
    gaps: int
    latency: Tail
    since_taken: Tail
    service_cores: float | None
    client_cores: float | None
    sender_cores: float | None = None
    speed: float | None = None


class CrowdResult(_Record):
    """Many operators at one service.

    Args:
        operators: how many, each with a stream.
        connect_s: until every stream had told its desk.
        connect_cores: how many processors the service kept busy meanwhile.
        memory_mb: of the service with all of them connected.
    """

    operators: int
    connect_s: float
    connect_cores: float | None
    memory_mb: float | None
    steps: list[CrowdStep]


class EventResults(_Record):
    """Everything about events."""

    pages: list[EventResult]
    crowd: CrowdResult | None


class Machine(_Record):
    """Where it was measured."""

    processor: str
    cores: int
    memory_gb: float
    system: str
    load_before: float
    load_after: float


class Skipped(_Record):
    """What was not measured, and why."""

    what: str
    why: str


class Results(_Record):
    """One run."""

    date: str
    commit: str
    rounds: int
    minutes: float
    machine: Machine
    versions: dict[str, str]
    runtimes: dict[str, str]
    """For each runtime that could be had on a page of another origin, what ``TOOLBAR.ready`` reported."""
    boots: list[BootResult]
    wire: list[WireResult]
    main_setting: str
    """Of the calls' settings the one by which the goals are judged."""
    calls: list[CallResult]
    many: list[ManyResult]
    events: EventResults | None = None
    reloads: list[ReloadResult] = []
    skipped: list[Skipped]
