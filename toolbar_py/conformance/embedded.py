"""The service that a page is checked against: on this machine, with a folder of its own that goes afterwards."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
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
    """One operator of the embedded service, over HTTP, in a login session of their own."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
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

    def desk(self) -> DeskSnapshot:
        """Give what is at the desk now."""
        return self._stream()[0]

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
        return ServiceRecord(self.name, profile.script_enabled, self._stream(after=0)[1], attempts)

    def _stream(self, after: int | None = None) -> tuple[DeskSnapshot, list[DeskEvent]]:
        """Read the stream of events up to the number at which its first message says that the desk stands."""
        headers = {"Accept": "text/event-stream"} | ({} if after is None else {"Last-Event-ID": str(after)})
        snapshot: DeskSnapshot | None = None
        events: list[DeskEvent] = []
        kind = ""
        with self._open("GET", "/events", None, headers) as response:
            for raw in response:
                line = raw.decode().rstrip("\r\n")
                if line.startswith("event:"):
                    kind = line.partition(":")[2].strip()
                elif line.startswith("data:") and kind == "desk":
                    snapshot = DeskSnapshot.model_validate_json(line.partition(":")[2])
                elif line.startswith("data:") and kind == "event":
                    events.append(DeskEvent.model_validate_json(line.partition(":")[2]))
                last = events[-1].number if events else 0
                if snapshot and (after is None or last >= snapshot.number):
                    return snapshot, events
        raise CheckError("the embedded service ended its stream of events")

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
        except OSError as error:
            raise CheckError(f"the embedded service does not answer {method} {path}: {error}") from None


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
