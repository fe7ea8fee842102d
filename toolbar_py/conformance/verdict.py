"""What came of a check: what every report is made from."""

from collections.abc import Sequence

from toolbar_py.conformance.case import Case
from toolbar_py.conformance.comparison import compare
from toolbar_py.conformance.finding import Finding, Severity
from toolbar_py.conformance.record import PageError, Ready, Rejection
from toolbar_py.conformance.rules import judge
from toolbar_py.wire.base import WireModel


class Figures(WireModel):
    """What happened, in numbers.

    Args:
        asked: how many contacts were to come.
        contacts: how many of them came.
        dialled: how many more there were: those that the page dialled itself.
        openings: how many scripts the page opened, be it only to read.
        saves: how many outcomes were saved, as the page was told.
        refused_saves: how many saves the page was told are not done.
        unanswered_saves: how many saves the page was told nothing of: its document had gone by then.
        calls: how many calls the page made in all.
        documents: how many documents the page consisted of; each navigation begins another.
        foreign_errors: errors of scripts on the page that have nothing to do with the toolbar.
    """

    asked: int
    contacts: int
    dialled: int
    openings: int
    saves: int
    refused_saves: int
    unanswered_saves: int
    calls: int
    documents: int
    foreign_errors: int


class Verdict(WireModel):
    """A judged run.

    Args:
        url: of the page.
        seed: with the same one, speed and scenarios the same contacts come.
        runtime: where Python ran; None when it did not get so far.
        scenarios: what was played.
        complete: whether all contacts came and went.
        began_at: when the page began, in epoch ms of the browser's clock: from then on reports count the seconds.
        findings: in the order in which they happened.
        not_tried: the rules that nothing in the run put to the test.
    """

    url: str
    seed: int
    speed: float
    runtime: str | None
    scenarios: Sequence[str]
    complete: bool
    began_at: int
    figures: Figures
    findings: Sequence[Finding]
    not_tried: Sequence[str]

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(each.severity is Severity.ERROR for each in self.findings)

    @property
    def passed(self) -> bool:
        """Whether the page keeps to the contract: warnings are allowed, a run that is unfinished or idle is not."""
        return self.complete and not self.errors and not self.idle

    @property
    def idle(self) -> bool:
        """Whether contacts came and the page worked none: whatever it does to them, this run does not know."""
        return self.figures.contacts + self.figures.dialled > 0 and self.figures.openings == self.figures.saves == 0


def figures(case: Case, asked: int) -> Figures:
    """Count what happened."""
    entries = case.entries
    saves = [made for made in case.made if made.saves]
    foreign = [each for each in entries if isinstance(each, Rejection) and not (each.code or each.callback)]
    return Figures(
        asked=asked,
        contacts=len(case.scenario_of),
        dialled=len(set(case.contacts).difference(case.scenario_of)),
        openings=sum(made.opens and made.done for made in case.made),
        saves=sum(made.done for made in saves),
        refused_saves=sum(made.answer is not None and not made.done for made in saves),
        unanswered_saves=sum(made.answer is None for made in saves),
        calls=len(case.made),
        documents=len({entry.life for entry in entries}),
        foreign_errors=len(foreign) + sum(isinstance(each, PageError) for each in entries),
    )


def findings(case: Case) -> list[Finding]:
    """Give what is wrong, of the page and between page and service, in the order in which it happened."""
    found = sorted([*judge(case), *compare(case)], key=lambda finding: finding.at)
    return [finding.model_copy(update={"scenario": _scenario(case, finding)}) for finding in found]


def _scenario(case: Case, finding: Finding) -> str | None:
    """Give the scenario of the contact that a finding is about, by its ECID too if no other contact had that."""
    by_ecid = (contact for contact, ecid in case.ecid_of.items() if ecid == finding.ecid)
    contacts = [finding.contact] if finding.contact else list(by_ecid)
    return case.scenario_of.get(contacts[0]) if len(contacts) == 1 else None


def runtime_of(case: Case) -> str | None:
    """Give where Python ran."""
    return next((entry.runtime for entry in case.entries if isinstance(entry, Ready) and entry.ok), None)
