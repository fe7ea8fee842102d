"""What one rule says of one moment."""

from dataclasses import dataclass

from toolbar_py.conformance.case import Made


@dataclass(frozen=True, slots=True)
class Fact:
    """A rule was broken.

    Args:
        wrong: what happened, without a full stop.
        at: when, in epoch ms.
        contact: the ContactID it is about, or "".
        ecid: likewise.
        severe: whether it is an error; None leaves that to the rule.
    """

    wrong: str
    at: int
    contact: str = ""
    ecid: str = ""
    severe: bool | None = None


def about(made: Made, wrong: str, *, severe: bool | None = None) -> Fact:
    """Say something of a call."""
    return Fact(wrong, made.at, made.contact, made.ecid, severe)
