"""What is told of processes, and the limit on open files."""

import os
import resource
import time
from pathlib import Path

import pytest

from tests.bench.crowd import files_needed, realistic_rate
from tests.bench.usage import Meter, files_missing, memory_mb


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not tell")
def test_a_busy_process_keeps_a_processor_busy() -> None:
    meter = Meter(os.getpid())
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
    cores = meter.cores()
    assert cores is not None
    assert 0.02 < cores < 1.5


def test_nothing_is_told_of_a_process_that_is_none() -> None:
    assert Meter(-1).cores() is None
    assert memory_mb(-1) is None


def test_a_limit_that_is_high_enough_is_left_alone() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert files_missing(10) == ""
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


def test_a_soft_limit_is_raised_and_a_hard_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    def limits(_: int) -> tuple[int, int]:
        return 256, 1_024

    def set_limits(_: int, wanted: tuple[int, int]) -> None:
        asked.append(wanted)

    monkeypatch.setattr(resource, "getrlimit", limits)
    monkeypatch.setattr(resource, "setrlimit", set_limits)
    assert files_missing(1_000) == ""
    assert asked == [(1_000, 1_024)]
    assert "may open 1024 files here, and 1200 are needed" in files_missing(files_needed(1_000))
    assert len(asked) == 1


def test_a_thousand_operators_make_about_fifty_events_a_second() -> None:
    assert (realistic_rate(1_000), realistic_rate(100)) == (50, 10)
