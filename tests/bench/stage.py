"""Sets up everything that is measured: one service for all variants, the CRM's pages, the legacy server."""

import json
import shutil
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from tests.bench.paths import PAGES, SCRATCH, SDK
from tests.bench.postbox import Postbox, open_postbox
from tests.bench.processes import NodeProcess
from tests.bench.stock import lay_out_stock
from tests.bench.telephone import ENVIRONMENT
from tests.support.service import ServiceProcess

_LEGACY_START_S = 20
_TOKEN_S = 6 * 3600


@dataclass(frozen=True)
class Stage:
    """What the measurements need to know.

    Args:
        service_url: easyCIM and, from the same process, the toolbar's files and the stock ones.
        box: the CRM's origin, and where the pages report.
        token: gives a token for one of the demo's operators.
    """

    service_url: str
    box: Postbox
    token: Callable[[str], str]

    def page(self, name: str, *, same_origin: bool = False, **query: str) -> str:
        """Give the address of one of the pages of ``pages/``, on the CRM's or on the service's origin."""
        base = f"{self.service_url}/sdk/bench" if same_origin else self.box.origin
        return f"{base}/{name}?{urlencode(query)}"


@contextmanager
def open_stage() -> Generator[Stage]:
    """Bring everything up for the length of the ``with`` block."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=SCRATCH) as scratch, open_postbox() as box:
        folder = Path(scratch)
        # A copy, so that nobody's build changes what is measured while it is measured.
        sdk = folder / "sdk"
        shutil.copytree(SDK, sdk)
        stock, micropip = lay_out_stock(sdk)
        data = folder / "data"
        with ServiceProcess(data, origins=[box.origin], sdk_dir=sdk, environment=ENVIRONMENT) as service:

            def token_of(operator: str) -> str:
                return service.token(operator, ttl_s=_TOKEN_S)

            token = token_of("op1@demo")
            environment = {"BENCH_SERVICE": service.url, "BENCH_TOKEN": token}
            with NodeProcess("legacy.mjs", environment, _LEGACY_START_S) as legacy:
                known = {
                    "serviceUrl": service.url,
                    "legacyUrl": legacy.read_line(),
                    "postUrl": f"{box.origin}/post/",
                    "token": token,
                    "stock": stock,
                    "micropip": micropip,
                }
                put_pages(box, sdk / "bench", known)
                yield Stage(service.url, box, token_of)


def put_pages(box: Postbox, same_origin: Path, known: Mapping[str, str]) -> None:
    """Serve the pages on both origins.

    Args:
        box: the CRM's origin.
        same_origin: a folder that the service will serve; it must not exist yet.
        known: what the pages have to know.
    """
    shutil.copytree(PAGES, same_origin)
    script = f"window.BENCH_SITE = {json.dumps(dict(known))};"
    (same_origin / "site.js").write_text(script)
    box.pages["/site.js"] = script
    for page in PAGES.iterdir():
        box.pages[f"/{page.name}"] = page.read_text()
