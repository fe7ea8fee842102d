"""Plays one scenario again, as a failing test has printed it: ``python -m tests.faults 'Scenario(...)'``."""

import sys

from tests.faults.page import Habits
from tests.faults.run import Stage
from tests.faults.scenario import Scenario, Step
from toolbar_py.service.telephony.simulator.faults import FaultRates

_WORDS = {"Scenario": Scenario, "Step": Step, "Habits": Habits, "FaultRates": FaultRates}
"""The words of which a scenario's text is made."""

if __name__ == "__main__":
    stage = Stage()
    try:
        stage.play(eval(sys.argv[1], _WORDS))  # noqa: S307 -- what the person at the keyboard has pasted
    finally:
        stage.close()
