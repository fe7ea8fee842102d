"""How figures and tables are written in Markdown."""

from collections.abc import Iterable, Sequence

from tests.bench.summary import Spread


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table."""
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def ms(value: Spread, digits: int = 0) -> str:
    """Give a median with its quartiles."""
    return f"{value.median:,.{digits}f} ({value.q1:,.{digits}f} to {value.q3:,.{digits}f})"
