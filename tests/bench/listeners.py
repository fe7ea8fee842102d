"""``python -m tests.bench.listeners``: holds many operators' streams in a process of its own.

It is spoken to in lines of JSON, and answers each with one: ``{"do": "open", "url": ..., "tokens": file}`` and
``{"do": "take", "into": file}``, which writes the events that have arrived since the last time.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.streams import Arrival, Streams


async def _serve() -> None:
    streams = Streams()
    # In a thread: the streams are read while it waits.
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked: dict[str, Any] = json.loads(line)
        if asked["do"] == "open":
            started = time.monotonic()
            await streams.open(asked["url"], _read(asked["tokens"]))
            answer = {"seconds": time.monotonic() - started}
        else:
            arrivals = streams.take()
            _write(asked["into"], arrivals)
            answer = {"events": len(arrivals), "gaps": streams.gaps, "ended": streams.ended}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    streams.close()


def _read(path: str) -> dict[str, str]:
    return json.loads(Path(path).read_text())


def _write(path: str, arrivals: list[Arrival]) -> None:
    Path(path).write_text(json.dumps(arrivals))


if __name__ == "__main__":
    asyncio.run(_serve())
