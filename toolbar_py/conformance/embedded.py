"""The service that a page is checked against: on this machine, with a folder of its own that goes afterwards."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

from toolbar_py.conformance.case import ServiceRecord
from toolbar_py.conformance.problem import CheckError
from toolbar_py.wire.contacts import Attempt, ContactInfo
from toolbar_py.wire.profile import Profile
from toolbar_py.wire.telephony import DeskEvent, DeskSnapshot, Presence

_API = "/easycim/v1"
_STOP_S = 15
_ANSWER_S = 15
_PASSWORD = "demo"  # noqa: S105 (of the invented operators)


class Operator:
    """One operator of the embedded service, over HTTP, in a login session of their own.

    ``events`` are those that have been read: see :meth:`read_on`.
    """

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.events: list[DeskEvent] = []
        self._place = "0"
        self._url = url
        self.token: str = self._post("/login", {"operator": name, "password": _PASSWORD})["token"]

    def set_presence(self, presence: Presence) -> None:
        """Log in, pause or leave."""
        self._post("/agent/state", {"presence": presence.value})

    def hold(self, ecid: str) -> None:
        """Open a script and keep it."""
        self._post("/scripts/open", {"contactId": None, "ecid": ecid, "isManual": True})

    def close(self, ecid: str) -> None:
        """Close an ECID for good."""
        self._post("/scripts/save", {"ecid": ecid, "outcome": "NEGATIVE"}, {"Idempotency-Key": uuid4().hex})

    def read_on(self) -> None:
        """Read the events since the last time, up to how the desk stands now.

        The service tells only the last of them again, so a run reads on as it goes. It does not stay connected:
        an open stream keeps the operator's reservations, and that is the page's to do.

        Raises:
            CheckError: the events are not told again any more, or do not come in time.
        """
        headers = {"Accept": "text/event-stream", "Last-Event-ID": self._place}
        until = time.monotonic() + _ANSWER_S
        last: int | None = None
        with self._open("GET", "/events", None, headers) as response:
            for kind, place, data in _messages(response):
                if kind == "desk":
                    snapshot = DeskSnapshot.model_validate_json(data)
                    if not snapshot.resumed:
                        raise CheckError(
                            "the embedded service does not tell all events again: too many came at once, "
                            f"after the first {len(self.events)}"
                        )
                    last = snapshot.number
                elif kind == "event":
                    self.events.append(DeskEvent.model_validate_json(data))
                    self._place = place
                if last is not None and (self.events[-1].number if self.events else 0) >= last:
                    return
                # Heartbeats would keep it waiting.
                if time.monotonic() > until:
                    raise CheckError(
                        f"the embedded service has not told the operator's events within {_ANSWER_S:g} s: "
                        "is the machine too busy?"
                    )
        raise CheckError("the embedded service ended its stream of events")

    def record(self, ecids: Iterable[str]) -> ServiceRecord:
        """Give what the service has of this operator.

        Args:
            ecids: whose saves are asked for.
        """
        profile = Profile.model_validate_json(self._get("/profile"))
        attempts: dict[str, list[Attempt]] = {}
        for ecid in ecids:
            try:
                info = ContactInfo.model_validate_json(self._get(f"/contacts/{quote(ecid, safe='')}"))
            except UnknownToServiceError:
                continue
            attempts[ecid] = [attempt for attempt in info.attempts if attempt.agent == self.name]
        self.read_on()
        return ServiceRecord(self.name, profile.script_enabled, list(self.events), attempts)

    def _get(self, path: str) -> bytes:
        with self._open("GET", path, None, {}) as response:
            return response.read()

    def _post(self, path: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        content = json.dumps(body).encode()
        with self._open("POST", path, content, {"Content-Type": "application/json", **(headers or {})}) as response:
            return cast(dict[str, Any], json.load(response))

    @contextmanager
    def _open(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Generator[Any]:
        token = getattr(self, "token", None)
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(  # noqa: S310 (http, on this machine)
            f"{self._url}{_API}{path}", body, {**bearer, **headers}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_S) as response:  # noqa: S310 (see above)
                yield response
        except urllib.error.HTTPError as error:
            if error.code == 404:  # noqa: PLR2004 (not found)
                raise UnknownToServiceError(f"the embedded service does not know {path}") from None
            detail = error.read().decode(errors="replace")
            raise CheckError(f"the embedded service refused {method} {path}: {detail}") from None
        except (OSError, HTTPException) as error:
            raise CheckError(f"the embedded service does not answer {method} {path}: {error}") from None


def _messages(lines: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
    """Give the messages of a stream as they come: kind, place and data, each of which has one line at most."""
    fields: dict[str, str] = {}
    for raw in lines:
        line = raw.decode().rstrip("\r\n")
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        else:
            yield fields.get("event", ""), fields.get("id", ""), fields.get("data", "")
            fields.clear()


class UnknownToServiceError(CheckError):
    """The service has nothing under an address."""


@contextmanager
def embedded_service(folder: Path, origins: Iterable[str], script: str, *, seed: int, speed: float) -> Generator[str]:
    """Run ``toolbar-py serve`` with the demo campaign and a simulated telephone system; gives its address.

    Args:
        folder: where it keeps its data.
        origins: whose pages may use it.
        script: what comes to whom, for the simulator.
        speed: how many times faster than real customers are.

    Raises:
        CheckError: it does not start.
    """
    scenario = folder / "scenario.txt"
    scenario.write_text(script)
    command = [sys.executable, "-m", "toolbar_py.cli", "serve", "--demo", "--port", "0", "--data", str(folder / "data")]
    command += ["--simulate", str(scenario), "--seed", str(seed), "--speed", f"{speed:g}", "--log-level", "warning"]
    command += [part for origin in origins for part in ("--allow-origin", origin)]
    # What is played here must neither reach a real telephone system nor have it in the simulator's place.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOOLBAR_CTI_")}
    log = folder / "service.log"
    with (
        log.open("wb") as stderr,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment) as process,  # noqa: S603 (ours)
    ):
        try:
            said = process.stdout.readline() if process.stdout else ""
            url = next((word for word in said.split() if word.startswith("http")), None)
            if url is None:
                raise CheckError(f"the embedded service did not start: {log.read_text().strip()}")
            yield url.rstrip("/")
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
