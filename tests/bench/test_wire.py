"""The relay counts what passes, by address."""

from urllib.request import urlopen

from tests.bench.postbox import open_postbox
from tests.bench.wire import relay


def test_bytes_are_counted_by_path() -> None:
    with open_postbox() as box:
        box.pages |= {"/large": "x" * 300_000, "/small": "x" * 10}
        with relay(box.origin) as (address, counts):
            for path in ("/large", "/small", "/large"):
                with urlopen(address + path) as answer:  # noqa: S310 -- our own server
                    answer.read()
            taken = counts.take()
            assert counts.take() == {}
    assert list(taken) == ["/large", "/small"]
    headers = taken["/small"] - 10
    assert 50 < headers < 500
    assert 600_000 < taken["/large"] < 600_000 + 3 * headers
