"""The order in which reports that come together are taken."""

import asyncio
import json

import pytest

from tests.support.telephones import cti_report
from toolbar_py.service.telephony.webhook.intake import Intake, Submission, read_submissions
from toolbar_py.wire.actions import CtiReceipt, CtiReport
from toolbar_py.wire.errors import ServiceError


class Slow:
    """Takes reports after a while, several at once; ``broken`` names the contacts whose reports it cannot take."""

    def __init__(self, *broken: str) -> None:
        self.taken: list[str] = []
        self.at_once = 0
        self._broken = broken
        self._running = 0

    async def report(self, report: CtiReport) -> CtiReceipt:
        self._running += 1
        self.at_once = max(self.at_once, self._running)
        await asyncio.sleep(0)
        self._running -= 1
        if report.contact_id in self._broken:
            raise ServiceError
        self.taken.append(f"{report.agent} {report.contact_id} {report.event}")
        return CtiReceipt(taken=True, number=len(self.taken))


def submit(*said: tuple[str, str, str]) -> list[Submission]:
    reports = [cti_report(agent, contact_id, event) for agent, contact_id, event in said]
    return [Submission(report.event_id, report) for report in reports]


async def test_different_desks_are_served_side_by_side() -> None:
    slow = Slow()
    await Intake(slow).take(submit(("ann", "c1", "POPUP"), ("bob", "c2", "POPUP"), ("cid", "c3", "POPUP")), "en")
    assert slow.at_once == 3


async def test_what_happens_at_one_desk_keeps_its_order() -> None:
    slow = Slow()
    await Intake(slow).take(submit(("ann", "c1", "POPUP"), ("ann", "c2", "POPUP"), ("ann", "c1", "DELETE")), "en")
    assert slow.taken == ["ann c1 POPUP", "ann c2 POPUP", "ann c1 DELETE"]


async def test_a_contact_leaves_one_desk_before_it_comes_to_the_other() -> None:
    slow = Slow()
    said = (("bob", "c2", "POPUP"), ("ann", "c1", "DELETE"), ("bob", "c1", "POPUP"), ("ann", "c3", "POPUP"))
    results = await Intake(slow).take(submit(*said), "en")
    assert slow.taken == [" ".join(each) for each in said]
    assert [result.number for result in results] == [1, 2, 3, 4]


@pytest.mark.parametrize("event_id", ["e1", "event 0000000000001", "è" * 200])
async def test_a_malformed_report_of_a_list_is_told_by_the_id_that_it_has(event_id: str) -> None:
    (submission,) = read_submissions(json.dumps([{"eventId": event_id}]).encode())
    (result,) = await Intake(Slow()).take([submission], "en")
    assert (result.event_id, result.result) == (event_id, "rejected")


@pytest.mark.parametrize("event_id", [5, None, [], "e" * 201])
def test_what_cannot_be_taken_for_an_id_is_not_given_back(event_id: object) -> None:
    (submission,) = read_submissions(json.dumps([{"eventId": event_id}]).encode())
    assert submission.event_id is None


async def test_what_cannot_be_taken_now_stops_only_what_depends_on_it() -> None:
    slow = Slow("c1")
    with pytest.raises(ServiceError):
        await Intake(slow).take(submit(("ann", "c1", "POPUP"), ("ann", "c2", "POPUP"), ("bob", "c3", "POPUP")), "en")
    assert slow.taken == ["bob c3 POPUP"]
