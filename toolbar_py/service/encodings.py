"""Chooses a content encoding by ``Accept-Encoding`` (RFC 9110)."""

from collections.abc import Sequence


def preferred(accepted: str, available: Sequence[str]) -> str | None:
    """Give the encoding to answer with, or None for the plain file.

    Args:
        accepted: the request header.
        available: what there is beside the plain file, the best first.
    """
    weights = _weights(accepted)
    identity = weights.get("identity", 0.0 if weights.get("*") == 0 else 1e-9)
    best: tuple[float, str | None] = (identity, None)
    for encoding in available:
        weight = weights.get(encoding, weights.get("*", 0.0))
        if weight > best[0] or (weight == best[0] and weight > 0 and best[1] is None):
            best = (weight, encoding)
    return best[1]


def _weights(accepted: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in accepted[:1000].lower().split(","):
        name, _, parameter = part.strip().partition(";")
        if name:
            weights[name.strip()] = _weight(parameter)
    return weights


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
