"""The examples in the documentation are held to the rules that they teach."""

import re
from pathlib import Path

from playwright.sync_api import Browser

from tests.support.pages import HostPages
from toolbar_py.conformance.run import Plan, Run, check_in
from toolbar_py.conformance.scenarios import Scenario

_ROOT = Path(__file__).parents[2]
_README = (_ROOT / "README.md").read_text()
_INTEGRATION = (_ROOT / "docs" / "integration.md").read_text()
_REFUSED = {Scenario.HELD, Scenario.CLOSED, Scenario.UNKNOWN}


def test_the_example_of_the_integration_guide_breaks_no_rule_with_any_contact(browser: Browser, crm: HostPages) -> None:
    verdict = _check(browser, crm, _example(_INTEGRATION), list(Scenario)).verdict
    assert verdict.findings == []
    assert verdict.passed
    assert verdict.figures.contacts == len(Scenario)
    assert verdict.figures.saves == len(Scenario) - len(_REFUSED)


def test_the_example_of_the_readme_opens_every_contact_once_and_leaves_only_save_and_end_to_the_page(
    browser: Browser, crm: HostPages
) -> None:
    # The operator of a check is logged in when the page is ready for contacts.
    script = re.sub(r"^TOOLBAR\.AGENT\.Login\(\).*$", "", _example(_README), flags=re.MULTILINE)
    scenarios = [Scenario.PREVIEW, Scenario.PREDICTIVE, Scenario.INBOUND, Scenario.MANUAL, Scenario.HELD]
    verdict = _check(browser, crm, script, scenarios).verdict
    assert {finding.rule for finding in verdict.findings} == {"never-ended-acw", "never-saved"}
    assert verdict.figures.openings == verdict.figures.contacts == len(scenarios)


def _check(browser: Browser, crm: HostPages, script: str, scenarios: list[Scenario]) -> Run:
    """Check the card of the README with another script in it."""
    (card,) = re.findall(r"^```html\n(.*?)^```$", _README, re.MULTILINE | re.DOTALL)
    crm.add("/card.js", script)
    url = crm.add("/card.html", card)
    return check_in(browser, Plan(url=url, contacts=len(scenarios), scenarios=scenarios, speed=100), lambda _: None)


def _example(text: str) -> str:
    """Give the one snippet that binds a callback."""
    snippets = re.findall(r"^```js\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (found,) = (snippet for snippet in snippets if "bindContactCallback" in snippet)
    return found
