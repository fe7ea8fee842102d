"""A thousand operators at one service: how late events come, the more of them there are.

The service is one process, the operators' connections are held by another, and reports are sent by this one; on two
cores they take from each other.
"""

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.goals import keeps
from tests.bench.paths import ROOT, SCRATCH
from tests.bench.population import settle
from tests.bench.processes import HelperProcess
from tests.bench.results import CrowdResult, CrowdStep, Traffic
from tests.bench.streams import Arrival
from tests.bench.summary import Tail, tail
from tests.bench.telephone import ENVIRONMENT, RefusedError, Report, Telephone, epoch_ms
from tests.bench.traffic import CONTACT_S, COURSE, reports_of
from tests.bench.usage import Meter, memory_mb
from tests.support.service import ServiceProcess

_TIMES = (1, 2, 4, 8)
_SPEEDS = (2.5, 5.0, 10.0)
"""Of the simulator. Whoever does nothing keeps a contact at the desk for 5 minutes: 20 events a second at speed 1."""
_SETTLE_S = 3
_SIMULATION_BEGINS_S = 20
"""Of simulated time: until the first contacts have come to everybody, in the same moment."""
_DRAIN_S = 10
_ANSWER_S = 90
_TICK_S = 0.02
"""How long a gateway collects what it reports together."""
_TOGETHER_MAX = 20
_CONNECTIONS = 8
_HELPER_FILES = 200


def files_needed(operators: int) -> int:
    """Give how many files a process needs to open that holds a connection for each operator."""
    return operators + _HELPER_FILES


