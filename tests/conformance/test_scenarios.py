"""What is played to a page."""

import pytest

from tests.conformance.story import Story
from toolbar_py.conformance.scenarios import Scenario, chosen, scenarios_of, script
from toolbar_py.service.telephony.simulator.scenario import read_scenario


def test_the_simulator_takes_a_script_with_every_scenario() -> None:
    played = script(list(Scenario), 100, 7, "op1@demo")
    assert len(read_scenario(played.text)) == len(played.kinds) == 100
    assert set(played.kinds) == set(Scenario)


def test_the_same_seed_gives_the_same_script_and_another_one_another() -> None:
    assert script(list(Scenario), 20, 7, "op1@demo") == script(list(Scenario), 20, 7, "op1@demo")
    assert script(list(Scenario), 20, 7, "op1@demo") != script(list(Scenario), 20, 8, "op1@demo")


def test_what_another_operator_has_to_hold_or_close_is_named() -> None:
    played = script([Scenario.HELD, Scenario.CLOSED], 4, 1, "op1@demo")
    assert len(played.held) + len(played.closed) == 4
    for ecid in (*played.held, *played.closed):
        assert f"ecid={ecid} " in played.text
    assert not set(played.held) & set(played.closed)


def test_scenarios_are_chosen_by_name() -> None:
    assert chosen("all") == list(Scenario)
    assert chosen("held, preview") == [Scenario.HELD, Scenario.PREVIEW]


@pytest.mark.parametrize("names", ["held,nothing", "", ","])
def test_a_scenario_that_there_is_not_is_refused_with_those_there_are(names: str) -> None:
    with pytest.raises(ValueError, match="preview, predictive"):
        chosen(names)


def test_contacts_are_told_apart_by_the_order_in_which_they_come() -> None:
    story = Story()
    for contact in ("c1", "c2", "c3"):
        story.happens(contact, "POPUP", "a|1|1|1")
    found = scenarios_of([Scenario.HELD, Scenario.UNANSWERED, Scenario.PREDICTIVE], story.case())
    assert found == {"c1": Scenario.HELD, "c2": Scenario.UNANSWERED, "c3": Scenario.PREDICTIVE}


@pytest.mark.parametrize("answered", [True, False])
def test_what_the_page_dials_itself_is_no_scenario(answered: bool) -> None:
    story = Story()
    story.happens("c1", "POPUP", "a|1|1|1")
    call = story.call("CONTACT.MakeCall", "0555", "", "", "", "a|1|1|2")
    if answered:
        story.answer(call, contactId="own")
    story.happens("own", "connectionstarted", "a|1|1|2", kind="outbound")
    story.happens("c2", "connectionstarted", "a|1|1|3", kind="outbound")
    story.happens("c3", "POPUP", "a|1|1|4")
    found = scenarios_of([Scenario.HELD, Scenario.MANUAL, Scenario.CLOSED], story.case())
    # Without an answer nothing tells the two apart, and those that follow are known again.
    assert found == {"c1": Scenario.HELD, "c2" if answered else "own": Scenario.MANUAL, "c3": Scenario.CLOSED}
