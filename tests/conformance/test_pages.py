"""The sample pages through whole runs: those that keep to the contract pass everywhere, each other breaks its rule."""

import pytest
from playwright.sync_api import Browser

from tests.conformance.conftest import PAGES
from tests.support.pages import HostPages
from toolbar_py.conformance.report import conclusion
from toolbar_py.conformance.run import Plan, Run, check_in
from toolbar_py.conformance.scenarios import Scenario

_GOOD = sorted(page.stem for page in (PAGES / "good").glob("*.html"))
_BAD = sorted(page.stem for page in (PAGES / "bad").glob("*.html"))
_PLAYED = {
    "ignored-read-only": Scenario.HELD,
    "ignored-terminated": Scenario.CLOSED,
    "ignored-refusal": Scenario.UNKNOWN,
}


def _check(browser: Browser, plan: Plan) -> Run:
    return check_in(browser, plan, lambda _: None)


@pytest.mark.parametrize("runtime", ["page", "worker", "shared", "frame"])
@pytest.mark.parametrize("name", _GOOD)
def test_a_page_that_keeps_to_the_contract_passes(browser: Browser, crm: HostPages, name: str, runtime: str) -> None:
    url = f"{crm.origin}/good/{name}.html"
    run = _check(browser, Plan(url=url, contacts=len(Scenario), runtime=runtime, speed=100))
    assert run.verdict.findings == []
    assert run.verdict.passed, conclusion(run.verdict)
    assert run.verdict.runtime == runtime
    # What it was given to do, it did.
    figures = run.verdict.figures
    assert figures.contacts == len(Scenario)
    assert figures.saves >= len(Scenario) - 3
    assert figures.foreign_errors == 0


@pytest.mark.parametrize("name", _BAD)
def test_a_page_breaks_the_rule_it_is_named_after_and_no_other(browser: Browser, crm: HostPages, name: str) -> None:
    played = _PLAYED.get(name, Scenario.PREDICTIVE)
    run = _check(browser, Plan(url=f"{crm.origin}/bad/{name}.html", contacts=1, scenarios=[played], speed=100))
    assert {finding.rule for finding in run.verdict.findings} == {name}
