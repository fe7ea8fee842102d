"""How many requests easyCIM got, as its own log tells: wherever in the browser they come from."""

import json
import urllib.request
from pathlib import Path


class Traffic:
    """Counts the requests for a service's interface.

    Args:
        url: of the service.
        log: where its stderr goes, at the level ``info`` at least.
    """

    def __init__(self, url: str, log: Path) -> None:
        self._health = f"{url}/healthz"
        self._log = log

    def count(self) -> int:
        """Give the number of requests so far; preflights do not count."""
        # A request is in the log before the service takes a later one.
        with urllib.request.urlopen(self._health) as response:  # noqa: S310 (http, on this machine)
            response.read()
        # What comes after the last line's end is being written just now.
        *lines, _ = self._log.read_text().split("\n")
        return sum(map(_is_request, lines))


def _is_request(line: str) -> bool:
    if '"event": "request"' not in line:
        return False
    entry = json.loads(line)
    return entry["path"].startswith("/easycim/") and entry["method"] != "OPTIONS"
