"""The service that a page is checked against."""

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from toolbar_py.conformance.embedded import embedded_service


def test_a_real_telephone_system_of_this_machine_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOLBAR_CTI_SECRETS", f"2026a:{'s' * 32}")
    with (
        embedded_service(tmp_path, [], "chat\n", seed=1, speed=1) as url,
        pytest.raises(urllib.error.HTTPError, match="404"),
    ):
        urllib.request.urlopen(f"{url}/easycim/v1/cti/events", b"{}", timeout=15)  # noqa: S310 (on this machine)
