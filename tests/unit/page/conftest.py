"""What holds in every test of the page's Python."""

from collections.abc import Iterator

import pytest

from tests.unit.page.fake_host import FakeHost
from tests.unit.page.operator import PIN


@pytest.fixture(autouse=True)
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """All that reaches the console, or ``health()`` and ``diagnostics()``: never a value of CallData (section 4)."""
    lines: list[str] = []
    log, tell = FakeHost.log, FakeHost.tell

    def note_log(host: FakeHost, level: str, text: str) -> None:
        lines.append(text)
        log(host, level, text)

    def note_tell(host: FakeHost, kind: str, place: str, text: str) -> None:
        if kind == "connection":
            lines.append(text)
        tell(host, kind, place, text)

    monkeypatch.setattr(FakeHost, "log", note_log)
    monkeypatch.setattr(FakeHost, "tell", note_tell)
    yield lines
    assert [line for line in lines if PIN.value in line] == []
