"""The sample pages through whole runs: those that keep to the contract pass everywhere, each other breaks its rule."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conformance.conftest import PAGES
from tests.support.pages import HostPages
from toolbar_py.conformance import run as run_module
from toolbar_py.conformance.report import conclusion, write_files
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


# ``make conformance`` asks for long runs of everything.
_LONG = int(os.environ.get("CONTACTS", "0"))
_REPORTS = Path(__file__).parents[2] / ".build" / "conformance"
# Halves, so that a page meets every scenario in two runtimes at least.
_HALVES = (list(Scenario)[::2], list(Scenario)[1::2])
_REFUSED = {Scenario.HELD, Scenario.CLOSED, Scenario.UNKNOWN}


@pytest.mark.parametrize(
    ("runtime", "scenarios"),
    [("page", _HALVES[0]), ("worker", _HALVES[1]), ("shared", _HALVES[0]), ("frame", _HALVES[1])],
)
@pytest.mark.parametrize("name", _GOOD)
def test_a_page_that_keeps_to_the_contract_passes(
    browser: Browser, crm: HostPages, name: str, runtime: str, scenarios: list[Scenario]
) -> None:
    url = f"{crm.origin}/good/{name}.html"
    plan = Plan(url=url, contacts=len(scenarios), scenarios=scenarios, runtime=runtime, speed=100)
    run = _check(browser, replace(plan, contacts=_LONG, scenarios=list(Scenario), speed=50) if _LONG else plan)
    if _LONG:
        # A long run that fails is not soon seen again.
        folder = _REPORTS / f"{name}-{runtime}"
        write_files(run, folder)
        (folder / "record.jsonl").write_text("".join(f"{entry.model_dump_json()}\n" for entry in run.case.entries))
    assert run.verdict.findings == []
    assert run.verdict.passed, conclusion(run.verdict)
    assert run.verdict.runtime == runtime
    # What it was given to do, it did.
    figures = run.verdict.figures
    assert figures.contacts == figures.asked
    assert figures.refused_saves == 0
    to_save = figures.asked - len(_REFUSED.intersection(run.verdict.scenarios))
    # Only a page that goes to another document may have left before an answer. What was saved the service knows.
    assert figures.saves + figures.unanswered_saves == to_save
    assert figures.unanswered_saves == 0 or name == "navigating"
    assert sum(len(kept) for kept in run.case.service.attempts.values()) == to_save
    assert figures.foreign_errors == 0


def test_a_page_that_ends_the_after_call_work_first_may_save_a_little_later(browser: Browser, crm: HostPages) -> None:
    url = crm.add(
        "/late-save.html",
        """<!doctype html><p id="state"></p>
        <script src="https://easycim.example/sdk/toolbar.js"></script><script src="/crm.js"></script>
        <script>
          crm.save = async function (card) {
            await this.end(card);
            setTimeout(() => TOOLBAR.EASYCIM.saveScript(card.id, "POSITIVE").catch(() => this.show("no")), 2500);
          };
          crm.start();
        </script>""",
    )
    run = _check(browser, Plan(url=url, contacts=1, scenarios=[Scenario.PREDICTIVE], speed=400))
    assert run.verdict.findings == []
    assert run.verdict.figures.saves == 1


_CRM = """<!doctype html><p id="state"></p>
    <script src="https://easycim.example/sdk/toolbar.js"></script><script src="/crm.js"></script>"""

_DIALLING = """
    <script>
      const own = new Set(), finish = crm.finish;
      let calls = 0;
      crm.finish = async function (card) {
        if (!own.has(card.id) || AGAIN) {
          calls += 1;
          const call = TOOLBAR.CONTACT.MakeCall("0555123", "", "", "", `ECID=demo|1|1|${600 + calls}`);
          await call.then(({ contactId }) => own.add(contactId), (error) => this.show(error.message));
        }
        await finish.call(this, card);
      };
      crm.start();
    </script>"""


def test_contacts_that_the_page_dials_come_beside_those_that_were_asked_for(browser: Browser, crm: HostPages) -> None:
    url = crm.add("/dialling.html", _CRM + _DIALLING.replace("AGAIN", "false"))
    said: list[str] = []
    run = check_in(browser, Plan(url=url, contacts=len(Scenario), speed=100), said.append)
    assert run.verdict.passed, conclusion(run.verdict)
    assert set(run.case.scenario_of.values()) == set(Scenario)
    figures = run.verdict.figures
    assert (figures.contacts, figures.dialled) == (len(Scenario), len(Scenario))
    assert said[-1] == "10 of 10 contacts are done"


def test_a_page_that_dials_again_and_again_does_not_keep_the_check_for_ever(
    browser: Browser, crm: HostPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "_OWN_IN_A_ROW", 5)
    url = crm.add("/dialling-on.html", _CRM + _DIALLING.replace("AGAIN", "true"))
    said: list[str] = []
    run = check_in(browser, Plan(url=url, contacts=2, scenarios=[Scenario.PREDICTIVE], speed=400), said.append)
    assert not run.verdict.complete
    assert said[-1] == "The page has dialled 5 contacts itself and left no time for others, with 1 of 2 contacts done"


def test_a_run_with_more_events_than_the_service_tells_again_is_judged(browser: Browser, crm: HostPages) -> None:
    busy = """
        <script>
          const finish = crm.finish;
          crm.finish = async function (card) {
            const change = (n) => TOOLBAR.CONTACT.SetCallData(card.id, `N=${n}`);
            for (let n = 0; n < 550; n += 5) {
              await Promise.all([n, n + 1, n + 2, n + 3, n + 4].map(change));
            }
            await finish.call(this, card);
          };
          crm.start();
        </script>"""
    url = crm.add("/busy.html", _CRM + busy)
    run = _check(browser, Plan(url=url, contacts=2, scenarios=[Scenario.PREDICTIVE], speed=10))
    assert len(run.case.service.events) > 1_100
    assert run.verdict.passed, conclusion(run.verdict)


@pytest.mark.parametrize("name", _BAD)
def test_a_page_breaks_the_rule_it_is_named_after_and_no_other(browser: Browser, crm: HostPages, name: str) -> None:
    played = _PLAYED.get(name, Scenario.PREDICTIVE)
    run = _check(browser, Plan(url=f"{crm.origin}/bad/{name}.html", contacts=1, scenarios=[played], speed=400))
    assert {finding.rule for finding in run.verdict.findings} == {name}
