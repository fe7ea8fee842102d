"""What the kit finds: a rule of the contract that was broken, by whom, where and when."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from toolbar_py.wire.base import WireModel

CONTRACT: Mapping[str, Sequence[str]] = {
    "2": ("Promises", "Errors"),
    "3": ("EASYCIM", "Outcomes"),
    "4": ("AGENT", "CONTACT", "Events"),
}
"""Under which headings of ``docs/integration.md`` an integrator finds what a section of the contract says."""


class Severity(StrEnum):
    """How bad it is: an error loses or spoils work, a warning only wastes or risks it."""

    ERROR = "error"
    WARNING = "warning"


class Culprit(StrEnum):
    """Whose fault it is."""

    PAGE = "page"
    TOOLBAR = "toolbar"
    """The toolbar's or its service's: worth a report to us."""


class Finding(WireModel):
    """A broken rule.

    Args:
        rule: its name.
        section: where the contract says what is right.
        wrong: what happened, in a sentence.
        right: what would be right, in a sentence.
        contact: the ContactID it is about, if it is about one.
        ecid: likewise.
        scenario: as what that contact was played.
        at: when, in epoch ms of the browser's clock.
    """

    rule: str
    section: str
    severity: Severity
    culprit: Culprit
    wrong: str
    right: str
    contact: str | None = None
    ecid: str | None = None
    scenario: str | None = None
    at: int


def errors_first(findings: Iterable[Finding]) -> list[Finding]:
    """Put the errors before the warnings; either stay in their order."""
    return sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)
