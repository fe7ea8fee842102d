"""What `make bench` holds the toolbar against still works: the measurements themselves are long, and rarely run."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser

from tests.bench.paths import SDK
from tests.bench.postbox import open_postbox
from tests.bench.results import Sample
from tests.bench.stage import put_pages
from tests.bench.stock import lay_out_stock
from tests.support.service import ServiceProcess


def test_stock_pyodide_boots_the_same_python_and_answers(browser: Browser, tmp_path: Path) -> None:
    sdk = tmp_path / "sdk"
    shutil.copytree(SDK, sdk)
    stock, micropip = lay_out_stock(sdk)
    with open_postbox() as box, ServiceProcess(tmp_path / "data", origins=[box.origin], sdk_dir=sdk) as service:
        known = {"serviceUrl": service.url, "postUrl": f"{box.origin}/post/", "stock": stock, "micropip": micropip}
        known["token"] = service.token()
        put_pages(box, sdk / "bench", known)
        tab = box.new_tab()
        page = browser.new_page()
        page.goto(f"{box.origin}/boot.html?what=stock&tab={tab.number}")
        sample = Sample.model_validate(tab.hear())
        page.close()
    assert sample.runtime == "stock"
