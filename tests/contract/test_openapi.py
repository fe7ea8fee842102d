"""Whatever the OpenAPI description allows and forbids: the service answers as described (schemathesis)."""

# pyright: basic
# (schemathesis types its own names only in part)

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from tests.support.service import ServiceProcess
from toolbar_py.service.app import create_app
from toolbar_py.service.openapi import describe
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.base import Role


def _description() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return describe(create_app(Settings(data_dir=Path(folder))))


# What is wrong in itself is refused with 422, and with 413 when it is only too long.
_REFUSED = ["400", "401", "403", "404", "405", "409", "413", "415", "422", "429"]
_CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {
            "negative_data_rejection": {"expected-statuses": _REFUSED},
            "missing_required_header": {"expected-statuses": _REFUSED},
            # A text may be well formed and still name no outcome, no macro activity and no file.
            "positive_data_acceptance": {"expected-statuses": ["2xx", *_REFUSED]},
        }
    }
)

_SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]

# A stream of events has no end to wait for; tests/service/test_events.py reads some.
schema = schemathesis.openapi.from_dict(_description(), config=_CONFIG).exclude(path_regex="/events$", method="GET")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with ServiceProcess(tmp_path_factory.mktemp("easycim"), more=("--log-level", "error")) as running:
        yield running


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count(1)


@schema.parametrize()
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=_SLOW)
def test_every_operation_answers_as_described(
    case: schemathesis.Case, service: ServiceProcess, numbers: Iterator[int]
) -> None:
    token = service.token("supervisor@demo", role=Role.SUPERVISOR)
    if case.meta is not None and case.meta.generation.mode.is_positive:
        _aim(case, next(numbers))
    case.call_and_validate(base_url=service.url, headers={"Authorization": f"Bearer {token}"})


def _aim(case: schemathesis.Case, number: int) -> None:
    """Let every other well-formed request name things that exist, so that successes are looked at too."""
    if number % 2:
        return
    known = {"ecid": f"demo|1|1|{number % 1_000 + 1}", "outcome": "libero", "operator": "op1@demo", "callData": "A=1"}
    if isinstance(case.body, dict):
        case.body |= {name: value for name, value in known.items() if name in case.body}
    if case.path_parameters:
        case.path_parameters |= {name: known[name] for name in ("ecid",) if name in case.path_parameters}
    if case.query and "macroActivity" in case.query:
        case.query["macroActivity"] = "DEMO"
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"contract-{number:08}"
