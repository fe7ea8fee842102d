"""The text form of the ECIDs that the embedded easyCIM makes itself: four parts, e.g. ``demo|1|2|17``."""

from toolbar_py.wire.base import ECID_MAX

SEPARATOR = "|"


def generated_ecid(prefix: str, number: int) -> str:
    """Give the ECID with the given number.

    Args:
        prefix: the first three parts, from the macro activity, e.g. ``demo|1|2``.
        number: from the macro activity's counter.
    """
    ecid = f"{prefix}{SEPARATOR}{number}"
    if len(ecid) > ECID_MAX:
        raise ValueError(f"an ECID has at most {ECID_MAX} characters: {ecid}")
    return ecid


def looks_like_ecid(text: str) -> bool:
    """Say whether a text that nothing is known about is more likely an ECID than a ContactID."""
    return SEPARATOR in text
