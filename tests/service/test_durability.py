"""Nothing that was acknowledged is ever lost, and nobody is turned away because others work."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import httpx2

from tests.support.desk import Desk, good, new_key
from tests.support.service import ServiceProcess

Start = Callable[..., ServiceProcess]


def test_a_save_survives_a_crash_right_after_its_acknowledgement(start_service: Start) -> None:
    key = new_key()
    first = start_service()
    desk = Desk(first.url, first.token())
    saved = good(desk.save(key=key, ecid="demo|1|1|1", outcome="POSITIVE", note="kept"))
    first.kill()
    desk.close()
    second = start_service(first.data_dir)
    desk = Desk(second.url, second.token())
    assert good(desk.contact("demo|1|1|1"))["attempts"] == [saved["attempt"]]
    assert good(desk.save(key=key, ecid="demo|1|1|1", outcome="POSITIVE", note="kept")) == saved
    desk.close()


def test_a_crash_in_the_middle_of_many_saves_loses_none_that_was_acknowledged(start_service: Start) -> None:
    first = start_service()
    acknowledged: dict[str, str] = {}
    lock = Lock()

    def work(number: int) -> None:
        desk = Desk(first.url, first.token(f"op{number}@demo"))
        try:
            for at in range(100):
                ecid, key = f"demo|1|1|{number * 100 + at}", new_key()
                good(desk.save(key=key, ecid=ecid, outcome="libero"))
                with lock:
                    acknowledged[ecid] = key
                    enough = len(acknowledged) == 60
                if enough:
                    first.kill()
        except httpx2.TransportError:
            pass
        finally:
            desk.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(work, range(1, 7)))
    second = start_service(first.data_dir)
    desk = Desk(second.url, second.token())
    counts = {ecid: len(good(desk.contact(ecid))["attempts"]) for ecid in acknowledged}
    desk.close()
    assert len(counts) >= 60
    assert set(counts.values()) == {1}


def test_many_operators_at_once_are_all_answered(desk_of: Callable[[str], Desk]) -> None:
    """Twenty operators open, read, save and search together: nobody ever hears of a locked database."""

    def shift(number: int) -> set[int]:
        desk = desk_of(f"op{number + 60}@demo")
        seen: set[int] = set()
        for at in range(3):
            ecid = f"demo|1|1|{500 + number * 3 + at}"
            answers = (
                desk.open(ecid, f"c-{number}-{at}"),
                desk.contact(ecid),
                desk.save(contactId=f"c-{number}-{at}", outcome="APP1"),
                desk.search(listFieldToSearch=[{"value": "Rossi"}]),
                desk.open_inbound(f"in-{number}-{at}"),
            )
            seen |= {answer.status_code for answer in answers}
        return seen

    with ThreadPoolExecutor(20) as threads:
        statuses = set[int]().union(*threads.map(shift, range(20)))
    assert statuses == {200}


def test_an_import_of_another_process_turns_nobody_away(
    service: ServiceProcess, desk: Desk, ecid: str, contact_id: str, tmp_path: Path
) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text("ecid,nome\n" + "".join(f"{contact_id}|{at},Anna\n" for at in range(6_000)))
    command = [sys.executable, "-m", "toolbar_py.cli", "import", "--data", str(service.data_dir)]
    statuses: list[int] = []
    with subprocess.Popen([*command, "--macro-activity", "DEMO", str(file)], stdout=subprocess.PIPE) as importing:
        while importing.poll() is None:
            statuses.append(desk.save(ecid=ecid, outcome="APP1").status_code)
            ecid = good(desk.open_inbound(f"{contact_id}-{len(statuses)}"))["answer"]["ecid"]
        output, _ = importing.communicate()
    assert output.decode().strip() == "6000 of 6000 rows imported into DEMO"
    assert set(statuses) == {200}
