"""What a person reads: one sentence per error, in Italian or English, made from the code and its details.

Both sides take their sentences from here, and the loader gets the few it needs before Python is up generated from
here too, so the same failure reads the same wherever it is found.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

from pydantic import JsonValue

from toolbar_py.wire.errors import Code, ToolbarError

Locale = Literal["it", "en"]
LOCALES: tuple[Locale, ...] = ("it", "en")

SENTENCES: Mapping[Locale, Mapping[Code, str]] = {
    "it": {
        Code.INVALID_ARGUMENT: "Richiesta non valida: {problems}.",
        Code.UNKNOWN_ECID: "L'ECID {ecid} non esiste in easyCIM.",
        Code.UNKNOWN_CONTACT: "Nessuno script è stato aperto per il contatto {contactId}.",
        Code.NOT_RESERVED: "L'ECID {ecid} non è riservato a questo operatore: aprire prima lo script.",
        Code.RESERVED_BY_OTHER: "L'ECID {ecid} è riservato a {reservedBy}.",
        Code.TERMINATED: "L'ECID {ecid} è chiuso definitivamente ({reason}).",
        Code.UNKNOWN_OUTCOME: "L'esito {outcome} non è previsto. Esiti ammessi: {allowed}.",
        Code.UNAUTHENTICATED: "Accesso non riconosciuto ({reason}): rieseguire il login.",
        Code.FORBIDDEN: "Operazione non consentita a questo operatore ({reason}).",
        Code.CONFLICT: "La richiesta contraddice quanto già registrato ({reason}).",
        Code.TOO_LARGE: "{argument} supera il massimo di {max} {unit}.",
        Code.RATE_LIMITED: "Troppe richieste: riprovare fra {retryAfterMs} ms.",
        Code.NETWORK: "easyCIM non è raggiungibile: controllare la rete e riprovare.",
        Code.TIMEOUT: "easyCIM non ha risposto entro {timeoutMs} ms.",
        Code.ABORTED: "La chiamata è stata annullata dalla pagina.",
        Code.SERVICE: "easyCIM ha risposto in modo imprevisto: riprovare.",
        Code.RUNTIME_LOST: "La toolbar si è interrotta durante la chiamata e viene riavviata: riprovare.",
        Code.ENGINE_BLOCKED: "La CSP della pagina non lascia posto alla toolbar: aggiungere frame-src {service} "
        "(preferibile), oppure 'wasm-unsafe-eval' e {service} a script-src, con connect-src {service}.",
        Code.BOOT_FAILED: "La toolbar non è partita: {reason}.",
    },
    "en": {
        Code.INVALID_ARGUMENT: "Invalid request: {problems}.",
        Code.UNKNOWN_ECID: "ECID {ecid} does not exist in easyCIM.",
        Code.UNKNOWN_CONTACT: "No script was opened for contact {contactId}.",
        Code.NOT_RESERVED: "ECID {ecid} is not reserved by this operator: open its script first.",
        Code.RESERVED_BY_OTHER: "ECID {ecid} is reserved by {reservedBy}.",
        Code.TERMINATED: "ECID {ecid} is closed for good ({reason}).",
        Code.UNKNOWN_OUTCOME: "Outcome {outcome} is not one of this macro activity's. Allowed: {allowed}.",
        Code.UNAUTHENTICATED: "Not signed in ({reason}): log in again.",
        Code.FORBIDDEN: "This operator may not do that ({reason}).",
        Code.CONFLICT: "The request contradicts what is already recorded ({reason}).",
        Code.TOO_LARGE: "{argument} is longer than the maximum of {max} {unit}.",
        Code.RATE_LIMITED: "Too many requests: try again in {retryAfterMs} ms.",
        Code.NETWORK: "easyCIM cannot be reached: check the network and try again.",
        Code.TIMEOUT: "easyCIM did not answer within {timeoutMs} ms.",
        Code.ABORTED: "The page aborted the call.",
        Code.SERVICE: "easyCIM answered in an unexpected way: try again.",
        Code.RUNTIME_LOST: "The toolbar stopped during the call and is being restarted: try again.",
        Code.ENGINE_BLOCKED: "The page's CSP leaves no place for the toolbar: add frame-src {service} (preferred), or "
        "'wasm-unsafe-eval' and {service} to script-src, with connect-src {service}.",
        Code.BOOT_FAILED: "The toolbar could not start: {reason}.",
    },
}

PROBLEMS: Mapping[Locale, Mapping[str, str]] = {
    "it": {
        "missing": "{argument} manca",
        "type": "{argument} deve essere {expected}",
        "empty": "{argument} è vuoto",
        "characters": "{argument} contiene caratteri non ammessi",
        "choice": "{argument} deve essere uno fra {allowed}",
        "range": "{argument} è fuori dai limiti ({min}–{max})",
        "least": "{argument} deve essere almeno {min}",
        "most": "{argument} deve essere al massimo {max}",
        "short": "{argument} è troppo corto: servono almeno {min} {unit}",
        "length": "{argument} supera il massimo di {max} {unit}",
        "unknown": "{argument} non è previsto",
        "json": "{argument} non è JSON valido ({reason})",
        "rule": "{argument}: {reason}",
        "other": "{argument} non è valido ({problem})",
    },
    "en": {
        "missing": "{argument} is missing",
        "type": "{argument} must be {expected}",
        "empty": "{argument} is empty",
        "characters": "{argument} holds characters that are not allowed",
        "choice": "{argument} must be one of {allowed}",
        "range": "{argument} is out of range ({min}–{max})",
        "least": "{argument} must be at least {min}",
        "most": "{argument} must be at most {max}",
        "short": "{argument} is too short: it takes at least {min} {unit}",
        "length": "{argument} is longer than the maximum of {max} {unit}",
        "unknown": "{argument} is not known here",
        "json": "{argument} is not valid JSON ({reason})",
        "rule": "{argument}: {reason}",
        "other": "{argument} is not valid ({problem})",
    },
}

# Words that details carry as codes and a person should read in their own language.
WORDS: Mapping[Locale, Mapping[str, str]] = {
    "it": {
        "text": "un testo",
        "boolean": "true o false",
        "integer": "un numero intero",
        "number": "un numero",
        "list": "una lista (array)",
        "object": "un oggetto",
        "object_or_list": "un oggetto, o una lista di oggetti",
        "characters": "caratteri",
        "entries": "elementi",
        "bytes": "byte",
        "copyable": "un dato semplice (testo, numero, booleano, array o oggetto)",
        "positive": "un numero di millisecondi maggiore di zero",
        "abort_signal": "un AbortSignal",
        "function": "una funzione",
        "login_needed": "nessun token configurato",
        "missing_token": "token mancante",
        "invalid_token": "token non valido",
        "expired_token": "token scaduto",
        "wrong_password": "operatore o password errati",
        "key_reused": "la stessa Idempotency-Key con un contenuto diverso",
        "ecid_exists": "l'ECID esiste già",
        "supervisor_only": "serve il ruolo di supervisore",
        "out_of_order": "l'evento non può seguire quelli precedenti",
        "contact_ended": "il contatto è già terminato",
        "not_now": "l'azione non è possibile in questa fase del contatto",
        "logged_out": "l'operatore non è connesso",
        "contact_online": "c'è già un contatto in linea",
        "operator_busy": "l'operatore chiamato non è libero",
        "nothing_to_answer": "non c'è nulla a cui rispondere",
        "not_started": "il sistema telefonico non è ancora avviato",
        "outcome_unknown": "non si sa se la richiesta precedente è andata a buon fine",
        "slot_full": "la fascia oraria è al completo",
    },
    "en": {
        "text": "text",
        "boolean": "true or false",
        "integer": "a whole number",
        "number": "a number",
        "list": "a list (array)",
        "object": "an object",
        "object_or_list": "an object, or a list of objects",
        "characters": "characters",
        "entries": "entries",
        "bytes": "bytes",
        "copyable": "plain data (text, number, boolean, array or object)",
        "positive": "a number of milliseconds above zero",
        "abort_signal": "an AbortSignal",
        "function": "a function",
        "login_needed": "no token configured",
        "missing_token": "missing token",
        "invalid_token": "invalid token",
        "expired_token": "expired token",
        "wrong_password": "wrong operator or password",
        "key_reused": "the same Idempotency-Key with another content",
        "ecid_exists": "the ECID exists already",
        "supervisor_only": "it takes a supervisor",
        "out_of_order": "the event cannot follow on what was",
        "contact_ended": "the contact has ended already",
        "not_now": "the action is not possible in this phase of the contact",
        "logged_out": "the operator is not logged in",
        "contact_online": "there is a contact online already",
        "operator_busy": "the operator who is called is not free",
        "nothing_to_answer": "there is nothing to answer",
        "not_started": "the telephone system has not started yet",
        "outcome_unknown": "nobody knows whether the earlier request had its effect",
        "slot_full": "the half hour is full",
    },
}

# Reasons that need a sentence of their own: what the code's says is not what such a reader can do about it.
REASONS: Mapping[Locale, Mapping[str, str]] = {
    "it": {
        "ecid_not_open_here": "L'ECID {ecid} non è stato aperto in questo browser: aprirlo con openScript, o chiederlo "
        "a easyCIM con getContactInfoWS.",
        "contact_not_open_here": "Nessuno script è stato aperto in questo browser per il contatto {contactId}.",
        "login_needed": "Nessun token configurato: eseguire il login.",
        "token_failed": "La funzione token della pagina non ha dato un token: nulla è stato inviato. Riprovare.",
        "token_not_text": "La funzione token della pagina non ha dato un testo: correggere la pagina.",
        "token_unusable": "Il token della pagina contiene caratteri che non si possono inviare: controllare da dove "
        "viene.",
        "token_silent": "La funzione token della pagina non ha risposto in tempo: nulla è stato inviato a easyCIM.",
        "origin_not_allowed": "easyCIM non accetta richieste da pagine di {page}: avviarlo con --allow-origin {page}.",
        "not_at_desk": "Il contatto {contactId} non è a questa postazione.",
        "at_another_desk": "Il contatto {contactId} è ancora alla postazione di {desk}: segnalare prima lì il suo "
        "DELETE, o dare al contatto trasferito un altro ContactID.",
        "unknown_agent": "easyCIM non conosce un operatore {agent}.",
        "not_now": "{action} non è possibile in questa fase del contatto ({phase}). Possibili ora: {allowed}.",
        "logged_out": "L'operatore non è connesso: eseguire prima il login.",
        "contact_online": "C'è già un contatto in linea ({contactId}).",
        "none_online": "Nessun contatto è in linea.",
        "several_online": "Più contatti sono in linea: indicare quale ({online}).",
        "missing_signature": "Manca la firma: inviare l'intestazione Easycim-Signature.",
        "malformed_signature": "La firma è malformata: scriverla come key=NOME, t=SECONDI, v1=CIFRE_ESADECIMALI.",
        "wrong_signature": "La firma è errata: controllare il segreto e che siano firmati gli stessi byte inviati.",
        "stale_signature": "La firma è scaduta: firmare di nuovo a ogni invio e controllare l'orologio.",
        "early_signature": "La firma è datata nel futuro: controllare l'orologio.",
        "replayed_signature": "La firma è già stata usata: firmare di nuovo a ogni invio, in un altro secondo.",
        "cti_closed": "Qui non si accettano eventi di una centrale telefonica: avviare toolbar-py serve (non demo) con "
        "TOOLBAR_CTI_SECRETS.",
        "no_telephones": "Nessuna centrale telefonica è collegata: qui non si possono avere contatti.",
        "telephones_refuse": "La centrale telefonica rifiuta: {said}",
        "telephones_unreachable": "La centrale telefonica non è raggiungibile: riprovare.",
        "telephones_silent": "La centrale telefonica non ha risposto entro {timeoutMs} ms: riprovare.",
        "telephones_unusable": "La centrale telefonica ha risposto in modo imprevisto: riprovare.",
        "telephones_distrust_us": "La centrale telefonica rifiuta la firma di easyCIM (HTTP {status}): nulla è stato "
        "fatto. Chi la gestisce controlli che conosca il primo segreto di TOOLBAR_CTI_SECRETS e che gli orologi "
        "concordino.",
        "telephones_elsewhere": "All'indirizzo della centrale telefonica c'è solo un rinvio (HTTP {status}): nulla è "
        "stato fatto. In TOOLBAR_CTI_URL va scritto l'indirizzo a cui rinvia.",
        "telephones_loopback": "L'indirizzo della centrale telefonica porta a questa stessa macchina: correggerlo.",
        "telephones_deaf": "La centrale telefonica non accetta richieste: si abilita con TOOLBAR_CTI_URL.",
    },
    "en": {
        "ecid_not_open_here": "ECID {ecid} was not opened in this browser: open it with openScript, or ask easyCIM "
        "with getContactInfoWS.",
        "contact_not_open_here": "No script was opened in this browser for contact {contactId}.",
        "login_needed": "No token is configured: log in.",
        "token_failed": "The page's token function gave no token: nothing was sent. Try again.",
        "token_not_text": "The page's token function did not give text: the page has to be put right.",
        "token_unusable": "The page's token has characters that cannot be sent: check where it comes from.",
        "token_silent": "The page's token function did not answer in time: nothing was sent to easyCIM.",
        "origin_not_allowed": "easyCIM takes no requests from pages of {page}: start it with --allow-origin {page}.",
        "not_at_desk": "Contact {contactId} is not at this desk.",
        "at_another_desk": "Contact {contactId} is still at the desk of {desk}: report its DELETE there first, or give "
        "the transferred contact another ContactID.",
        "unknown_agent": "easyCIM knows no operator {agent}.",
        "not_now": "{action} is not possible in this phase of the contact ({phase}). Possible now: {allowed}.",
        "logged_out": "The operator is not logged in: log in first.",
        "contact_online": "There is a contact online already ({contactId}).",
        "none_online": "No contact is online.",
        "several_online": "Several contacts are online: say which ({online}).",
        "missing_signature": "The signature is missing: send the header Easycim-Signature.",
        "malformed_signature": "The signature is malformed: write it as key=NAME, t=SECONDS, v1=HEXADECIMAL_DIGITS.",
        "wrong_signature": "The signature is wrong: check the secret, and that what is signed are the very bytes sent.",
        "stale_signature": "The signature is too old: sign anew for each request, and check the clock.",
        "early_signature": "The signature is dated in the future: check the clock.",
        "replayed_signature": "The signature was used before: sign anew for each request, in another second.",
        "cti_closed": "Events of a telephone system are not taken here: start toolbar-py serve (not demo) with "
        "TOOLBAR_CTI_SECRETS set.",
        "no_telephones": "No telephone system is connected: there can be no contacts here.",
        "telephones_refuse": "The telephone system refuses: {said}",
        "telephones_unreachable": "The telephone system cannot be reached: try again.",
        "telephones_silent": "The telephone system did not answer within {timeoutMs} ms: try again.",
        "telephones_unusable": "The telephone system answered in an unexpected way: try again.",
        "telephones_distrust_us": "The telephone system does not accept easyCIM's signature (HTTP {status}): nothing "
        "was done. Who runs it should check that it knows the first secret of TOOLBAR_CTI_SECRETS and that the clocks "
        "agree.",
        "telephones_elsewhere": "The telephone system's address only redirects (HTTP {status}): nothing was done. "
        "TOOLBAR_CTI_URL has to be the address that it redirects to.",
        "telephones_loopback": "The telephone system's address leads to this very machine: it has to be put right.",
        "telephones_deaf": "The telephone system takes no requests: set TOOLBAR_CTI_URL to have them sent.",
    },
}

# What pages call the actions that ``details`` name as the wire does (wire/phases).
_METHODS = {
    "answer": "Answer",
    "hold": "Hold",
    "hangup": "Hangup",
    "offline-end": "OfflineEnd",
    "call-data": "SetCallData",
    "dtmf": "PlayDTMF",
    "start-recording": "StartRecording",
    "stop-recording": "StopRecording",
    "transfer": "Transfer_Direct",
}
METHODS: Mapping[Locale, Mapping[str, str]] = {
    "it": {**_METHODS, "retrieve": "Hold (di nuovo)"},
    "en": {**_METHODS, "retrieve": "Hold (again)"},
}

# What a write's sentence is when nobody knows whether it took effect, by the method's path; "" for all others. To read
# "try again" there would have people save twice.
UNCERTAIN: Mapping[Locale, Mapping[str, str]] = {
    "it": {
        "EASYCIM.saveScript": "easyCIM non ha confermato il salvataggio, che può essere stato registrato: prima di "
        "salvare di nuovo, leggere i tentativi (attempts) con getContactInfoWS.",
        "": "easyCIM non ha confermato la richiesta, che può aver avuto effetto: prima di ripeterla, controllare.",
    },
    "en": {
        "EASYCIM.saveScript": "easyCIM did not confirm the save, which may have been recorded: before saving again, "
        "read the attempts with getContactInfoWS.",
        "": "easyCIM did not confirm the request, which may have had its effect: before repeating it, check.",
    },
}

# Why the toolbar did not start, or Python does not run in a better place: ``details.reason`` of BOOT_FAILED. They are
# worded by the loader, and are here so that they stand beside the others.
BOOT_REASONS: Mapping[Locale, Mapping[str, str]] = {
    "it": {
        "service_down": "easyCIM non risponde all'indirizzo {service}; riprovare quando il servizio è di nuovo attivo",
        "origin_refused": "easyCIM ({service}) non accetta pagine di {page}; avviarlo con --allow-origin {page}",
        "frame_silent": "il frame di {service} non ha risposto: il servizio è fermo, oppure non accetta pagine di "
        "{page} (--allow-origin {page})",
        "frame_forbidden": "la Content-Security-Policy della pagina vieta i frame di {service}",
        "wasm_forbidden": "la Content-Security-Policy della pagina vieta WebAssembly",
        "no_shared_worker": "il browser non concede qui uno shared worker",
        "third_party": "il browser non concede uno shared worker al frame di un altro sito, finché i cookie di terze "
        "parti sono bloccati",
        "worker_failed": "il browser non ha avviato il worker",
        "not_located": "serviceUrl non è configurato, e l'indirizzo dello script non lo rivela",
        "too_slow": "non è pronta dopo {seconds} s",
        "stopped_often": "Python si è fermato {times} volte ({said})",
        "failed": "{said}",
    },
    "en": {
        "service_down": "easyCIM does not answer at {service}; try again when the service is up",
        "origin_refused": "easyCIM ({service}) does not let this page's origin frame it; start it with "
        "--allow-origin {page}",
        "frame_silent": "the frame of {service} did not answer: the service is down, or does not let this page's "
        "origin frame it (--allow-origin {page})",
        "frame_forbidden": "the page's Content-Security-Policy forbids frames of {service}",
        "wasm_forbidden": "the page's Content-Security-Policy forbids WebAssembly",
        "no_shared_worker": "the browser gives no shared worker here",
        "third_party": "the browser gives a frame of another site no shared worker while third-party cookies are "
        "blocked",
        "worker_failed": "the browser did not start the worker",
        "not_located": "serviceUrl is not configured and the script's own address does not tell it",
        "too_slow": "not up after {seconds} s",
        "stopped_often": "Python stopped {times} times ({said})",
        "failed": "{said}",
    },
}

# How many allowed outcomes a sentence names; ``details.allowed`` always has them all.
_LISTED_MAX = 30


def sentence(error: ToolbarError, locale: Locale, path: str = "") -> str:
    """Say what went wrong, in one sentence.

    Args:
        error: what was raised.
        locale: the language of the person who will read it.
        path: the method that was called, e.g. ``EASYCIM.saveScript``: what to do about an unknown outcome depends on
            it.

    Returns:
        the sentence, with every gap filled from ``error.details`` (``?`` where a detail is absent).
    """
    values = _Gaps({name: _show(value, locale) for name, value in error.details.items()})
    if error.details.get("reason") == "not_now":
        values |= {name: _show_methods(error.details[name], locale) for name in ("action", "allowed") if name in values}
    problems = error.details.get("problems")
    if isinstance(problems, list):
        values["problems"] = "; ".join(
            _say_problem(cast(Mapping[str, JsonValue], p), locale) for p in problems if isinstance(p, dict)
        )
    if not error.outcome_known:
        return UNCERTAIN[locale].get(path, UNCERTAIN[locale][""])
    template = REASONS[locale].get(str(error.details.get("reason")), SENTENCES[locale][error.code])
    return template.format_map(values)


class _Gaps(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _say_problem(problem: Mapping[str, JsonValue], locale: Locale) -> str:
    values = _Gaps({name: _show(value, locale) for name, value in problem.items()})
    values["argument"] = str(problem.get("argument") or "body")  # a name of the contract, in every language
    word = str(problem.get("problem"))
    if word == "range" and not {"min", "max"} <= problem.keys():
        # Pydantic names the bound that was passed, and not the other one.
        word = "least" if "min" in problem else "most"
    known = PROBLEMS[locale]
    # A site's own easyCIM may find fault in words of its own.
    return known.get(word, known["other"]).format_map(values)


def _show(value: JsonValue, locale: Locale) -> str:
    if isinstance(value, list):
        return ", ".join(_show_entry(entry) for entry in cast(Sequence[JsonValue], value)[:_LISTED_MAX])
    text = str(value)
    return WORDS[locale].get(text, text)


def _show_methods(actions: JsonValue, locale: Locale) -> str:
    named = [str(each) for each in (actions if isinstance(actions, list) else [actions])]
    return ", ".join(METHODS[locale].get(each, each) for each in named)


def _show_entry(entry: JsonValue) -> str:
    if isinstance(entry, dict):
        return str(entry.get("code", entry))
    return str(entry)
