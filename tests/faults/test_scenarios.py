"""Whatever goes wrong on the way: per contact in order, none twice, none missing, and every reservation ends.

``FAULTS`` says how many scenarios are played, ``FAULTS_SEED`` which ones.
"""

import os

import pytest
from hypothesis import HealthCheck, given, note, seed, settings

from tests.faults.run import Stage
from tests.faults.scenario import SCENARIOS, Scenario

COUNT = int(os.environ.get("FAULTS", "1000"))
SEED = int(os.environ.get("FAULTS_SEED", "4"))
_BATCHES = 10


@pytest.mark.parametrize("batch", range(_BATCHES))
def test_whatever_goes_wrong_the_contract_holds_in_the_end(stage: Stage, batch: int) -> None:
    print(f"{COUNT} scenarios, FAULTS_SEED={SEED}")  # noqa: T201 -- how to see them again

    @seed(SEED * _BATCHES + batch)
    @settings(
        max_examples=max(1, COUNT // _BATCHES),
        deadline=None,
        database=None,
        suppress_health_check=(HealthCheck.too_slow,),
    )
    @given(SCENARIOS)
    def hold(scenario: Scenario) -> None:
        note(scenario.story())
        stage.play(scenario)

    hold()
