"""Origins as browsers send them, and how pages reach the service."""

import pytest

from toolbar_py.service.settings import check_origin, check_public_url


@pytest.mark.parametrize(
    "origin", ["https://crm.example", "http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080"]
)
def test_an_origin_is_accepted_as_a_browser_sends_it(origin: str) -> None:
    check_origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "",
        "crm.example",
        "https://crm.example/",
        "https://crm.example/app",
        "HTTPS://crm.example",
        "https://CRM.example",
        "https://crm.example:443",
        "https://user@crm.example",
        "ftp://crm.example",
        "https://",
        "https://crm.example:99999",
        "https://*.crm.example",
        "https://crm.example?x",
    ],
)
def test_what_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match=r"origin|browser sends"):
        check_origin(origin)


def test_the_refusal_says_what_to_write() -> None:
    with pytest.raises(ValueError, match=r"write https://crm\.example$"):
        check_origin("https://crm.example/app/")


@pytest.mark.parametrize(
    "url",
    [
        "https://easycim.example",
        "https://easycim.example/",
        "https://www.example/tools/easycim",
        "http://localhost:8000",
        "http://[::1]:8000/easycim/",
    ],
)
def test_a_public_url_is_an_origin_and_perhaps_a_path(url: str) -> None:
    check_public_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "foo",
        "/easycim",
        "easycim.example",
        "https://",
        "ftp://easycim.example",
        "https://easycim.example:443",
        "https://EASYCIM.example",
        "https://user@easycim.example",
        "https://easycim.example?x",
        "https://easycim.example/#x",
        "https://easycim.example//",
        "https://easycim.example/a b",
        "https://easycim.example/\n",
        'https://easycim.example/"',
    ],
)
def test_what_leads_to_no_service_is_refused_as_a_public_url(url: str) -> None:
    with pytest.raises(ValueError, match=r"write (it like )?https?://"):
        check_public_url(url)
