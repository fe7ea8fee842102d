"""Rules for rejections (contract section 2)."""

from collections.abc import Iterator

from toolbar_py.conformance.case import SAVE, Case, Made
from toolbar_py.conformance.record import PageOpened, Rejection
from toolbar_py.conformance.rules.fact import Fact, about


def unhandled_rejection(case: Case) -> Iterator[Fact]:
    """Left a rejection of the toolbar's unhandled."""
    rejected = _rejected(case)
    for entry in _unhandled(case):
        made = rejected.get(entry.correlation_id or "")
        if made:
            yield about(made, f"nobody handled the rejection of {made.call.method} ({entry.code})")
        else:
            yield Fact(f"nobody handled a rejection of the toolbar's ({entry.code})", entry.at)


def save_dropped(case: Case) -> Iterator[Fact]:
    """Handled the rejection of a save so that nobody heard of it: no other try, and nothing shown."""
    unhandled = {entry.correlation_id for entry in _unhandled(case)}
    saves = list(case.calls(SAVE))
    for index, save in enumerate(saves):
        failure = save.answer.failure if save.answer else None
        if not save.rejected or save.shown or (failure and failure.correlation_id in unhandled):
            continue
        # A document that was left may have shown it in the next one.
        later = case.entries[save.place :]
        if any(isinstance(entry, PageOpened) and entry.frame == save.call.frame for entry in later):
            continue
        # Without a word on what it was for, any later save may be the other try.
        again = any(not save.key or not other.key or other.key == save.key for other in saves[index + 1 :])
        if not again:
            wrong = f"saveScript was rejected ({save.code}), and the page neither tried again nor showed anything"
            yield about(save, wrong)


def _unhandled(case: Case) -> Iterator[Rejection]:
    found = (entry for entry in case.entries if isinstance(entry, Rejection))
    return (entry for entry in found if entry.code is not None and not entry.prevented)


def _rejected(case: Case) -> dict[str, Made]:
    found = ((made.answer.failure.correlation_id, made) for made in case.made if made.answer and made.answer.failure)
    return {correlation: made for correlation, made in found if correlation}
