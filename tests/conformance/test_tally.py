"""Findings put together as a person reads them."""

from toolbar_py.conformance.finding import Culprit, Finding, Severity
from toolbar_py.conformance.tally import tally

E = "a|1|1|1"


def _found(contact: str, ecid: str = "", *, at: int = 0) -> Finding:
    return Finding(
        rule="opened-twice",
        section="3",
        severity=Severity.WARNING,
        culprit=Culprit.PAGE,
        wrong="It was opened again.",
        right="Open it once.",
        contact=contact or None,
        ecid=ecid or None,
        at=at,
    )


def test_what_names_only_the_ecid_is_told_with_its_contact() -> None:
    (broken,) = tally([_found("", E, at=1_300), _found("c1", E, at=2_000)], 1_000)
    (line,) = broken.lines
    assert (line.contact, line.times, line.first_s) == ("c1", 2, 0.3)


def test_what_names_only_the_ecid_of_two_contacts_is_told_with_neither() -> None:
    (broken,) = tally([_found("c1", E), _found("c2", E), _found("", E)], 0)
    assert [(line.contact, line.times) for line in broken.lines] == [("c1", 1), ("c2", 1), ("", 1)]


def test_what_is_about_no_contact_says_only_when() -> None:
    (broken,) = tally([_found("", at=1_500), _found("", at=1_600)], 1_000)
    (line,) = broken.lines
    assert (line.subject, line.when) == ("", "× 2, first at 0.5 s")
