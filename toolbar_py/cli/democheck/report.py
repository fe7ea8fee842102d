"""Prints the check step by step: what was asked, what came back, and whether that was right."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue
from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.padding import Padding
from rich.text import Text

_SHOWN_MAX = 1
"""How many entries of a list are shown on a terminal. What is piped has them all."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a step asks.

    Args:
        operator: who.
        what: the call, or what is done on the page.
    """

    operator: str
    what: str


class Report:
    """Counts and prints steps.

    Args:
        console: on a terminal long lists are shortened to stay readable; elsewhere each answer is one whole line.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._right = 0
        self._wrong = 0

    def say(self, text: str) -> None:
        """Print a line about what is going on."""
        self._line(Text(text))

    def title(self, text: str) -> None:
        """Begin a part of the check."""
        self._line(Text(f"\n{text}", style="bold"))

    def step(self, asked: Asked, answer: JsonValue, wrong: Sequence[str]) -> None:
        """Print a step.

        Args:
            answer: what came back.
            wrong: a line for everything about it that is not as it should be.
        """
        if wrong:
            self._wrong += 1
        else:
            self._right += 1
        mark = ("✗", "bold red") if wrong else ("✓", "bold green")
        number = f" {self._right + self._wrong:>2} "
        self._line(Text.assemble(mark, number, (asked.operator, "cyan"), " ", (asked.what, "bold")))
        shown = _shortened(answer) if self._console.is_terminal else answer
        text = Text(json.dumps(shown, ensure_ascii=False))
        JSONHighlighter().highlight(text)
        if self._console.is_terminal:
            self._console.print(Padding(text, (0, 0, 0, 5)))
        else:
            self._line(Text.assemble("     ", text))
        for line in wrong:
            self._line(Text(f"     {line}", "red"))

    def finish(self) -> bool:
        """Print the sum, and say whether everything was right."""
        every = self._right + self._wrong
        if self._wrong:
            self._line(Text(f"\n{self._wrong} of {every} answers were wrong.", "bold red"))
        else:
            self._line(Text(f"\nAll {every} answers were right.", "bold green"))
        return self._wrong == 0 and every > 0

    def _line(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)


def _shortened(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: _shortened(member) for name, member in value.items()}
    if isinstance(value, list) and len(value) > _SHOWN_MAX + 1:
        return [*map(_shortened, value[:_SHOWN_MAX]), f"… {len(value) - _SHOWN_MAX} more"]
    return list(map(_shortened, value)) if isinstance(value, list) else value
