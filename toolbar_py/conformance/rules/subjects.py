"""What the rules are about: whether it came up in a run at all. A rule that nothing could break was not kept, but never
put to the test.
"""

from toolbar_py.conformance.case import SAVE, Case
from toolbar_py.conformance.record import Rejection, ToolbarSeen
from toolbar_py.conformance.rules.desk import after_agent_event, worked_after_call
from toolbar_py.conformance.rules.scripts import FLAGS, left_opened
from toolbar_py.wire.errors import Code


def saves(case: Case) -> bool:
    """The page called saveScript."""
    return any(case.calls(SAVE))


def opened_and_left(case: Case) -> bool:
    """A contact left whose script was the operator's."""
    return any(True for _ in left_opened(case))


def read_only(case: Case) -> bool:
    """An opening was answered with readOnly, by another operator's reservation."""
    return any(made.opens and made.told.read_only and not made.told.terminated for made in case.made)


def terminated(case: Case) -> bool:
    """An opening was answered with terminated."""
    return any(made.opens and made.told.terminated for made in case.made)


def refusals(case: Case) -> bool:
    """An opening was answered, and not with result true."""
    return any(made.opens and made.answer and not made.done for made in case.made)


def openings(case: Case) -> bool:
    """The page called openScript or openScriptInbound."""
    return any(made.opens for made in case.made)


def outcomes(case: Case) -> bool:
    """An outcome got so far that easyCIM looked at it."""
    return any(save.done or save.code == Code.UNKNOWN_OUTCOME for save in case.calls(SAVE))


def flags(case: Case) -> bool:
    """The page passed a boolean, or what should have been one."""
    return any(made.argument(name) for made in case.made for name in FLAGS)


def questions(case: Case) -> bool:
    """The page called getContactInfoWS."""
    return any(case.calls("EASYCIM.getContactInfoWS"))


def after_call_work(case: Case) -> bool:
    """The page was told of after-call work that it could end."""
    return any(True for _ in worked_after_call(case))


def named_contacts(case: Case) -> bool:
    """The page named a contact, or left it out in a save."""
    return any(made.saves or made.argument("ContactID") for made in case.made)


def saves_after_agent_events(case: Case) -> bool:
    """The page called saveScript, having been told of an agent."""
    return any(after_agent_event(case, save) for save in case.calls(SAVE))


def toolbars(case: Case) -> bool:
    """The page has loaded the toolbar."""
    return any(isinstance(entry, ToolbarSeen) for entry in case.entries)


def deliveries(case: Case) -> bool:
    """A callback was called."""
    return bool(case.deliveries)


def rejections(case: Case) -> bool:
    """The toolbar rejected something."""
    unhandled = (isinstance(entry, Rejection) and entry.code is not None for entry in case.entries)
    return any(made.rejected for made in case.made) or any(unhandled)


def rejected_saves(case: Case) -> bool:
    """The toolbar rejected a save."""
    return any(save.rejected for save in case.calls(SAVE))
