"""What a scenario is made of: values that hypothesis draws and shrinks, and that read as a story."""

from dataclasses import dataclass, fields

from hypothesis import strategies as st

from tests.faults.connections import StreamFate
from tests.faults.network import RequestFate
from tests.faults.page import Habits
from toolbar_py.service.telephony.simulator.faults import FaultRates

TABS = 2


@dataclass(frozen=True)
class Step:
    """Something that happens.

    Args:
        after_ms: how long after the step before.
        what: the name of a method of :class:`tests.faults.world.World`.
        given: what it takes.
    """

    after_ms: int
    what: str
    given: tuple[int | str, ...] = ()

    def __str__(self) -> str:
        """Tell it in a few words."""
        return f"+{self.after_ms} ms  {self.what.replace('_', ' ')} {', '.join(map(str, self.given))}".rstrip()


@dataclass(frozen=True)
class Scenario:
    """A whole scenario.

    Args:
        seed: of everything that is not drawn here: how long each thing takes, how customers are.
        mix: what the telephone system brings.
        shared: whether the tabs share one interpreter.
        script_enabled: whether inbound scripts are left to the page.
        skew_ms: by how much the browser's clock is ahead.
        reports: how often what happens to a report of the telephone system.
    """

    seed: int
    mix: str
    shared: bool
    script_enabled: bool
    skew_ms: int
    reports: FaultRates
    habits: Habits
    steps: tuple[Step, ...]

    def story(self) -> str:
        """Tell it, step by step, and how to see it again."""
        steps = "\n".join(f"  {step}" for step in self.steps)
        return (
            f"{self.mix} contacts, {'one interpreter for all tabs' if self.shared else 'an interpreter per tab'}, "
            f"{self.habits}, reports {self.reports}\n{steps}\n"
            f'again: .venv/bin/python -m tests.faults "{self!r}"'
        )


_REPORTS = st.sampled_from(
    (
        FaultRates(),
        FaultRates(),
        FaultRates(drop=0.15),
        FaultRates(duplicate=0.2, reorder=0.2),
        FaultRates(delay=0.3, delay_ms=3_000),
        FaultRates(deaf=0.2),
        FaultRates(delay=0.1, drop=0.1, duplicate=0.1, reorder=0.1, deaf=0.1, delay_ms=1_000),
    )
)
_TAB = st.integers(0, TABS - 1)
_SLEEP_MS = st.sampled_from((2_000, 20_000, 50_000))
_WHAT = st.one_of(
    st.tuples(st.just("meet"), st.tuples(st.sampled_from([str(fate) for fate in RequestFate]), st.integers(1, 3))),
    st.tuples(st.just("stream"), st.tuples(st.sampled_from([str(fate) for fate in StreamFate]))),
    st.tuples(st.just("kill"), st.tuples(st.integers(10, 9_000))),
    st.tuples(st.just("restart"), st.tuples(st.integers(10, 3_000))),
    st.tuples(st.just("reload"), st.tuples(_TAB)),
    st.tuples(st.just("crash"), st.tuples(_TAB)),
    st.tuples(st.just("close"), st.tuples(_TAB)),
    st.tuples(st.just("open"), st.tuples(_TAB)),
    st.tuples(st.just("sleep"), st.tuples(_SLEEP_MS, st.sampled_from(("noticing", "not noticing")))),
    st.tuples(st.just("rival_opens"), st.tuples(st.integers(0, 20_000))),
    st.tuples(st.just("say"), st.tuples(st.sampled_from(("Logout", "Pause", "Login", "PauseSubState")))),
    st.tuples(st.just("storage_fails"), st.tuples(st.integers(1, 3))),
)


def _step(after_ms: int, what: tuple[str, tuple[int | str, ...]]) -> Step:
    return Step(after_ms, *what)


_STEPS = st.lists(st.builds(_step, st.integers(0, 4_000), _WHAT), max_size=14).map(tuple)

SCENARIOS = st.builds(
    Scenario,
    seed=st.integers(0, 2**32 - 1),
    mix=st.sampled_from(("mixed", "preview", "predictive", "inbound")),
    shared=st.booleans(),
    script_enabled=st.booleans(),
    skew_ms=st.sampled_from((0, -90_000, 3_600_000)),
    reports=_REPORTS,
    habits=st.builds(Habits, *[st.booleans()] * len(fields(Habits))),
    steps=_STEPS,
)
