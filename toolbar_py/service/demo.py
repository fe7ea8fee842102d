"""The demo campaign: 1,000 invented contacts, 100 operators and one supervisor.

Names and towns are common ones put together by number, telephone numbers begin with 0555 01 and belong to nobody.
The password of everybody here is ``demo``.
"""

from collections.abc import Iterator

from toolbar_py.service.domain.outcomes import OutcomeRule
from toolbar_py.service.store.base import ImportRow, MacroActivityRecord, OperatorRecord, Role, Store
from toolbar_py.wire.contacts import FieldValue, ImportedContact, Outcome, OutcomeKind
from toolbar_py.wire.errors import UnknownEcidError

CONTACTS = 1_000
OPERATORS = 100
CAMPAIGN = "Rinnovo contratti"

ACTIVITY = MacroActivityRecord(
    code="DEMO",
    name="Demo",
    # The campaign's contacts are demo|1|1|N; what is generated here, for inbound contacts, is demo|1|2|N.
    ecid_prefix="demo|1|2",
    own_outcomes=(
        OutcomeRule(Outcome(code="CONFERMA_IVR", label="Conferma IVR", kind=OutcomeKind.POSITIVE, final=True)),
        OutcomeRule(
            Outcome(code="RINUNCIA_CONTRATTO", label="Rinuncia contratto", kind=OutcomeKind.NEGATIVE, final=True)
        ),
    ),
)

# argon2id of "demo", made once: hashing takes longer than the rest of the seeding.
_HASH = "$argon2id$v=19$m=65536,t=3,p=4$B3vcEKkgY4y8tv34DkQuZA$5VmawP9H1BiFAl9cOM49uwaN5BodXH3iAH2hwzCFqlA"

_FIRST = ("Anna", "Bruno", "Carla", "Davide", "Elena", "Fabio", "Giulia", "Luca", "Marta", "Paolo", "Sara", "Ugo")
_LAST = ("Rossi", "Bianchi", "Verdi", "Neri", "Gallo", "Conti", "Greco", "Marino", "Costa", "Fontana", "Riva")
_CITIES = ("Torino", "Milano", "Genova", "Verona", "Bologna", "Firenze", "Perugia", "Napoli", "Bari", "Cagliari")
_PRODUCTS = ("Fibra Casa", "Luce Facile", "Gas Sereno", "Mobile 50", "Energia Verde", "Fibra Ufficio", "Tutto Incluso")


async def seed(store: Store) -> None:
    """Put the demo campaign into a store. What is there already stays as it is."""
    try:
        # The contacts go in last and all at once: where one is, everything is.
        await store.contact(f"demo|1|1|{CONTACTS}", "")
    except UnknownEcidError:
        await store.add_macro_activity(ACTIVITY)
        # Somebody may have a token already, made before the demo was.
        await store.complete_operators(list(_operators()))
        await store.import_rows(ACTIVITY.code, CAMPAIGN, list(_contacts()))


def _operators() -> Iterator[OperatorRecord]:
    for number in range(1, OPERATORS + 1):
        yield _operator(f"op{number}@demo", Role.OPERATOR)
    yield _operator("supervisor@demo", Role.SUPERVISOR)


def _operator(name: str, role: Role) -> OperatorRecord:
    return OperatorRecord(
        id=name,
        role=role,
        locale="it",
        password_hash=_HASH,
        script_enabled=True,
        save_without_reservation=True,
        inbound_macro_activity=ACTIVITY.code,
    )


def _contacts() -> Iterator[ImportRow]:
    for number in range(1, CONTACTS + 1):
        values = {
            "campaignMemberId": f"CM{number:06}",
            "nome": _FIRST[number % len(_FIRST)],
            "cognome": _LAST[number % len(_LAST)],
            "citta": _CITIES[number % len(_CITIES)],
            "prodotto": _PRODUCTS[number % len(_PRODUCTS)],
            "codiceCliente": f"C{100000 + number * 7}",
            "scadenzaContratto": f"2027-{number % 12 + 1:02}-{number % 28 + 1:02}",
        }
        yield ImportRow(
            number,
            ImportedContact(
                ecid=f"demo|1|1|{number}",
                phone_number=f"055501{number:04}",
                fields=[
                    FieldValue(field_name=name, categorized_field_key_code=name, value=value)
                    for name, value in values.items()
                ],
            ),
        )
