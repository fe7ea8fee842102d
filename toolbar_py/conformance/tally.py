"""Findings as a person reads them: together by rule, then by contact, each with how often and when first."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from toolbar_py.conformance.finding import Finding, Severity, errors_first


@dataclass(frozen=True, slots=True)
class Line:
    """A rule broken with one contact.

    Args:
        contact: its ContactID, its ECID and its scenario; "" what is not known of it.
        times: how often.
        first_s: when first, in seconds since the run began.
        wrong: what happened each time, in a sentence, and how often that.
    """

    contact: str
    ecid: str
    scenario: str
    times: int
    first_s: float
    wrong: Mapping[str, int]

    @property
    def subject(self) -> str:
        """What it is about, in a few words; "" when it is about no contact."""
        played = f"({self.scenario})" if self.scenario else ""
        return " ".join(filter(None, [self.contact, self.ecid, played]))

    @property
    def when(self) -> str:
        """Say how often and when."""
        moment = f"at {self.first_s:.1f} s"
        return f"× {self.times}, first {moment}" if self.times > 1 else moment


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that was broken, in one severity.

    Args:
        right: what would be right, in a sentence.
        lines: the contacts that it was broken with, in their order.
    """

    rule: str
    section: str
    severity: Severity
    right: str
    lines: Sequence[Line]

    @property
    def times(self) -> int:
        """How often, with all contacts."""
        return sum(line.times for line in self.lines)

    @property
    def wrong(self) -> str:
        """What happened, in a sentence, if it was the same every time; else ""."""
        sentences = list(dict.fromkeys(sentence for line in self.lines for sentence in line.wrong))
        return sentences[0] if len(sentences) == 1 else ""


def tally(findings: Iterable[Finding], began_at: int) -> list[Broken]:
    """Put findings together, all errors before the warnings: a rule can be broken both ways.

    Args:
        findings: in the order in which they happened.
        began_at: when the run began, in epoch ms.
    """
    found = errors_first(findings)
    contact_of = _contacts_by_ecid(found)
    by_rule: dict[tuple[Severity, str], dict[str, list[Finding]]] = {}
    for each in found:
        ecid = each.ecid or ""
        by_contact = by_rule.setdefault((each.severity, each.rule), {})
        by_contact.setdefault(each.contact or contact_of.get(ecid, ecid), []).append(each)
    return [_broken(list(by_contact.values()), began_at) for by_contact in by_rule.values()]


def _contacts_by_ecid(findings: Iterable[Finding]) -> Mapping[str, str]:
    """Give the contact of each ECID that had one only: what names just the ECID is told with it."""
    contacts: dict[str, set[str]] = {}
    for each in findings:
        if each.ecid and each.contact:
            contacts.setdefault(each.ecid, set()).add(each.contact)
    return {ecid: next(iter(named)) for ecid, named in contacts.items() if len(named) == 1}


def _broken(by_contact: Sequence[Sequence[Finding]], began_at: int) -> Broken:
    first = by_contact[0][0]
    lines = [_line(found, began_at) for found in by_contact]
    return Broken(first.rule, first.section, first.severity, first.right, lines)


def _line(found: Sequence[Finding], began_at: int) -> Line:
    return Line(
        contact=next((each.contact for each in found if each.contact), ""),
        ecid=next((each.ecid for each in found if each.ecid), ""),
        scenario=next((each.scenario for each in found if each.scenario), ""),
        times=len(found),
        first_s=max(found[0].at - began_at, 0) / 1000,
        wrong=Counter(each.wrong for each in found),
    )