def realistic_rate(operators: int) -> int:
    """Give the events per second of so many operators in a busy hour, rounded up to tens."""
    return -(-operators * len(COURSE) // CONTACT_S // 10) * 10


@dataclass(frozen=True)
class _Crowd:
    service: ServiceProcess
    listeners: HelperProcess
    tokens: Mapping[str, str]
    folder: Path

    def ask(self, **asked: str) -> dict[str, Any]:
        return json.loads(self.listeners.ask(json.dumps(asked)))

    def take(self) -> tuple[list[Arrival], int]:
        """Give what has arrived since the last time, and how many gaps there are in all."""
        into = self.folder / "arrivals.json"
        said = self.ask(do="take", into=str(into))
        if said["ended"]:
            raise RuntimeError(f"{said['ended']} of {len(self.tokens)} streams have ended")
        return [Arrival(*each) for each in json.loads(into.read_text())], said["gaps"]


def measure_crowd(operators: int, seconds: float, advance: Callable[[str], None]) -> CrowdResult:
    """Connect operators to a service, and let it have more and more events until that is too much.

    Args:
        seconds: how long each rate is kept up.
    """
    steps: list[CrowdStep] = []
    with _crowd(operators, (), ENVIRONMENT, advance) as (crowd, connect_s, connect_cores):
        memory = memory_mb(crowd.service.pid)
        sender = _Sender(crowd)
        for times in _TIMES:
            rate = realistic_rate(operators) * times
            advance(f"{operators:,} operators: {rate} reports a second")
            steps.append(sender.measure(rate, seconds))
            if not keeps(steps[-1]):
                break
    for speed in _SPEEDS:
        more = ("--simulate", "mixed", "--seed", "7", "--speed", str(speed))
        with _crowd(operators, more, {}, advance) as (crowd, _, _):
            advance(f"{operators:,} operators: simulated at speed {speed:g}")
            steps.append(_simulated(crowd, speed, seconds))
        if not keeps(steps[-1]):
            break
    return CrowdResult(
        operators=operators, connect_s=connect_s, connect_cores=connect_cores, memory_mb=memory, steps=steps
    )


@contextmanager
def _crowd(
    operators: int, more: Sequence[str], environment: Mapping[str, str], advance: Callable[[str], None]
) -> Generator[tuple[_Crowd, float, float | None]]:
    """Bring a service up and connect everybody; gives how long that took, and how busy the service was."""
    advance(f"{operators:,} operators: they connect")
    with TemporaryDirectory(dir=SCRATCH, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        tokens = settle(folder / "data", operators)
        told = folder / "tokens.json"
        told.write_text(json.dumps(tokens))
        command = [sys.executable, "-m", "tests.bench.listeners"]
        with (
            ServiceProcess(folder / "data", demo=False, more=more, environment=environment) as service,
            HelperProcess(command, _ANSWER_S, {"PYTHONPATH": str(ROOT)}) as listeners,
        ):
            crowd = _Crowd(service, listeners, tokens, folder)
            meter = Meter(service.pid)
            said = crowd.ask(do="open", url=service.url, tokens=str(told))
            yield crowd, round(said["seconds"], 2), meter.cores()


class _Sender:
    """Reports contacts of all operators, each at its own place in its course."""

    def __init__(self, crowd: _Crowd) -> None:
        self._crowd = crowd
        self._chance = random.Random(7)  # noqa: S311 -- nothing secret
        self._agents = list(crowd.tokens)
        self._chance.shuffle(self._agents)
        self._reports = {agent: reports_of(agent) for agent in self._agents}
        self._turn = 0
        self._refused = 0

    def measure(self, rate: float, seconds: float) -> CrowdStep:
        """Report at a steady rate, and see when it arrives."""
        _, gaps_before = self._crowd.take()
        self._refused = 0
        service, listeners, sender = (
            Meter(self._crowd.service.pid),
            Meter(self._crowd.listeners.pid),
            Meter(os.getpid()),
        )
        sent, took = asyncio.run(self._send(rate, seconds))
        cores = service.cores(), listeners.cores(), sender.cores()
        arrivals, gaps = self._crowd.take()
        deadline = time.monotonic() + _DRAIN_S
        while len(arrivals) < len(sent) and time.monotonic() < deadline:
            time.sleep(0.2)
            more, gaps = self._crowd.take()
            arrivals += more
        latency = [
            arrival.seen_ms - sent[key] for arrival in arrivals if (key := (arrival.agent, arrival.number)) in sent
        ]
        return CrowdStep(
            traffic=Traffic.WEBHOOK,
            wanted_rate=rate,
            rate=round(len(sent) / took, 1),
            seconds=round(took, 1),
            events=len(latency),
            missing=len(sent) - len(latency) + self._refused,
            gaps=gaps - gaps_before,
            latency=tail(latency),
            since_taken=_since_taken(arrivals),
            service_cores=cores[0],
            client_cores=cores[1],
            sender_cores=cores[2],
        )

    async def _send(self, rate: float, seconds: float) -> tuple[dict[tuple[str, int], float], float]:
        """Report; gives when each operator's numbered event was sent, and how long it took until all were answered."""
        sent: dict[tuple[str, int], float] = {}
        started = time.monotonic()
        async with Telephone(self._crowd.service.url, _CONNECTIONS) as telephone:

            async def post(reports: Sequence[Report], since_ms: float) -> None:
                try:
                    posted = await telephone.post(reports, since_ms)
                except RefusedError:
                    # Too much for the service; the contacts' later events cannot follow either.
                    self._refused += len(reports)
                    return
                for report, number in zip(reports, posted.numbers, strict=True):
                    sent[report["agent"], number] = posted.sent_ms

            async with asyncio.TaskGroup() as posts:
                due = started
                while (now := time.monotonic()) < started + seconds:
                    batch: list[Report] = []
                    while due <= now and len(batch) < _TOGETHER_MAX:
                        batch.append(self._next())
                        # As calls come: at any moment, not in step.
                        due += self._chance.expovariate(rate)
                    if batch:
                        posts.create_task(post(batch, epoch_ms()))
                    await asyncio.sleep(_TICK_S)
        return sent, time.monotonic() - started

    def _next(self) -> Report:
        agent = self._agents[self._turn % len(self._agents)]
        self._turn += 1
        return next(self._reports[agent])


def _simulated(crowd: _Crowd, speed: float, seconds: float) -> CrowdStep:
    """Let the embedded telephone system bring contacts to everybody."""
    time.sleep(_SETTLE_S + _SIMULATION_BEGINS_S / speed)
    _, gaps_before = crowd.take()
    service, listeners = Meter(crowd.service.pid), Meter(crowd.listeners.pid)
    started = time.monotonic()
    time.sleep(seconds)
    cores = service.cores(), listeners.cores()
    took = time.monotonic() - started
    arrivals, gaps = crowd.take()
    # Its reports cross no wire: the moment of those that tell it stands for all.
    latency = [arrival.seen_ms - arrival.told_ms for arrival in arrivals if arrival.told_ms is not None]
    return CrowdStep(
        traffic=Traffic.SIMULATOR,
        wanted_rate=round(len(arrivals) / took, 1),
        rate=round(len(arrivals) / took, 1),
        seconds=round(took, 1),
        events=len(arrivals),
        missing=0,
        gaps=gaps - gaps_before,
        latency=tail(latency),
        since_taken=_since_taken(arrivals),
        service_cores=cores[0],
        client_cores=cores[1],
        speed=speed,
    )


def _since_taken(arrivals: Sequence[Arrival]) -> Tail:
    return tail([arrival.seen_ms - arrival.at for arrival in arrivals])
