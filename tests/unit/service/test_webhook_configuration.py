"""How a telephone system is joined, and what of that cannot be right."""

import pytest

from toolbar_py.service.errors import SetupError
from toolbar_py.service.telephony.webhook.configuration import CtiSettings, Secret, cti_settings, is_loopback

SECRET = "s" * 32
JOINED = {"TOOLBAR_CTI_SECRETS": f"a:{SECRET}"}


def test_without_settings_no_telephone_system_is_joined() -> None:
    assert cti_settings({}) == CtiSettings()
    assert not cti_settings({}).joined


def test_the_environment_sets_everything() -> None:
    found = cti_settings(
        {
            "TOOLBAR_CTI_SECRETS": f" new:{SECRET} , old:{SECRET}:with=colons ,",
            "TOOLBAR_CTI_URL": "https://gateway.example/actions?site=1",
            "TOOLBAR_CTI_WINDOW_S": "60",
            "TOOLBAR_CTI_DEADLINE_MS": "2000",
        }
    )
    assert found.secrets == (Secret("new", SECRET), Secret("old", f"{SECRET}:with=colons"))
    assert found.url == "https://gateway.example/actions?site=1"
    assert (found.window_s, found.deadline_ms, found.allow_loopback, found.joined) == (60, 2_000, False, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SECRET, "entry 1 of TOOLBAR_CTI_SECRETS has no name"),
        (f"a:{SECRET},{SECRET}", "entry 2 of TOOLBAR_CTI_SECRETS has no name"),
        (f"a b:{SECRET}", "has no name"),
        ("a:short-secret", "at least 32"),
        (f"a:{SECRET}é", "ASCII"),
        (f"a:{SECRET},a:{SECRET}", "two entries of one name"),
        (",".join(f"k{n}:{SECRET}" for n in range(11)), "more than 10"),
    ],
)
def test_secrets_that_cannot_be_right_are_refused_without_being_shown(text: str, told: str) -> None:
    with pytest.raises(SetupError, match=told) as caught:
        cti_settings({"TOOLBAR_CTI_SECRETS": text})
    assert SECRET not in str(caught.value)
    assert "short-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "gateway.example",
        "ftp://gateway.example/",
        "http:///actions",
        "http://gateway.example:99999/",
        "https://user:word@gateway.example/",
        "https://gateway.example/#part",
        "https://gateway.example/a b",
        "https://gatéway.example/",
        "http://localhost/",
        "http://gateway.localhost/",
        "http://127.0.0.1:9000/",
        "http://127.1.2.3/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
    ],
)
def test_an_address_that_cannot_be_right_is_refused(url: str) -> None:
    with pytest.raises(SetupError, match="TOOLBAR_CTI_URL"):
        cti_settings({**JOINED, "TOOLBAR_CTI_URL": url})


def test_a_developer_may_have_the_gateway_on_the_same_machine() -> None:
    found = cti_settings({**JOINED, "TOOLBAR_CTI_URL": "http://127.0.0.1:9000/", "TOOLBAR_CTI_LOOPBACK": "1"})
    assert found.url == "http://127.0.0.1:9000/"


def test_nothing_goes_out_unsigned() -> None:
    with pytest.raises(SetupError, match="TOOLBAR_CTI_URL is set without TOOLBAR_CTI_SECRETS"):
        cti_settings({"TOOLBAR_CTI_URL": "https://gateway.example/"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TOOLBAR_CTI_WINDOW_S", "0"),
        ("TOOLBAR_CTI_WINDOW_S", "3601"),
        ("TOOLBAR_CTI_WINDOW_S", "5m"),
        ("TOOLBAR_CTI_DEADLINE_MS", "99"),
        ("TOOLBAR_CTI_DEADLINE_MS", "60001"),
        ("TOOLBAR_CTI_DEADLINE_MS", "-1"),
        ("TOOLBAR_CTI_LOOPBACK", "yes"),
    ],
)
def test_a_number_or_switch_that_cannot_be_right_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SetupError, match=name):
        cti_settings({**JOINED, name: text})


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "::", "::1%lo"])
def test_an_address_of_this_machine_is_known(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "fe80::1%eth0", "::ffff:192.0.2.1"])
def test_an_address_of_another_machine_is_let_be(address: str) -> None:
    assert not is_loopback(address)
